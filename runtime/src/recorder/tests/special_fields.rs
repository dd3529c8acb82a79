//! `otel.name`, `otel.kind`, `otel.status_code` and `otel.status_description`: from fields, records and `set_attribute`.

use super::{enter, everywhere, on_thread, recorded, traced};
use crate::set_attribute;
use crate::testing::Status;
use std::fmt;
use tracing::{Span, error, field, info_span};

#[test]
fn fields_of_a_span_set_what_their_names_say() {
    everywhere(
        || {
            drop(info_span!(
                "special_slot",
                otel.name = "GET /special",
                otel.kind = "server",
                otel.status_code = "ERROR",
                otel.status_description = "gone",
                otel.other = "an attribute",
                n = 1,
            ));
        },
        |spans, ()| {
            let span = spans.one("GET /special");
            assert_eq!((span.kind, &span.status), (2, &Status::Error("gone".to_owned())));
            assert_eq!(span.attribute("otel.other"), Some(&"an attribute".into()));
            let ours = |key: &str| key.starts_with("otel.") && key != "otel.other";
            assert!(!span.attributes.iter().any(|(key, _)| ours(key)), "{span:?}");
            assert_eq!(spans.named("special_slot").count(), 0);
        },
    );
}

#[test]
fn what_is_recorded_later_wins() {
    site!(
        FUNCTION,
        "special_later",
        ["otel.name", "otel.kind", "otel.status_code", "otel.status_description"]
    );
    everywhere(
        || {
            let slot = info_span!(
                "special_later_slot",
                otel.name = "first",
                otel.kind = "client",
                otel.status_code = field::Empty
            );
            slot.record("otel.name", "special slot")
                .record("otel.kind", "Producer")
                .record("otel.status_code", "ok");
            let _function = enter(&FUNCTION);
            Span::current().record("otel.name", "first").record("otel.kind", "CONSUMER");
            set_attribute("otel.name", "special function");
            set_attribute("otel.status_code", "error");
            set_attribute("otel.status_description", "because");
        },
        |spans, ()| {
            let (slot, function) = (spans.one("special slot"), spans.one("special function"));
            assert_eq!((slot.kind, &slot.status), (4, &Status::Ok));
            assert_eq!(
                (function.kind, &function.status),
                (5, &Status::Error("because".to_owned()))
            );
            assert_eq!(recorded(function), []);
        },
    );
}

#[test]
fn they_may_come_from_another_thread_and_inside_a_future() {
    site!(FUNCTION, "special_thread", ["otel.name", "otel.kind", "otel.status_code"]);
    site!(FUTURE, "special_future");
    everywhere(
        || {
            let function = enter(&FUNCTION);
            let handle = Span::current();
            let record = move || {
                handle.record("otel.name", "special thread").record("otel.kind", "client");
                handle.record("otel.status_code", "OK");
            };
            on_thread(record).join().unwrap();
            drop(function);
            super::block_on(traced(&FUTURE, async {
                set_attribute("otel.name", "special future");
                set_attribute("otel.kind", "server".to_owned());
            }));
        },
        |spans, ()| {
            let span = spans.one("special thread");
            assert_eq!((span.kind, &span.status), (3, &Status::Ok));
            assert_eq!(spans.one("special future").kind, 2);
        },
    );
}

#[test]
fn they_may_be_formatted_and_what_is_unknown_changes_nothing() {
    struct Client;
    impl fmt::Debug for Client {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("client")
        }
    }
    everywhere(
        || {
            drop(info_span!("special_a", otel.name = %"special formatted", otel.kind = ?Client));
            drop(info_span!(
                "special_unknown",
                otel.kind = "sideways",
                otel.status_code = "maybe",
                otel.name = 7
            ));
            drop(
                info_span!("special_panics", otel.name = ?super::Panics, otel.kind = ?super::Panics, n = 1),
            );
        },
        |spans, ()| {
            assert_eq!(spans.one("special formatted").kind, 3);
            let unknown = spans.one("special_unknown");
            assert_eq!((unknown.kind, &unknown.status), (1, &Status::Unset));
            assert_eq!(unknown.attribute("otel.name"), Some(&7.into()), "a name is a text");
            assert_eq!(spans.one("<panicked>").attribute("n"), Some(&1.into()));
        },
    );
}

#[test]
fn the_users_status_stands_against_failures() {
    site!(FUNCTION, "special_ok");
    site!(WORDS, "special_words");
    everywhere(
        || {
            {
                let function = enter(&FUNCTION);
                set_attribute("otel.status_code", "ok");
                error!("not so bad");
                function.finish(&|ending| ending.fail("Kind", &"message"));
            }
            let _words = enter(&WORDS);
            set_attribute("otel.status_description", "only words");
            error!("bad");
        },
        |spans, ()| {
            assert_eq!(spans.one("special_ok").status, Status::Ok);
            assert_eq!(spans.one("special_words").status, Status::Error("only words".to_owned()));
        },
    );
}
