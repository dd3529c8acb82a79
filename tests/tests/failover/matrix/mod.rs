//! Every trouble over every wire, alone, with a fallback, with a spool and with both, in programs of one thread and of several,
//! under a load of 20,000 spans a second: what became of every span is known at the end.

mod cell;
mod table;

use cell::{Cell, Net};
use std::sync::Mutex;
use std::thread;
use table::TABLE;

/// So many cells at once: most of the time of most of them is waiting.
const AT_ONCE: usize = 32;

fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for row in &TABLE {
        for wire in row.wires() {
            for net in Net::ALL {
                for flavour in ["current", "several"] {
                    cells.push(Cell { row, wire, net, flavour });
                }
            }
        }
    }
    cells
}

#[test]
fn what_became_of_every_span_is_known_whatever_the_first_backend_does() {
    let cells = Mutex::new(cells());
    let next = || cells.lock().expect("nobody panics with it").pop();
    let failed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        let work = || {
            while let Some(cell) = next() {
                if let Err(error) = cell.run() {
                    let mut failed = failed.lock().expect("nobody panics with it");
                    failed.push(format!("{cell:?}: {error:#}"));
                }
            }
        };
        (0..AT_ONCE).for_each(|_| drop(scope.spawn(work)));
    });
    let failed = failed.into_inner().expect("nobody panics with it");
    assert!(failed.is_empty(), "{failed:#?}");
}
