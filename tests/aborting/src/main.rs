//! A service that panics: in its body, in a thread, or under a hook of its own. Where panics abort, that is its end. And one
//! that still records when its thread-locals are destroyed.

use std::io::{self, Write};
use std::thread;
use synndicate::{traced, traced_service};

#[traced_service]
fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("body") => fail(),
        Some("thread") => drop(thread::spawn(fail).join()),
        Some("hook") => {
            std::panic::set_hook(Box::new(|_| {
                synndicate::flush();
            }));
            fail();
        }
        Some("tls-first") => {
            CLOSING.with(|_| ());
            step();
        }
        Some("tls-last") => {
            step();
            CLOSING.with(|_| ());
        }
        other => panic!("`{other:?}` is nothing to do"),
    }
}

#[traced]
fn fail() {
    step();
    panic!("out of ink");
}

#[traced]
fn step() {}

struct Closing;

thread_local! {
    static CLOSING: Closing = const { Closing };
}

impl Drop for Closing {
    fn drop(&mut self) {
        step();
        synndicate::set_attribute("closed", true);
        let _ = writeln!(io::stdout(), "closed");
    }
}
