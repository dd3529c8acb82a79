//! What one span may hold: counts, bytes, and texts that are cut between characters.

use super::{Panics, enter, enter_with, event, on_thread, pending, poll, recorded, traced};
use crate::recorder::{Config, Key, Limits};
use crate::set_attribute;
use crate::testing::{AttributeValue, Recording, Span, Spans, Status, everything};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use tracing::{Span as Handle, error, field, info, info_span};

/// The spans of `body` under the usual limits with changes.
fn limited(change: impl FnOnce(&mut Limits), body: impl FnOnce()) -> Spans {
    let mut config: Config = everything();
    change(&mut config.limits);
    let recording = Recording::with_config(config);
    recording.run(body);
    super::valid(recording.spans())
}

#[test]
fn a_span_that_lives_long_keeps_its_first_events_and_counts_the_others() {
    const TICKS: u32 = if cfg!(miri) { 30 } else { 1000 };
    site!(LOOP, "limits_loop");
    let ticks = || (0..TICKS).for_each(|i| info!(i, "tick"));
    let spans = limited(
        |limits| limits.events = 10,
        || {
            {
                let _main_loop = enter(&LOOP);
                ticks();
            }
            info_span!("limits_slot").in_scope(ticks);
            let mut future = Box::pin(traced(&LOOP, async {
                pending(1).await;
                ticks();
            }));
            while poll(&mut future).is_pending() {}
        },
    );
    assert_eq!(spans.len(), 3);
    for span in &spans {
        assert_eq!(span.dropped, [0, TICKS - 10, 0]);
        let kept: Vec<_> =
            span.events.iter().map(|event| event.attribute("i").cloned().unwrap()).collect();
        assert_eq!(kept, (0..10).map(AttributeValue::from).collect::<Vec<_>>());
    }
}

#[test]
fn without_room_for_events_failures_are_known_and_their_words_stay_in() {
    site!(FUNCTION, "limits_failure");
    let spans = limited(
        |limits| limits.events = 0,
        || {
            enter(&FUNCTION).finish(&|ending| ending.fail("Kind", &"private words"));
            info_span!("limits_failure").in_scope(|| error!("private words"));
        },
    );
    assert_eq!(spans.len(), 2);
    for span in &spans {
        assert_eq!((&span.status, span.dropped), (&Status::Error(String::new()), [0, 1, 0]));
        assert!(!format!("{span:?}").contains("private words"), "{span:?}");
    }
}

#[test]
fn attributes_over_the_limit_are_counted_and_known_keys_still_change() {
    site!(FUNCTION, "limits_attributes", ["a"]);
    let spans = limited(
        |limits| limits.attributes = 3,
        || {
            let _function = enter_with(&FUNCTION, |attributes| {
                attributes.record_as("a", &1);
                attributes.record_as("b", &2);
            });
            for key in ["c", "d", "e"] {
                set_attribute(key, 3);
            }
            Handle::current().record("a", 4);
        },
    );
    let span = spans.one("limits_attributes");
    assert_eq!(span.dropped, [2, 0, 0]);
    let keys: Vec<_> = recorded(span).into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["b", "c", "a"]);
    assert_eq!(span.attribute("a"), Some(&4.into()));
}

#[test]
fn links_over_the_limit_are_counted() {
    site!(FUNCTION, "limits_links");
    let spans = limited(
        |limits| limits.links = 2,
        || {
            let other = info_span!("limits_linked");
            let _function = enter(&FUNCTION);
            (0..5).for_each(|_| {
                Handle::current().follows_from(&other);
            });
        },
    );
    assert_eq!(spans.one("limits_links").links.len(), 2);
    assert_eq!(spans.one("limits_links").dropped, [0, 0, 3]);
}

