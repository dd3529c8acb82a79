//! The same under a subscriber that is not ours.

use super::*;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Writes down what happens.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    fn add(&self, line: String) {
        self.0.lock().expect("a lock").push(line);
    }
}

struct Values(String);

impl Visit for Values {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl Subscriber for Notes {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        ["traced_options", "synndicate"].iter().any(|target| metadata.target().starts_with(target))
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let parent = span.parent().map_or_else(
            || if span.is_root() { "root" } else { "current" }.into(),
            |id| id.into_u64().to_string(),
        );
        self.add(format!("new {} {parent}", span.metadata().name()));
        Id::from_u64(7)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut text = Values("record".into());
        values.record(&mut text);
        self.add(text.0);
    }

    fn record_follows_from(&self, _: &Id, cause: &Id) {
        self.add(format!("follows {}", cause.into_u64()));
    }

    fn event(&self, event: &Event<'_>) {
        let mut text = Values("event".into());
        event.record(&mut text);
        self.add(text.0);
    }

    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[test]
fn options_mean_the_same_under_another_subscriber() {
    #[traced(kind = client, parent = Id::from_u64(3), follows_from = [Id::from_u64(4)], fields(otel.name = "n", x = 1))]
    fn sync(text: &str) -> Result<u8, String> {
        Err(text.to_owned())
    }
    #[traced(fields(otel.name = "later"))]
    async fn asynchronous(n: u8) -> u8 {
        n
    }
    #[traced(root)]
    fn returned(n: u8) -> impl Future<Output = u8> {
        std::future::ready(n)
    }
    let notes = Notes::default();
    tracing::subscriber::with_default(notes.clone(), || {
        let _ = sync("abc");
        asynchronous(5).now_or_never();
        returned(6).now_or_never();
    });
    let notes = notes.0.lock().expect("a lock").join("\n");
    let expected = [
        "new sync 3",
        "record otel.kind=\"client\"",
        "record text_length=3",
        "record x=1",
        "follows 4",
        "record otel.name=\"n\"",
        "record error.type=\"alloc::string::String\"",
        "event message=exception exception.type=\"alloc::string::String\" exception.message=\"abc\"",
        "new asynchronous current",
        "record n=5",
        "record otel.name=\"later\"",
        "record result=5",
        "new returned root",
        "record n=6",
        "record result=6",
    ];
    assert_eq!(notes, expected.join("\n"));
}
