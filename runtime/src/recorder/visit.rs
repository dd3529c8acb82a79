//! Fields of `tracing` spans and events, written as attributes or as what `otel.*` names mean.

use super::encoder::{Buffer, Chain, Content, Key, Limits, Value, cut, put_formatted};
use std::error::Error;
use std::fmt::Debug;
use tracing_core::Field;
use tracing_core::field::Visit;

/// Whether a name sets something of the span instead of an attribute.
pub(crate) fn is_special(name: &str) -> bool {
    let special = ["otel.name", "otel.kind", "otel.status_code", "otel.status_description"];
    name.starts_with("otel.") && special.contains(&name)
}

/// Sets what a special name sets.
///
/// The names mean what they mean in tracing-opentelemetry:
/// <https://docs.rs/tracing-opentelemetry/0.34.0/tracing_opentelemetry/#special-fields>.
pub(crate) fn set_special(content: &mut Content, name: &str, text: &str, limits: Limits) {
    let text = cut(text, limits.value_bytes as usize);
    match name {
        "otel.name" => content.set_name(text),
        "otel.kind" => content.set_kind(text),
        "otel.status_code" => content.set_status_code(text),
        _ => content.set_status_description(text),
    }
}

/// Where fields go, by what their values are: the rest of `tracing`'s visitor follows from it.
pub(super) trait Fields {
    /// A number, a boolean or bytes.
    fn value(&mut self, field: &Field, value: &(impl Value + ?Sized));
    fn text(&mut self, field: &Field, text: &str);
    fn debug(&mut self, field: &Field, value: &dyn Debug);
}

/// Visits fields for those who write them.
pub(super) struct Visitor<F>(pub(super) F);

impl<F: Fields> Visit for Visitor<F> {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.value(field, &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.value(field, &value);
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.0.value(field, &value);
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.0.value(field, &value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.value(field, &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.value(field, &value);
    }

    fn record_bytes(&mut self, field: &Field, value: &[u8]) {
        self.0.value(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.text(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.0.debug(field, &format_args!("{}", Chain(value)));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.debug(field, value);
    }
}

/// The fields of a span.
pub(super) struct SpanFields<'a> {
    pub(super) content: &'a mut Content,
    pub(super) limits: &'a Limits,
    /// The keys of the call site's fields, where they are at hand.
    pub(super) keys: &'a [Key<'static>],
}

impl SpanFields<'_> {
    #[cold]
    fn special(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = Buffer::default();
        put_formatted(&mut text, *self.limits, format_args!("{value:?}"));
        let text = String::from_utf8_lossy(text.as_slice());
        set_special(self.content, field.name(), &text, *self.limits);
    }
}

impl Fields for SpanFields<'_> {
    fn value(&mut self, field: &Field, value: &(impl Value + ?Sized)) {
        let mut attributes = self.content.attributes(*self.limits);
        match self.keys.get(field.index()) {
            Some(key) => attributes.record(key, value),
            None => attributes.record_as(field.name(), value),
        }
    }

    fn text(&mut self, field: &Field, text: &str) {
        if is_special(field.name()) {
            set_special(self.content, field.name(), text, *self.limits);
        } else {
            self.value(field, text);
        }
    }

    fn debug(&mut self, field: &Field, value: &dyn Debug) {
        if is_special(field.name()) {
            return self.special(field, value);
        }
        self.content.attributes(*self.limits).debug_as(field.name(), value);
    }
}
