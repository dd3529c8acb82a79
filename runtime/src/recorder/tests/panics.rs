//! Panics of the user's code: through a span, in what a span records, and while others unwind.

use super::{Boxed, traced_with};
use super::{
    Panics, assert_child, assert_root, depth, enter, enter_with, event, everywhere, pending, poll,
    traced,
};
use crate::recorder::{first_attributes, install_hook, traced as traced_until};
use crate::testing::{AttributeValue, Recording, Span, Status};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use tracing::{info, info_span};

fn caught(body: impl FnOnce()) -> &'static str {
    let payload = catch_unwind(AssertUnwindSafe(body)).unwrap_err();
    *payload.downcast::<&str>().unwrap()
}

#[track_caller]
fn assert_failed(span: &Span) {
    assert_eq!(span.status, Status::Error(String::new()), "{span:?}");
    assert_eq!(event(span, "exception").attribute("exception.type"), Some(&"panic".into()));
}

#[test]
fn a_panic_is_the_failure_of_every_span_it_leaves() {
    site!(OUTER, "panic_outer", ["x"]);
    site!(INNER, "panic_inner");
    site!(AFTER, "panic_after");
    everywhere(
        || {
            let message = caught(|| {
                let _outer = enter_with(&OUTER, |attributes| attributes.record_as("x", &1));
                let _inner = enter(&INNER);
                panic_any("boom");
            });
            assert_eq!((message, depth()), ("boom", 0));
            drop(enter(&AFTER));
        },
        |spans, ()| {
            assert_failed(spans.one("panic_outer"));
            assert_failed(spans.one("panic_inner"));
            assert_eq!(spans.one("panic_outer").attribute("x"), Some(&1.into()));
            assert_root(spans.one("panic_after"));
            assert_eq!(spans.one("panic_after").status, Status::Unset);
        },
    );
}

#[test]
fn a_panic_in_an_attribute_closes_the_span_as_failed_with_what_was_there() {
    site!(CALLER, "bad_attribute_caller");
    site!(BAD, "bad_attribute", ["before"]);
    site!(AFTER, "bad_attribute_after");
    everywhere(
        || {
            let caller = enter(&CALLER);
            let message = caught(|| {
                let _bad = enter_with(&BAD, |attributes| {
                    attributes.record_as("before", &1);
                    panic_any("expression");
                });
            });
            drop(caller);
            assert_eq!((message, depth()), ("expression", 0));
            drop(enter(&AFTER));
        },
        |spans, ()| {
            let bad = spans.one("bad_attribute");
            assert_failed(bad);
            assert_eq!(bad.attribute("before"), Some(&1.into()));
            assert_child(bad, spans.one("bad_attribute_caller"));
            assert_eq!(
                spans.one("bad_attribute_caller").status,
                Status::Unset,
                "its caller caught it"
            );
            assert_root(spans.one("bad_attribute_after"));
        },
    );
}

#[test]
fn a_panic_in_the_first_attributes_of_a_future_fails_its_span() {
    site!(BAD, "bad_first", ["before"]);
    site!(AFTER, "bad_first_after");
    everywhere(
        || {
            let body = async {
                first_attributes(&BAD, &|attributes| {
                    attributes.record_as("before", &1);
                    panic_any("expression");
                });
            };
            let mut future: Boxed<()> = Box::pin(traced_until(&BAD, body, |(), _| {}));
            assert_eq!(caught(|| assert!(poll(&mut future).is_pending())), "expression");
            drop(future);
            assert_eq!(depth(), 0);
            drop(enter(&AFTER));
        },
        |spans, ()| {
            assert_failed(spans.one("bad_first"));
            assert_eq!(spans.one("bad_first").attribute("before"), Some(&1.into()));
            assert_root(spans.one("bad_first_after"));
        },
    );
}

