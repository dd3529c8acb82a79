//! Plays a script on the recorder and on the model.

use super::super::{enter_with, pending, poll, traced_with};
use super::model::Model;
use super::script::{KEYS, Kind, Node, SPECIAL, Step, Val};
use crate::recorder::{AnyValue, Attributes, CallSite, Limits, Value};
use crate::set_attribute;
use std::cell::RefCell;
use tracing::{Span, field, info_span};

macro_rules! played_site {
    ($site:ident, $name:literal) => {
        static $site: CallSite = $crate::__private::call_site!(
            name: $name,
            target: module_path!(),
            level: tracing_core::Level::INFO,
            fields: [
                "a", "b", "long.key.that.does.not.fit.into.the.frame.of.a.key.known.at.compile.time", "é€😀",
                "otel.name", "otel.kind", "otel.status_code", "otel.status_description",
            ],
            constants: [$crate::__private::Constant::Text("code.function.name", $name)],
        );
    };
}
played_site!(FUNCTION, "played function");
played_site!(FUTURE, "é€😀 future");

/// The model, and what a script keeps.
struct Stage {
    model: Model,
    kept: Vec<Kept>,
}

/// A handle that is kept, and the number of its span in the model. A `tracing` span ends with its last handle.
struct Kept {
    handle: Span,
    number: usize,
    kind: Kind,
}

/// Plays a script; says what should come out.
pub(super) fn play(script: &Node, limits: Limits) -> Model {
    let stage = RefCell::new(Stage { model: Model::new(limits), kept: Vec::new() });
    play_node(script, &stage);
    let Stage { mut model, kept } = stage.into_inner();
    for Kept { handle, number, kind } in kept {
        drop(handle);
        if kind == Kind::Slot {
            model.end(number);
        }
    }
    model
}

fn play_node(node: &Node, stage: &RefCell<Stage>) {
    match node.kind {
        Kind::Function => {
            let guard = enter_with(&FUNCTION, |attributes| record_all(attributes, node));
            begin("played function", node, stage);
            node.steps.iter().for_each(|step| play_step(step, stage));
            drop(guard);
        }
        Kind::Future => {
            let body = async {
                begin("é€😀 future", node, stage);
                for step in &node.steps {
                    play_step(step, stage);
                    pending(1).await;
                }
            };
            let mut future =
                Box::pin(traced_with(&FUTURE, |attributes| record_all(attributes, node), body));
            while poll(&mut future).is_pending() {}
        }
        Kind::Slot => {
            let [first, second] =
                node.attributes.each_ref().map(|value| value.as_ref().map(Val::boxed));
            let span = if node.steps.len().is_multiple_of(2) {
                plain_slot(first, second)
            } else {
                slot(first, second)
            };
            span.in_scope(|| {
                begin("played slot", node, stage);
                node.steps.iter().for_each(|step| play_step(step, stage));
            });
            drop(span);
        }
    }
    let model = &mut stage.borrow_mut().model;
    let number = model.leave();
    if !(node.is_kept && node.kind == Kind::Slot) {
        model.end(number);
    }
}

type Boxed = Option<Box<dyn tracing::Value>>;

fn slot(first: Boxed, second: Boxed) -> Span {
    info_span!(
        "played slot",
        a = first,
        b = second,
        long.key.that.does.not.fit.into.the.frame.of.a.key.known.at.compile.time = field::Empty,
        "é€😀" = field::Empty,
        otel.name = field::Empty,
        otel.kind = field::Empty,
        otel.status_code = field::Empty,
        otel.status_description = field::Empty,
    )
}

/// Its fields are written directly; what has no field is recorded nowhere, so it is set.
fn plain_slot(first: Boxed, second: Boxed) -> Span {
    info_span!("played slot", a = first, b = second)
}

