//! Fields of `tracing` spans and events, written as attributes or as what `otel.*` names mean.

use super::encoder::{Buffer, Content, Key, Limits, cut, put_formatted};
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

/// Writes the fields of a span.
pub(super) struct SpanVisitor<'a> {
    pub(super) content: &'a mut Content,
    pub(super) limits: Limits,
    /// The keys of the call site's fields, where they are at hand.
    pub(super) keys: &'static [Key<'static>],
}

impl SpanVisitor<'_> {
    fn record(&mut self, field: &Field, value: &(impl super::encoder::Value + ?Sized)) {
        let mut attributes = self.content.attributes(self.limits);
        match self.keys.get(field.index()) {
            Some(key) => attributes.record(key, value),
            None => attributes.record_as(field.name(), value),
        }
    }

    #[cold]
    fn special(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = Buffer::default();
        put_formatted(&mut text, self.limits, format_args!("{value:?}"));
        set_special(
            self.content,
            field.name(),
            &String::from_utf8_lossy(text.as_slice()),
            self.limits,
        );
    }
}

impl Visit for SpanVisitor<'_> {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.record(field, &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.record(field, &value);
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.record(field, &value);
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.record(field, &value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.record(field, &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.record(field, &value);
    }

    fn record_bytes(&mut self, field: &Field, value: &[u8]) {
        self.record(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if is_special(field.name()) {
            set_special(self.content, field.name(), value, self.limits);
        } else {
            self.record(field, value);
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.record_debug(field, &format_args!("{}", super::encoder::Chain(value)));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if is_special(field.name()) {
            return self.special(field, value);
        }
        self.content.attributes(self.limits).debug_as(field.name(), value);
    }
}
