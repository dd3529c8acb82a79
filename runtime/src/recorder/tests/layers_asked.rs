//! Layers while they are asked about a call site.

use super::foreign::Log;
use super::layers::recording;
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::Duration;
use tracing::{info, info_span};
use tracing_core::{Interest, Metadata, Subscriber, span};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// Only a test that is broken waits so long.
const PATIENCE: Duration = Duration::from_secs(10);

/// A log that does something when it is asked.
struct Asked<F>(Log, F);

impl<S, F> Layer<S> for Asked<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    F: Fn(&Metadata<'_>) + Send + Sync + 'static,
{
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        (self.1)(metadata);
        Interest::always()
    }

    fn on_new_span(
        &self,
        attributes: &span::Attributes<'_>,
        id: &span::Id,
        context: Context<'_, S>,
    ) {
        self.0.on_new_span(attributes, id, context);
    }
}

#[test]
fn a_span_that_begins_while_layers_are_asked_about_it_is_told() {
    let ((is_asked, asked), (answer, may_answer)) = (channel(), channel());
    let (log, may_answer) = (Log::default(), Mutex::new(Some(may_answer)));
    let recording = recording(Asked(log.clone(), move |metadata: &Metadata<'_>| {
        let first = (metadata.name() == "asked_slow").then(|| may_answer.lock().unwrap().take());
        if let Some(may_answer) = first.flatten() {
            is_asked.send(()).unwrap();
            may_answer.recv_timeout(PATIENCE).unwrap();
        }
    }));
    let slow = || recording.run(|| drop(info_span!("asked_slow")));
    std::thread::scope(|scope| {
        scope.spawn(slow);
        asked.recv_timeout(PATIENCE).unwrap();
        slow();
        answer.send(()).unwrap();
    });
    assert_eq!(log.lines(), ["new asked_slow under None"; 2]);
}

fn curious() {
    info_span!("asked_curious").in_scope(|| info!("asked_curious"));
}

#[test]
fn a_layer_may_trace_while_it_is_asked_about_what_it_traces_by() {
    let log = Log::default();
    let recording = recording(Asked(log.clone(), |metadata: &Metadata<'_>| {
        if metadata.name() == "asked_curious" {
            curious();
        }
    }));
    recording.run(curious);
    assert_eq!(log.lines().last().unwrap(), "new asked_curious under None");
    assert!(recording.spans().iter().any(|span| span.name == "asked_curious"));
}

#[cfg(feature = "opentelemetry")]
#[test]
fn layers_are_not_asked_about_spans_of_the_api_which_they_do_not_see() {
    use opentelemetry::trace::{Tracer as _, TracerProvider as _};
    let tracer = crate::opentelemetry::TracerProvider::new().tracer("library");
    let (ask, asked) = channel();
    let recording = recording(Asked(Log::default(), move |metadata: &Metadata<'_>| {
        ask.send(metadata.target().to_owned()).unwrap();
    }));
    recording.run(|| tracer.in_span("of the api", |_| info!(target: "asked_event", "ev")));
    let asked: Vec<_> = asked.try_iter().collect();
    assert!(asked.contains(&"asked_event".to_owned()), "{asked:?}");
    assert!(!asked.contains(&"opentelemetry".to_owned()), "{asked:?}");
}
