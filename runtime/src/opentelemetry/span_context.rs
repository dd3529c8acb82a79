//! Identities of spans, from our form to that of the API and back.

use crate::recorder::{Carried, Given, Outgoing, Sampled};
use opentelemetry::trace::{SpanContext, TraceContextExt as _, TraceFlags, TraceState};
use opentelemetry::{Context, SpanId, TraceId};
use std::sync::Arc;

/// "The trace's id was drawn at random."
///
/// Source: <https://www.w3.org/TR/trace-context-2/#random-trace-id-flag>.
const RANDOM: u8 = 2;

/// A span of ours, as the API names it.
pub(super) fn of(span: &Outgoing) -> SpanContext {
    let carried = span.carried.as_ref().filter(|carried| carried.trace_id == span.trace_id);
    let state = carried.and_then(|carried| carried.trace_state.parse::<TraceState>().ok());
    let is_random = carried.is_some_and(|carried| carried.is_random);
    let flags = u8::from(span.sampled == Sampled::Yes) | if is_random { RANDOM } else { 0 };
    SpanContext::new(
        TraceId::from(span.trace_id),
        SpanId::from(span.span_id),
        TraceFlags::new(flags),
        false,
        state.unwrap_or_default(),
    )
}

/// The span that a context holds, if it holds one.
pub(super) fn named(context: &Context) -> Option<Given> {
    let span = context.span();
    let span = span.span_context();
    span.is_valid().then(|| Given { span: given(span), is_remote: span.is_remote() })
}

fn given(span: &SpanContext) -> Outgoing {
    let trace_id = trace_id(span);
    let (state, flags) = (span.trace_state().header(), span.trace_flags().to_u8());
    let is_random = flags & RANDOM != 0;
    let carried = (is_random || !state.is_empty()).then(|| {
        Arc::new(Carried {
            trace_id,
            is_random,
            trace_state: state.into(),
            baggage: Box::default(),
        })
    });
    Outgoing { trace_id, span_id: span_id(span), sampled: span.is_sampled().into(), carried }
}

pub(super) fn trace_id(span: &SpanContext) -> u128 {
    u128::from_be_bytes(span.trace_id().to_bytes())
}

pub(super) fn span_id(span: &SpanContext) -> u64 {
    u64::from_be_bytes(span.span_id().to_bytes())
}