fn begin(name: &str, node: &Node, stage: &RefCell<Stage>) {
    let stage = &mut *stage.borrow_mut();
    let number = stage.model.begin(name);
    for (key, value) in node.attributes.iter().enumerate() {
        value.iter().for_each(|value| stage.model.set(key, value));
    }
    if node.is_kept {
        stage.kept.push(Kept { handle: Span::current(), number, kind: node.kind });
    }
}

fn record_all(attributes: &mut Attributes<'_>, node: &Node) {
    for (key, value) in KEYS.iter().zip(&node.attributes) {
        match value {
            Some(Val::Formatted(text)) => attributes.debug_as(key, &format_args!("{text}")),
            Some(value) => value.visit(|value| attributes.record_as(key, value)),
            None => {}
        }
    }
}

fn has_field(name: &str) -> bool {
    Span::current().has_field(name)
}

fn play_step(step: &Step, stage: &RefCell<Stage>) {
    match step {
        Step::Set(key, value) => {
            value.visit(|value| set_attribute(KEYS[*key], value));
            stage.borrow_mut().model.set(*key, value);
        }
        Step::Record(key, value) if has_field(KEYS[*key]) => {
            Span::current().record(KEYS[*key], value.boxed());
            stage.borrow_mut().model.set(*key, value);
        }
        Step::SetSpecial(special, text) => {
            set_attribute(SPECIAL[*special], &**text);
            stage.borrow_mut().model.set_special(*special, text);
        }
        Step::RecordSpecial(special, text) if has_field(SPECIAL[*special]) => {
            Span::current().record(SPECIAL[*special], field::display(text));
            stage.borrow_mut().model.set_special(*special, text);
        }
        Step::Record(..) | Step::RecordSpecial(..) => {}
        Step::Event { fails, fields, message } => {
            // One that is cut to nothing would give way to the name of the event's call site.
            let message = format!("m{message}");
            let [a, b] = fields.each_ref().map(|value| value.as_ref().map(Val::boxed));
            if *fails {
                tracing::error!(a, b, "{message}");
            } else {
                tracing::debug!(a, b, "{message}");
            }
            stage.borrow_mut().model.event(*fails, fields, &message, module_path!());
        }
        Step::Link(at) => {
            let stage = &mut *stage.borrow_mut();
            if let Some(Kept { handle, number, .. }) = stage.kept.get(*at) {
                Span::current().follows_from(handle);
                stage.model.link(*number);
            }
        }
        Step::Child(node) => play_node(node, stage),
    }
}

impl Val {
    /// Gives the value in its own type to `record`.
    fn visit(&self, record: impl FnOnce(&dyn Value)) {
        match self {
            Val::Signed(value) => record(value),
            Val::Unsigned(value) => record(value),
            Val::Wide(value) => record(value),
            Val::WideUnsigned(value) => record(value),
            Val::Double(value) => record(value),
            Val::Boolean(value) => record(value),
            Val::Text(text) | Val::Formatted(text) => record(text),
            Val::Bytes(bytes) => record(bytes),
            Val::Array(values) => record(values),
            Val::Map(entries) => record(entries),
        }
    }

    /// The value for `tracing`.
    fn boxed(&self) -> Box<dyn tracing::Value> {
        match self {
            Val::Signed(value) => Box::new(*value),
            Val::Unsigned(value) => Box::new(*value),
            Val::Wide(value) => Box::new(*value),
            Val::WideUnsigned(value) => Box::new(*value),
            Val::Double(value) => Box::new(*value),
            Val::Boolean(value) => Box::new(*value),
            Val::Text(text) => Box::new(text.clone()),
            Val::Formatted(text) => Box::new(field::display(text.clone())),
            Val::Bytes(bytes) => Box::new(bytes.clone().into_boxed_slice()),
            Val::Array(_) | Val::Map(_) => unreachable!("they are set by name"),
        }
    }
}

impl Value for Val {
    fn write(&self, to: AnyValue<'_>) {
        self.visit(|value| value.write(to));
    }
}
