//! A span of the API.

use super::attributes::record;
use super::span_context;
use crate::batch::scopes::{NAME, VERSION};
use crate::recorder::{ApiSpan, Linked};
use opentelemetry::trace::{self, SpanBuilder, SpanContext, SpanKind, Status};
use opentelemetry::{InstrumentationScope, KeyValue};
use std::borrow::Cow;
use std::fmt;
use std::time::SystemTime;

/// A span of the API, which ends when it is dropped at the latest.
pub struct Span {
    context: SpanContext,
    /// `None`: nothing records it, and what it begins belongs to its parent.
    recorded: Option<ApiSpan>,
    status: Status,
}

impl Span {
    pub(super) fn recorded(
        span: ApiSpan,
        scope: &InstrumentationScope,
        builder: &SpanBuilder,
    ) -> Span {
        let context = span_context::of(&span.outgoing());
        if span.is_recording() {
            introduce(&span, scope, builder);
        }
        Span { context, recorded: Some(span), status: Status::Unset }
    }

    pub(super) fn not_recorded(context: SpanContext) -> Span {
        Span { context, recorded: None, status: Status::Unset }
    }

    fn recording(&self) -> Option<&ApiSpan> {
        self.recorded.as_ref().filter(|span| span.is_recording())
    }
}

/// Writes what is known of a span when it begins.
fn introduce(span: &ApiSpan, scope: &InstrumentationScope, builder: &SpanBuilder) {
    span.introduce(&builder.name, kind(builder.span_kind.as_ref()));
    span.set_attributes(|attributes| {
        if !scope.name().is_empty() {
            attributes.record_as(NAME, scope.name());
        }
        if let Some(version) = scope.version() {
            attributes.record_as(VERSION, version);
        }
    });
    if let Some(of_api) = &builder.attributes {
        span.set_attributes(|attributes| record(attributes, of_api));
    }
    for event in builder.events.iter().flatten() {
        add_event(span, &event.name, event.timestamp, &event.attributes);
    }
    for link in builder.links.iter().flatten() {
        add_link(span, &link.span_context, &link.attributes);
    }
}

fn add_event(span: &ApiSpan, name: &str, time: SystemTime, of_api: &[KeyValue]) {
    span.event(name, time, |attributes| record(attributes, of_api));
}

fn add_link(span: &ApiSpan, to: &SpanContext, of_api: &[KeyValue]) {
    let linked = Linked {
        trace_id: span_context::trace_id(to),
        span_id: span_context::span_id(to),
        sampled: to.is_sampled().into(),
        is_remote: to.is_remote(),
        trace_state: &to.trace_state().header(),
    };
    span.link(&linked, |attributes| record(attributes, of_api));
}

/// Its number in OTLP.
fn kind(kind: Option<&SpanKind>) -> u8 {
    match kind {
        None | Some(SpanKind::Internal) => 1,
        Some(SpanKind::Server) => 2,
        Some(SpanKind::Client) => 3,
        Some(SpanKind::Producer) => 4,
        Some(SpanKind::Consumer) => 5,
    }
}

/// What vendors pass on with the trace may be private.
impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Span")
            .field("trace_id", &self.context.trace_id())
            .field("span_id", &self.context.span_id())
            .finish_non_exhaustive()
    }
}

impl trace::Span for Span {
    fn add_event_with_timestamp<T>(
        &mut self,
        name: T,
        timestamp: SystemTime,
        attributes: Vec<KeyValue>,
    ) where
        T: Into<Cow<'static, str>>,
    {
        if let Some(span) = self.recording() {
            add_event(span, &name.into(), timestamp, &attributes);
        }
    }

    fn span_context(&self) -> &SpanContext {
        &self.context
    }

    fn is_recording(&self) -> bool {
        self.recording().is_some()
    }

    fn set_attribute(&mut self, attribute: KeyValue) {
        if let Some(span) = self.recording() {
            span.set_attributes(|attributes| record(attributes, &[attribute]));
        }
    }

    /// A success is final, and an error gives way to nothing else.
    fn set_status(&mut self, status: Status) {
        let Some(span) = self.recording() else { return };
        match (&self.status, &status) {
            (Status::Unset | Status::Error { .. }, Status::Ok) => span.succeed(),
            (Status::Unset, Status::Error { description }) => span.fail(description),
            _ => return,
        }
        self.status = status;
    }

    fn update_name<T>(&mut self, new_name: T)
    where
        T: Into<Cow<'static, str>>,
    {
        if let Some(span) = self.recording() {
            span.rename(&new_name.into());
        }
    }

    fn add_link(&mut self, span_context: SpanContext, attributes: Vec<KeyValue>) {
        if let Some(span) = self.recording().filter(|_| span_context.is_valid()) {
            add_link(span, &span_context, &attributes);
        }
    }

    fn end(&mut self) {
        if let Some(span) = self.recording() {
            span.end(None);
        }
    }

    fn end_with_timestamp(&mut self, timestamp: SystemTime) {
        if let Some(span) = self.recording() {
            span.end(Some(timestamp));
        }
    }
}