#[test]
fn what_other_threads_write_obeys_the_same_limits() {
    site!(FUNCTION, "limits_threads", ["a", "b", "c", "d"]);
    let spans = limited(
        |limits| (limits.attributes, limits.events) = (2, 2),
        || {
            let _function = enter_with(&FUNCTION, |attributes| attributes.record_as("a", &1));
            info!("own");
            let handle = Handle::current();
            on_thread(move || {
                handle.record("b", 2).record("c", 3).record("d", 4).record("a", 5);
                handle.in_scope(|| (0..4).for_each(|_| info!("other")));
            })
            .join()
            .unwrap();
        },
    );
    let span = spans.one("limits_threads");
    assert_eq!((recorded(span).len(), span.events.len()), (2, 2));
    assert_eq!(span.attribute("b"), Some(&2.into()));
    assert_eq!(span.dropped[1], 3);
    assert!(span.dropped[0] >= 2, "{span:?}");
}

#[test]
fn an_open_span_stops_growing_at_its_size() {
    site!(LOOP, "limits_size", ["big"]);
    const SIZE: usize = 8 * 1024;
    const ROUNDS: u32 = if cfg!(miri) { 25 } else { 100 };
    let big = "x".repeat(1000);
    let recording = Recording::with_config(Config {
        limits: Limits { span_bytes: SIZE as u32, ..everything().limits },
        ..everything()
    });
    recording.run(|| {
        let _main_loop = enter(&LOOP);
        for i in 0..ROUNDS {
            info!(big, "tick");
            set_attribute(&format!("key.{i}"), &*big);
            Handle::current().record("big", &*big);
        }
        let (handle, big) = (Handle::current(), big.clone());
        on_thread(move || {
            for _ in 0..ROUNDS {
                handle.in_scope(|| info!(big, "from a thread"));
                handle.record("big", &*big);
            }
        })
        .join()
        .unwrap();
    });
    let spans = super::valid(recording.spans());
    let span = spans.one("limits_size");
    let [attributes, events, _] = span.dropped;
    assert!(
        attributes > ROUNDS * 4 / 5 && events > ROUNDS * 4 / 5,
        "{attributes} attributes and {events} events were dropped"
    );
    assert!(bytes_of(span) < SIZE + 3 * big.len(), "{} bytes", bytes_of(span));
}

/// About how much a span holds.
fn bytes_of(span: &Span) -> usize {
    let texts = |attributes: &[(String, AttributeValue)]| {
        let text = |value: &AttributeValue| {
            if let AttributeValue::Text(text) = value { text.len() } else { 0 }
        };
        attributes.iter().map(|(key, value)| key.len() + text(value)).sum::<usize>()
    };
    texts(&span.attributes)
        + span.events.iter().map(|event| texts(&event.attributes)).sum::<usize>()
}

#[test]
fn a_value_that_replaces_a_small_one_obeys_the_size_too() {
    site!(FUNCTION, "limits_replaced");
    let big = "x".repeat(500);
    let spans = limited(
        |limits| limits.span_bytes = 2048,
        || {
            let _function = enter_with(&FUNCTION, |attributes| {
                (0..50).for_each(|i| attributes.record_as(&format!("key.{i}"), &i));
            });
            (0..50).for_each(|i| set_attribute(&format!("key.{i}"), &*big));
        },
    );
    let span = spans.one("limits_replaced");
    assert!(bytes_of(span) < 4096, "{} bytes", bytes_of(span));
    assert!(span.dropped[0] > 40, "{:?}", span.dropped);
}

#[test]
fn a_span_over_the_limit_of_a_ring_is_whole() {
    site!(LARGE, "limits_large");
    let large = "é".repeat(if cfg!(miri) { 10_000 } else { 100_000 });
    let spans = limited(
        |limits| limits.value_bytes = 1_000_000,
        || {
            let _large = enter(&LARGE);
            set_attribute("large", &*large);
        },
    );
    assert_eq!(spans.one("limits_large").attribute("large"), Some(&large[..].into()));
}

