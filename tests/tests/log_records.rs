//! Records of the crate `log` are events of the span that is current.
//!
//! The logger belongs to the whole process, so the tests of this one take turns.

use opentelemetry_proto::tonic::trace::v1::span::Event;
use std::sync::{Mutex, PoisonError};
use synndicate::{Builder, traced};
use synndicate_tests::receiver::{Receiver, Wire};
use synndicate_tests::spans::attributes;

/// The level that `log` asks about while tracing runs, and the events of the span `working`.
fn recorded(filter: &str, work: fn()) -> (log::LevelFilter, Vec<Event>) {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let receiver = Receiver::over(Wire::Grpc).listen().unwrap();
    let settings = receiver.settings();
    let builder =
        settings.iter().fold(Builder::new(), |builder, (key, value)| builder.set(*key, value));
    let tracing =
        builder.set("tracing_filter", filter).set("shutdown_timeout", 60).start().unwrap();
    working(work);
    let level = log::max_level();
    tracing.shutdown();
    assert_eq!(log::max_level(), log::LevelFilter::Off, "nobody is there any more");
    let noted = receiver.noted();
    let spans: Vec<_> = noted.spans().filter(|span| span.name == "working").collect();
    assert_eq!(spans.len(), 1);
    (level, spans[0].events.clone())
}

#[traced(level = "error")]
fn working(work: fn()) {
    work();
}

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| &event.name[..]).collect()
}

#[test]
fn a_record_is_an_event_with_its_own_target_level_and_place() {
    let (_, events) = recorded("info", || log::warn!("{} of {}", 1, 2));
    let line = line!() - 1;
    assert_eq!(names(&events), ["1 of 2"]);
    let expected = [
        ("code.file.path", format!("{:?}", file!())),
        ("code.line.number", line.to_string()),
        ("code.module.name", format!("{:?}", module_path!())),
        ("level", "\"WARN\"".to_owned()),
        ("target", format!("{:?}", module_path!())),
    ];
    let expected = expected.map(|(key, value)| (key.to_owned(), value));
    assert_eq!(attributes(&events[0].attributes), expected);
}

#[test]
fn the_filter_knows_records_by_target_and_level() {
    let work = || {
        log::debug!(target: "chatty::part", "in detail");
        log::trace!(target: "chatty", "in too much detail");
        log::info!(target: "quiet", "not wanted");
        log::warn!(target: "quiet", "wanted");
        log::error!(target: "silent", "never wanted");
    };
    let (level, events) = recorded("warn,chatty=debug,silent=off", work);
    assert_eq!(names(&events), ["in detail", "wanted"]);
    assert_eq!(level, log::LevelFilter::Debug, "`trace!` does not even ask");
}

#[test]
fn the_level_is_that_of_the_filter() {
    for (filter, expected) in [
        ("error", log::LevelFilter::Error),
        ("info", log::LevelFilter::Info),
        ("error,one::module=trace", log::LevelFilter::Trace),
    ] {
        let (level, _) = recorded(filter, || log::logger().flush());
        assert_eq!(level, expected, "{filter}");
    }
}

#[test]
fn a_record_without_a_message_has_a_name_and_events_of_tracing_keep_their_fields() {
    let (_, events) = recorded("info", || {
        tracing::info!(log.target = "a field of its own", "an event");
        log::info!("{}", "");
    });
    assert_eq!(names(&events), ["an event", "log event"]);
    let of_tracing = attributes(&events[0].attributes);
    assert!(of_tracing.iter().any(|(key, value)| key == "log.target" && value.contains("own")));
}
