//! A million spans may be open at once. What comes then is not recorded but counted, and the program goes on.
//!
//! A program of its own, since it takes all places there are.

use synndicate::{Builder, DropReason, ledger, traced};
use tracing::{Span, info, info_span};

const MOST: usize = 1 << 20;

#[traced]
fn function() -> bool {
    info!("of a span that may have no place");
    !Span::current().is_none()
}

#[test]
fn too_many_open_spans_are_counted() {
    let tracing = Builder::new().start_discarding().unwrap();
    let too_many = || ledger().dropped_for(DropReason::TooManyOpen);
    assert!(function());
    let mut spans: Vec<Span> = (1..MOST).map(|_| info_span!("open")).collect();
    assert_eq!(too_many(), 0, "one place belongs to the function that has ended");

    let over = info_span!("over");
    over.record("nothing", 1);
    info!(parent: &over, "for nobody");
    over.in_scope(|| info_span!("below").in_scope(|| {}));
    assert_eq!(too_many(), 2);
    // The first call takes the place that is left; with it taken there is none for the call inside.
    spans.push(over.clone());
    assert!(function(), "a thread keeps the places of its functions");
    assert_eq!(too_many(), 2);
    assert!(std::thread::spawn(|| !function()).join().unwrap(), "another thread finds none");
    assert_eq!(too_many(), 3);

    drop((over, spans));
    assert!(std::thread::spawn(function).join().unwrap(), "there is room again");
    let ledger = tracing.shutdown();
    assert_eq!(ledger.dropped_for(DropReason::TooManyOpen), 3);
    assert_eq!(ledger.created, ledger.exported + ledger.dropped());
    assert!(ledger.created > MOST as u64);
}