#[test]
fn every_text_is_cut_between_characters_whatever_the_limit_is() {
    site!(FUNCTION, "limits_text", ["debug", "recorded"]);
    const DEBUG: &Key = &Key::new("debug");
    let text = "é€😀".repeat(20);
    for limit in (1..=64).step_by(if cfg!(miri) { 31 } else { 1 }) {
        let spans = limited(
            |limits| limits.value_bytes = limit,
            || {
                let function = enter_with(&FUNCTION, |attributes| {
                    attributes.record_as("text", &text);
                    attributes.display(DEBUG, &text);
                    attributes.record_as("bytes", text.as_bytes());
                });
                set_attribute("set", &*text);
                set_attribute("otel.status_description", &*text);
                Handle::current().record("recorded", field::debug(&text));
                info!(text, "{text}");
                function.finish(&|ending| ending.fail(&text, &text));
                info_span!("limits_text_slot", otel.name = text, otel.status_description = %text, text).in_scope(|| {
                    error!(text, panics = ?Panics, "{text}");
                });
            },
        );
        // Decoding refuses whatever is not UTF-8; here is how much of it is there.
        let longest = longest_start(&text, limit as usize);
        let span = spans.one("limits_text");
        for key in ["text", "debug", "set"] {
            assert_eq!(span.attribute(key), Some(&longest.into()), "`{key}` within {limit} bytes");
        }
        assert_eq!(
            span.attribute("bytes"),
            Some(&AttributeValue::Bytes(text.as_bytes()[..limit as usize].to_vec()))
        );
        assert!(
            matches!(span.attribute("recorded"), Some(AttributeValue::Text(text)) if text.len() <= limit as usize)
        );
        assert_eq!(event(span, "exception").attribute("exception.message"), Some(&longest.into()));
        let slot = spans.iter().find(|span| span.name != "limits_text").unwrap();
        assert_eq!(slot.events[0].attribute("text"), Some(&longest.into()));
        let name = if longest.is_empty() { "event " } else { longest };
        assert!(slot.events[0].name.starts_with(name), "{:?}", slot.events[0].name);
    }
}

fn longest_start(text: &str, limit: usize) -> &str {
    (0..=limit).rev().find_map(|end| text.get(..end)).unwrap()
}

#[test]
fn output_of_debug_that_does_not_end_by_itself_is_cut_and_not_written_to_its_end() {
    static WRITES: AtomicU32 = AtomicU32::new(0);
    struct Long;
    impl std::fmt::Debug for Long {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            (0..100_000).try_for_each(|_| {
                WRITES.fetch_add(1, Relaxed);
                f.write_str("long text ")
            })
        }
    }
    site!(FUNCTION, "limits_long");
    let spans = limited(
        |limits| limits.value_bytes = 15,
        || {
            let _function = enter(&FUNCTION);
            info!(long = ?Long, "{Long:?}");
            info_span!("limits_long_slot", otel.name = ?Long, otel.kind = ?Long).in_scope(|| {});
        },
    );
    let cut = &spans.one("limits_long").events[0];
    assert_eq!(
        (&cut.name[..], cut.attribute("long")),
        ("long text long ", Some(&"long text long ".into()))
    );
    assert_eq!(spans.one("long text long ").kind, 1);
    assert!(WRITES.load(Relaxed) < 10, "{WRITES:?} pieces were written");
}

#[test]
fn a_value_that_takes_a_refusal_for_impossible_is_cut_all_the_same() {
    struct Unwraps;
    impl std::fmt::Debug for Unwraps {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("long text ").unwrap();
            f.write_str("and more").unwrap();
            Ok(())
        }
    }
    let spans = limited(
        |limits| limits.value_bytes = 12,
        || info_span!("limits_unwraps", long = ?Unwraps).in_scope(|| {}),
    );
    assert_eq!(spans.one("limits_unwraps").attribute("long"), Some(&"long text an".into()));
}
