//! Events that name a span: for layers that is a span of theirs.

use super::spans::found;
use std::fmt;
use tracing_core::field::{Field, Value, Visit, debug};
use tracing_core::{Event, span};

/// The most fields that the macros of `tracing` promise to take.
const FIELDS: usize = 32;
/// What happens to the wakers of tokio's tasks, where it is built with `--cfg tokio_unstable`: tokio-console counts it.
const WAKERS: &str = "tokio::task::waker";
/// The span of the task, in such an event: not as its parent, because it is nowhere near.
const TASK: &str = "task.id";

/// Gives `tell` the event as layers are to see it.
pub(super) fn with_spans_of_theirs(event: &Event<'_>, tell: impl FnOnce(&Event<'_>)) {
    let is_of_waker = event.metadata().target() == WAKERS;
    if event.parent().is_none() && !is_of_waker {
        return tell(event);
    }
    let parent = event.parent().and_then(|parent| theirs(parent.into_u64()));
    let mut fields = Copied { is_of_waker, ..Copied::default() };
    event.record(&mut fields);
    fields.tell(event, parent, tell);
}

/// The id by which layers know a span, if they see it.
fn theirs(id: u64) -> Option<span::Id> {
    found(id).map(|(_, seen)| seen)
}

/// The values of an event's fields.
#[derive(Default)]
struct Copied {
    values: Vec<(Field, Box<dyn Value>)>,
    is_of_waker: bool,
}

impl Copied {
    fn add(&mut self, field: &Field, value: impl Value + 'static) {
        self.values.push((field.clone(), Box::new(value)));
    }

    /// Where layers do not see its parent the event belongs to their current span.
    fn tell(self, event: &Event<'_>, parent: Option<span::Id>, tell: impl FnOnce(&Event<'_>)) {
        let metadata = event.metadata();
        let any = metadata.fields().iter().next();
        let mut values = any.as_ref().map(|any| [(any, None::<&dyn Value>); FIELDS]);
        for (place, (field, value)) in values.iter_mut().flatten().zip(&self.values) {
            *place = (field, Some(&**value));
        }
        let values = match &values {
            Some(values) => metadata.fields().value_set(values),
            None => metadata.fields().value_set(&[]),
        };
        match parent {
            Some(parent) => tell(&Event::new_child_of(parent, metadata, &values)),
            None => tell(&Event::new(metadata, &values)),
        }
    }
}

impl Visit for Copied {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if !self.is_of_waker || field.name() != TASK {
            self.add(field, value);
        } else if let Some(task) = theirs(value) {
            // An id that they do not know might be that of another span of theirs.
            self.add(field, task.into_u64());
        }
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.add(field, value);
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.add(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, debug(Words(format!("{value:?}"))));
    }
}

/// A value as its `Debug` wrote it.
struct Words(String);

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recorder::Config;
    use crate::recorder::layers::Layers;
    use crate::testing::{Recording, everything};
    use std::sync::{Arc, Mutex};
    use tracing::{Subscriber, info_span, trace};
    use tracing_subscriber::layer::Context;
    use tracing_subscriber::registry::LookupSpan;
    use tracing_subscriber::{Layer, filter};

    /// The task that an event names, and its span, as tokio-console looks it up.
    type Task = (Option<u64>, Option<&'static str>);

    #[derive(Clone, Default)]
    struct Tasks(Arc<Mutex<Vec<Task>>>);

    impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Tasks {
        fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
            let mut task = None;
            event.record(&mut |field: &Field, value: &dyn fmt::Debug| {
                let value = format!("{value:?}");
                task = value.parse().ok().filter(|_| field.name() == TASK).or(task);
            });
            let span = task.and_then(|task| context.span(&span::Id::from_u64(task)));
            self.0.lock().unwrap().push((task, span.map(|span| span.name())));
        }
    }

    fn tell_of_waker(task: u64) {
        trace!(target: "tokio::task::waker", op = "wake", task.id = task);
    }

    #[test]
    fn wakers_are_those_of_tasks_that_layers_see() {
        let tasks = Tasks::default();
        let seen = tasks.clone().with_filter(filter::filter_fn(|site| site.name() != "unseen"));
        let layers = Some(Layers::new(seen));
        let recording = Recording::with_config(Config { layers, ..everything() });
        let id = recording.run(|| {
            let (unseen, task) = (info_span!("unseen"), info_span!("task"));
            let id = task.id().unwrap().into_u64();
            tell_of_waker(id);
            tell_of_waker(unseen.id().unwrap().into_u64());
            drop(task);
            tell_of_waker(id);
            trace!(target: "elsewhere", op = "none", task.id = id);
            id
        });
        let told = tasks.0.lock().unwrap().clone();
        assert_eq!((told.len(), told[0].1), (4, Some("task")));
        assert_eq!(told[1..3], [(None, None); 2]);
        assert_eq!(told[3].0, Some(id), "an event of somebody else is as it was");
    }
}
