//! Fields of `tracing` spans and events, written as attributes or as what `otel.*` names mean.

use super::encoder::{Content, Limits};
use std::error::Error;
use std::fmt::{Debug, Write};
use tracing_core::Field;
use tracing_core::field::Visit;

/// Sets what a name with a special meaning sets; false where it has none.
///
/// The names mean what they mean in tracing-opentelemetry:
/// <https://docs.rs/tracing-opentelemetry/0.34.0/tracing_opentelemetry/#special-fields>.
pub(crate) fn set_special(content: &mut Content, name: &str, text: &str) -> bool {
    match name {
        "otel.name" => content.set_name(text),
        "otel.kind" => content.set_kind(text),
        "otel.status_code" => content.set_status_code(text),
        "otel.status_description" => content.set_status_description(text),
        _ => return false,
    }
    true
}

/// Writes the fields of a span.
pub(super) struct SpanVisitor<'a> {
    pub(super) content: &'a mut Content,
    pub(super) limits: Limits,
}

impl SpanVisitor<'_> {
    fn record(&mut self, field: &Field, value: &(impl super::encoder::Value + ?Sized)) {
        self.content.attributes(self.limits).record_as(field.name(), value);
    }

    #[cold]
    fn special(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = String::new();
        let written = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| write!(text, "{value:?}")));
        if written.is_ok() && !set_special(self.content, field.name(), &text) {
            self.record(field, &text);
        }
    }
}

fn is_special(field: &Field) -> bool {
    field.name().starts_with("otel.")
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
        if !(is_special(field) && set_special(self.content, field.name(), value)) {
            self.record(field, value);
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.record_debug(field, &format_args!("{}", super::encoder::Chain(value)));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if is_special(field) {
            return self.special(field, value);
        }
        self.content.attributes(self.limits).debug_as(field.name(), value);
    }
}
