//! `testing::capture` sees the spans of its own thread and no others, whatever tests beside it do and whoever reaches a call site
//! first.
//!
//! A program of its own, in which no subscriber is installed.

use std::sync::{Arc, Barrier};
use std::thread;
use synndicate::testing::capture;
use synndicate::traced;
use tracing::{info, info_span};

#[traced]
fn shared(number: usize) -> usize {
    number
}

/// Call sites that nobody has reached yet.
macro_rules! fresh_call_sites {
    ($($site:ident)*) => {
        const FRESH: &[fn()] = &[$(|| {
            #[traced]
            fn $site() {}
            $site();
            info_span!("slot").in_scope(|| {});
        }),*];
    };
}
fresh_call_sites! {
    a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 d0 d1 d2 d3 d4 d5 d6 d7 d8 d9
}

#[test]
fn a_thread_that_captures_nothing_switches_no_call_site_off() {
    for call_site in FRESH {
        let start = Arc::new(Barrier::new(3));
        let quiet: Vec<_> = (0..2)
            .map(|_| {
                let start = start.clone();
                thread::spawn(move || {
                    start.wait();
                    call_site();
                })
            })
            .collect();
        let spans = capture(|| {
            start.wait();
            call_site();
        });
        assert_eq!(spans.len(), 2, "\n{spans}");
        quiet.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(capture(call_site).len(), 2, "and it stays on");
    }
}

#[test]
fn quiet() {
    (0..1000).for_each(|number| _ = shared(number));
}

#[test]
fn captured() {
    for _ in 0..100 {
        let spans = capture(|| shared(1));
        assert_eq!(spans.len(), 1);
        assert_eq!(spans.one("shared").attribute("number"), Some(&1.into()));
    }
}

#[test]
fn many_captures_at_once_see_their_own() {
    let threads: Vec<_> = (0..8)
        .map(|thread| {
            thread::spawn(move || {
                for round in 0..50 {
                    let spans =
                        capture(|| info_span!("outer", thread, round).in_scope(|| shared(thread)));
                    assert_eq!(spans.len(), 2);
                    assert!(spans.one("shared").is_child_of(spans.one("outer")));
                    assert_eq!(
                        spans.one("shared").attribute("number"),
                        Some(&(thread as i64).into())
                    );
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

#[test]
fn children_lie_within_their_parents_and_events_within_their_spans() {
    let spans = capture(|| {
        info_span!("outer").in_scope(|| {
            shared(1);
            info!("event");
        });
    });
    let (outer, inner) = (spans.one("outer"), spans.one("shared"));
    assert!(
        outer.start <= inner.start && inner.start <= inner.end && inner.end <= outer.end,
        "\n{spans}"
    );
    assert!((inner.end..=outer.end).contains(&outer.events[0].time));
}

#[test]
fn a_capture_inside_a_capture_keeps_its_spans_to_itself() {
    let mut inner = None;
    let outer = capture(|| {
        shared(1);
        inner = Some(capture(|| shared(2)));
        shared(3)
    });
    assert_eq!((outer.len(), inner.unwrap().len()), (2, 1));
}
