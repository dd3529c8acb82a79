//! Parents in another process.

use super::{
    assert_child, assert_root, depth, enter, enter_with, event, everywhere, named, on_thread,
};
use crate::recorder::current::context;
use crate::recorder::remote::{RemoteParent, Sampled};
use crate::set_attribute;
use crate::testing::Recording;
use tracing::{Span, info, info_span};

const TRACE: u128 = 7 << 64 | 8;
const LOCAL: u32 = 0x101;
const REMOTE: u32 = 0x301;

#[test]
fn a_remote_parent_is_the_parent_of_what_runs_while_it_lives() {
    site!(FUNCTION, "remote_function");
    site!(CHILD, "remote_child");
    everywhere(
        || {
            let remote = RemoteParent::enter(TRACE, 9, Sampled::Yes, None);
            {
                let _function = enter(&FUNCTION);
                drop(enter(&CHILD));
                assert_eq!(context().unwrap().trace_id, TRACE);
            }
            let handle = Span::current();
            on_thread(move || handle.in_scope(|| info_span!("remote_thread").in_scope(|| {})))
                .join()
                .unwrap();
            drop(remote);
            assert_eq!(depth(), 0);
            drop(enter(&FUNCTION));
        },
        |spans, ()| {
            let functions = named(spans, "remote_function");
            let (function, child, thread) =
                (functions[0], spans.one("remote_child"), spans.one("remote_thread"));
            for span in [function, thread] {
                assert_eq!((span.trace_id, span.parent_span_id), (TRACE, Some(9)));
                assert_eq!(span.flags, REMOTE);
            }
            assert_child(child, function);
            assert_eq!(child.flags, LOCAL);
            assert_root(functions[1]);
            assert_eq!(spans.named("remote parent").count(), 0, "it is not ours to export");
        },
    );
}

#[test]
fn only_the_first_span_says_that_its_parent_is_remote() {
    site!(FIRST, "remote_first");
    site!(UNDER_SLOT, "remote_under_slot");
    site!(UNDER_HANDLE, "remote_under_handle");
    everywhere(
        || {
            let _remote = RemoteParent::enter(TRACE, 10, Sampled::Yes, None);
            info_span!("remote_first_slot").in_scope(|| {
                drop(enter(&UNDER_SLOT));
                info_span!("remote_slot_under_slot").in_scope(|| {});
            });
            let _first = enter(&FIRST);
            let handle = Span::current();
            info_span!(parent: &handle, "remote_explicit").in_scope(|| {});
            on_thread(move || handle.in_scope(|| drop(enter(&UNDER_HANDLE)))).join().unwrap();
        },
        |spans, ()| {
            for name in ["remote_first", "remote_first_slot"] {
                assert_eq!(spans.one(name).flags, REMOTE, "{name}");
            }
            for name in [
                "remote_under_slot",
                "remote_slot_under_slot",
                "remote_explicit",
                "remote_under_handle",
            ] {
                assert_eq!(spans.one(name).flags, LOCAL, "{name}");
            }
        },
    );
}

#[test]
fn the_remote_decision_counts_whatever_the_rate_is() {
    site!(FUNCTION, "remote_decision", ["x"]);
    for (rate, sampled, expected) in [(0.0, Sampled::Yes, 2), (1.0, Sampled::No, 0)] {
        let recording = Recording::with_sample_rate(rate);
        recording.run(|| {
            let _remote = RemoteParent::enter(TRACE, 9, sampled, None);
            drop(enter_with(&FUNCTION, |_| assert_eq!(sampled, Sampled::Yes)));
            info_span!("remote_decision_slot").in_scope(|| {});
            assert_eq!(context().unwrap().trace_id, TRACE);
        });
        assert_eq!(recording.spans().len(), expected);
    }
}

#[test]
fn what_is_written_to_a_remote_parent_goes_nowhere() {
    everywhere(
        || {
            let _remote = RemoteParent::enter(TRACE, 11, Sampled::Yes, None);
            set_attribute("x", 1);
            info!("for the other process");
            Span::current().record("x", 1);
            info_span!("remote_nowhere").in_scope(|| {});
        },
        |spans, ()| {
            let span = spans.one("remote_nowhere");
            assert!(span.attribute("x").is_none() && span.events.is_empty());
        },
    );
}

#[test]
fn a_remote_parent_may_be_a_span_of_this_very_thread() {
    site!(CLIENT, "in_process_client", ["x"]);
    site!(SERVER, "in_process_server");
    everywhere(
        || {
            let _client = enter(&CLIENT);
            let (client, handle) = (context().unwrap(), Span::current());
            let remote = RemoteParent::enter(client.trace_id, client.span_id, Sampled::Yes, None);
            drop(enter(&SERVER));
            handle.record("x", 1);
            info!(parent: &handle, "to the client");
            drop(remote);
            set_attribute("y", 2);
            assert_eq!(depth(), 1);
        },
        |spans, ()| {
            let (client, server) = (spans.one("in_process_client"), spans.one("in_process_server"));
            assert_child(server, client);
            assert_eq!(server.flags, REMOTE);
            assert_eq!(
                (client.attribute("x"), client.attribute("y")),
                (Some(&1.into()), Some(&2.into()))
            );
            event(client, "to the client");
        },
    );
}

#[test]
fn a_remote_parent_under_no_recorder_is_nothing() {
    tracing_core::dispatcher::with_default(&tracing_core::Dispatch::none(), || {
        assert!(RemoteParent::enter(TRACE, 9, Sampled::Yes, None).is_none());
        assert!(context().is_none());
    });
}