#[test]
fn a_panic_in_a_later_poll_and_in_what_looks_at_the_output_fails_the_span() {
    site!(POLLED, "bad_poll", ["x"]);
    site!(OUTPUT, "bad_output");
    everywhere(
        || {
            let body = async {
                pending(1).await;
                panic_any("poll");
            };
            let mut future: Boxed<()> =
                Box::pin(traced_with(&POLLED, |attributes| attributes.record_as("x", &1), body));
            assert!(poll(&mut future).is_pending());
            assert_eq!(caught(|| assert!(poll(&mut future).is_pending())), "poll");
            drop(future);
            let mut future = Box::pin(traced_until(&OUTPUT, async {}, |(), _| panic_any("output")));
            assert_eq!(caught(|| assert!(poll(&mut future).is_pending())), "output");
            assert_eq!(depth(), 0);
        },
        |spans, ()| {
            assert_failed(spans.one("bad_poll"));
            assert_eq!(spans.one("bad_poll").attribute("x"), Some(&1.into()));
            assert_failed(spans.one("bad_output"));
        },
    );
}

#[test]
fn a_panic_in_what_a_dropped_future_drops_fails_its_span() {
    struct Bad;
    impl Drop for Bad {
        fn drop(&mut self) {
            panic_any("drop");
        }
    }
    site!(DROPPED, "bad_drop");
    everywhere(
        || {
            let mut future: Boxed<()> = Box::pin(traced(&DROPPED, async {
                let _bad = Bad;
                pending(9).await;
            }));
            assert!(poll(&mut future).is_pending());
            assert_eq!(caught(|| drop(future)), "drop");
            assert_eq!(depth(), 0);
        },
        |spans, ()| assert_failed(spans.one("bad_drop")),
    );
}

#[test]
fn what_destructors_do_while_a_panic_unwinds_is_no_failure_unless_it_panics_itself() {
    struct Unwound;
    impl Drop for Unwound {
        fn drop(&mut self) {
            site!(FINE, "unwound_fine");
            site!(BAD, "unwound_bad");
            drop(enter(&FINE));
            info_span!("unwound_slot").in_scope(|| info!("cleaning up"));
            let mut future = Box::pin(traced(&FINE, pending(1)));
            assert!(poll(&mut future).is_pending());
            assert!(poll(&mut future).is_ready());
            caught(|| {
                let _bad = enter(&BAD);
                panic_any("inner");
            });
        }
    }
    site!(OUTER, "unwound_outer");
    everywhere(
        || {
            let message = caught(|| {
                let _outer = enter(&OUTER);
                let _unwound = Unwound;
                panic_any("outer");
            });
            assert_eq!(message, "outer");
        },
        |spans, ()| {
            let outer = spans.one("unwound_outer");
            assert_failed(outer);
            for name in ["unwound_fine", "unwound_slot", "unwound_bad"] {
                spans.named(name).for_each(|span| assert_child(span, outer));
            }
            let fine = super::named(spans, "unwound_fine");
            assert_eq!(fine.len(), 2);
            assert!(fine.iter().all(|span| span.status == Status::Unset));
            assert_eq!(spans.one("unwound_slot").status, Status::Unset);
        },
    );
}

#[test]
fn a_value_that_panics_while_it_is_formatted_is_said_to_have_panicked() {
    site!(FUNCTION, "bad_value", ["debug", "display", "after"]);
    everywhere(
        || {
            let _function = enter_with(&FUNCTION, |attributes| {
                attributes.debug(const { &crate::recorder::Key::new("debug") }, &Panics);
                attributes.display(const { &crate::recorder::Key::new("display") }, &Panics);
                attributes.record_as("after", &3);
            });
            info!(bad = ?Panics, fine = 1, "with a bad field");
            info!("{Panics}");
            info_span!("bad_value_slot", bad = %Panics, fine = 1).in_scope(|| {});
            tracing::Span::current().record("after", tracing::field::debug(Panics));
        },
        |spans, ()| {
            let (span, slot) = (spans.one("bad_value"), spans.one("bad_value_slot"));
            let panicked = Some(&"<panicked>".into());
            for key in ["debug", "display", "after"] {
                assert_eq!(span.attribute(key), panicked);
            }
            let with_field = event(span, "with a bad field");
            assert_eq!(
                (with_field.attribute("bad"), with_field.attribute("fine")),
                (panicked, Some(&1.into()))
            );
            event(span, "<panicked>");
            assert_eq!(
                (slot.attribute("bad"), slot.attribute("fine")),
                (panicked, Some(&1.into()))
            );
            assert_eq!(span.status, Status::Unset, "the function itself did not fail");
        },
    );
}

