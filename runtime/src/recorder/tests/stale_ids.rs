//! Ids of spans that are over, and ids that never were.

use super::{assert_root, depth, enter, everywhere, named, on_thread};
use crate::testing::Recording;
use std::collections::HashSet;
use std::sync::mpsc;
use tracing::span::Id;
use tracing::{Span, info, info_span};
use tracing_core::dispatcher;

#[test]
fn an_id_whose_span_is_over_is_nobodys_parent_and_links_to_nobody() {
    const TENANTS: usize = if cfg!(miri) { 10 } else { 200 };
    site!(FUNCTION, "stale_function");
    site!(TENANT, "stale_tenant");
    everywhere(
        || {
            let of_slot = info_span!("stale_slot").id().unwrap();
            let of_function = {
                let _function = enter(&FUNCTION);
                Span::current().id().unwrap()
            };
            // Whoever has their places now must not be taken for them.
            let _tenant = enter(&TENANT);
            let slots: Vec<_> = (0..TENANTS).map(|_| info_span!("stale_tenant_slot")).collect();
            for id in [of_slot, of_function] {
                info_span!(parent: id.clone(), "stale_child").in_scope(|| {});
                info_span!("stale_consumer").in_scope(|| {
                    Span::current().follows_from(id.clone());
                });
                info!(parent: id.clone(), "stale event");
                dispatcher::get_default(|current| {
                    current.enter(&id);
                    current.exit(&id);
                    assert!(!current.try_close(current.clone_span(&id)));
                });
            }
            assert_eq!(depth(), 1);
            drop(slots);
        },
        |spans, ()| {
            named(spans, "stale_child").iter().for_each(|child| assert_root(child));
            assert!(spans.named("stale_consumer").all(|span| span.links.is_empty()));
            assert!(
                !spans
                    .iter()
                    .any(|span| span.events.iter().any(|event| event.name == "stale event"))
            );
            assert_eq!(named(spans, "stale_tenant_slot").len(), TENANTS, "no stranger was closed");
            assert_eq!(named(spans, "stale_tenant").len(), 1);
        },
    );
}

#[test]
fn links_and_events_of_a_span_that_is_over_are_counted() {
    site!(FUNCTION, "counted_function");
    let recording = Recording::new();
    let counted = |what: &str, expected: u64, act: &dyn Fn()| {
        let late = recording.late();
        act();
        assert_eq!(recording.late() - late, expected, "{what}");
    };
    recording.run(|| {
        let stale = info_span!("counted_over").id();
        let follow = |cause: Option<Id>| {
            let function = enter(&FUNCTION);
            function.finish(&|ending| ending.follow(cause.clone()));
        };
        counted("a slot's link", 1, &|| {
            info_span!("counted").follows_from(stale.clone());
        });
        counted("a function's link", 1, &|| follow(stale.clone()));
        counted("no link", 0, &|| follow(None));
        counted("a link of the span that is current", 1, &|| {
            let _function = enter(&FUNCTION);
            Span::current().follows_from(stale.clone());
        });
        counted("an event", 1, &|| info!(parent: stale.clone(), "too late"));
        counted("a child, which is a root now", 0, &|| {
            info_span!(parent: stale.clone(), "counted").in_scope(|| {});
        });
    });
    let spans = recording.spans();
    assert_eq!(named(&spans, "counted_function").len(), 3);
    assert!(spans.iter().all(|span| span.links.is_empty() && span.events.is_empty()));
}

#[test]
fn forged_ids_do_no_harm() {
    everywhere(
        || {
            let _open = info_span!("forged_open").entered();
            for forged in [
                1,
                2,
                255,
                256,
                257,
                u64::MAX,
                u64::MAX - 1,
                7 << 60 | 1,
                7 << 60,
                u64::from(u32::MAX),
            ] {
                let id = Id::from_u64(forged);
                info_span!(parent: id.clone(), "forged_child").in_scope(|| {});
                info!(parent: id.clone(), "forged event");
                dispatcher::get_default(|current| {
                    current.enter(&id);
                    current.exit(&id);
                    current.record_follows_from(&id, &id);
                    assert!(!current.try_close(current.clone_span(&id)));
                });
            }
            assert_eq!(depth(), 1);
        },
        |spans, ()| {
            named(spans, "forged_child").iter().for_each(|child| assert_root(child));
            assert_eq!(spans.one("forged_open").events.len(), 0);
        },
    );
}

/// Ids travel to another thread while their spans end and others take their places: what is found is the right span or none.
#[test]
fn an_id_that_is_overtaken_by_the_end_never_leads_to_the_next_tenant() {
    const ROUNDS: usize = if cfg!(miri) { 8 } else { 50_000 };
    site!(PRODUCER, "overtaken_producer");
    let recording = Recording::new();
    let (ids, received) = mpsc::sync_channel::<Id>(1);
    let consumer = recording.run(|| {
        on_thread(move || {
            for id in received {
                info_span!("overtaken_consumer").follows_from(id.clone());
                info_span!(parent: id, "overtaken_child").in_scope(|| {});
            }
        })
    });
    recording.run(|| {
        for round in 0..ROUNDS {
            if round % 2 == 0 {
                let _producer = enter(&PRODUCER);
                ids.send(Span::current().id().unwrap()).unwrap();
            } else {
                ids.send(info_span!("overtaken_producer").id().unwrap()).unwrap();
            }
        }
    });
    drop(ids);
    consumer.join().unwrap();

    let spans = super::valid(recording.spans());
    let producers: HashSet<_> =
        spans.named("overtaken_producer").map(|span| (span.trace_id, span.span_id)).collect();
    assert_eq!(producers.len(), ROUNDS);
    for consumer in spans.named("overtaken_consumer") {
        assert!(
            consumer.links.iter().all(|link| producers.contains(&(link.trace_id, link.span_id))),
            "{consumer:?}"
        );
    }
    for child in spans.named("overtaken_child") {
        assert!(
            child.parent_span_id.is_none_or(|parent| producers.contains(&(child.trace_id, parent))),
            "{child:?}"
        );
    }
}