#[test]
fn an_attribute_is_evaluated_once_and_a_panic_goes_through_once() {
    const TIMES: u32 = if cfg!(miri) { 5 } else { 100 };
    static EVALUATED: AtomicU32 = AtomicU32::new(0);
    site!(BAD, "once_bad");
    let recording = Recording::new();
    recording.run(|| {
        for _ in 0..TIMES {
            caught(|| {
                let _bad = enter_with(&BAD, |_| {
                    EVALUATED.fetch_add(1, Relaxed);
                    panic_any("again");
                });
            });
        }
    });
    assert_eq!(EVALUATED.load(Relaxed), TIMES);
    assert_eq!(recording.spans().len(), TIMES as usize);
}

/// What a failed span says of the panic that left it.
fn said(span: &Span) -> &str {
    match event(span, "exception").attribute("exception.message") {
        Some(AttributeValue::Text(text)) => text,
        other => panic!("{other:?}"),
    }
}

/// The same for the only span with a name that `body` makes, where panics are heard.
#[track_caller]
fn said_by(name: &str, body: impl FnOnce()) -> String {
    install_hook();
    let recording = Recording::new();
    recording.run(body);
    said(recording.spans().one(name)).to_owned()
}

/// Panics, and says nothing.
fn resume() {
    resume_unwind(Box::new("resumed"))
}

#[test]
fn a_failed_span_says_what_the_panic_said() {
    site!(SAID, "said");
    let message = said_by("said", || {
        let _ = catch_unwind(|| {
            let _said = enter(&SAID);
            panic!("{} is too many", 7);
        });
    });
    assert!(message.contains("7 is too many") && message.contains("panics.rs:"), "{message}");
}

#[test]
fn a_panic_that_was_resumed_is_still_known_in_the_span_where_it_began() {
    site!(SAID, "said_again");
    let message = said_by("said_again", || {
        caught(|| {
            let _said = enter(&SAID);
            let payload = catch_unwind(|| panic_any("caught and resumed")).unwrap_err();
            resume_unwind(payload);
        });
    });
    assert!(message.contains("caught and resumed"), "{message}");
}

#[test]
fn a_panic_that_says_nothing_does_not_say_what_an_earlier_one_said() {
    site!(SILENT, "silent", ["x"]);
    let silent = [
        said_by("silent", || {
            caught(|| panic_any("before the span"));
            caught(|| {
                let _silent = enter(&SILENT);
                resume();
            });
        }),
        said_by("silent", || {
            caught(|| panic_any("before the span's attributes"));
            caught(|| drop(enter_with(&SILENT, |_| resume())));
        }),
        said_by("silent", || {
            let mut future = Box::pin(traced(&SILENT, async {
                pending(1).await;
                resume();
            }));
            assert!(poll(&mut future).is_pending());
            caught(|| panic_any("of another task, between the polls"));
            caught(|| assert!(poll(&mut future).is_pending()));
        }),
        said_by("silent", || {
            caught(|| {
                let _silent = enter_with(&SILENT, |attributes| attributes.debug_as("x", &Panics));
                info!(bad = ?Panics, "a value that panics is no failure of the span");
                resume();
            });
        }),
    ];
    assert_eq!(silent, ["the function panicked"; 4]);
}

#[test]
fn a_value_that_panics_while_a_panic_unwinds_does_not_speak_for_it() {
    struct Logs;
    impl Drop for Logs {
        fn drop(&mut self) {
            info!(bad = ?Panics, "while it unwinds");
        }
    }
    site!(UNWOUND, "unwound_with_a_bad_value");
    let message = said_by("unwound_with_a_bad_value", || {
        caught(|| {
            let _unwound = enter(&UNWOUND);
            let _logs = Logs;
            panic_any("the one that unwinds");
        });
    });
    assert!(message.contains("the one that unwinds"), "{message}");
}
