//! Where the API's spans begin.

use super::span::Span;
use super::span_context;
use crate::recorder::ApiSpan;
use opentelemetry::trace::{SpanBuilder, TraceContextExt as _};
use opentelemetry::{Context, InstrumentationScope, trace};

/// The provider that gives spans of the API to the recorder that is current where they begin. Where none is, they are not
/// recorded.
///
/// Tracing that starts installs one for the whole process. What takes a provider can be given one besides.
///
/// ```
/// use opentelemetry::trace::{Tracer as _, TracerProvider as _};
/// # #[cfg(feature = "testing")] {
/// use synndicate::{opentelemetry::TracerProvider, testing};
///
/// let tracer = TracerProvider::new().tracer("shop");
/// let spans = testing::capture(|| drop(tracer.start("pay")));
/// assert_eq!(spans.one("pay").attribute("otel.scope.name"), Some(&"shop".into()));
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct TracerProvider(());

/// Begins spans for one scope of instrumentation.
#[derive(Clone, Debug)]
pub struct Tracer {
    scope: InstrumentationScope,
}

impl TracerProvider {
    /// A provider; all of them are equal.
    #[must_use]
    pub fn new() -> TracerProvider {
        TracerProvider(())
    }
}

impl trace::TracerProvider for TracerProvider {
    type Tracer = Tracer;

    fn tracer_with_scope(&self, scope: InstrumentationScope) -> Tracer {
        Tracer { scope }
    }
}

impl trace::Tracer for Tracer {
    type Span = Span;

    fn build_with_context(&self, builder: SpanBuilder, parent: &Context) -> Span {
        let given = span_context::named(parent);
        let begun = if parent.is_telemetry_suppressed() {
            None
        } else {
            ApiSpan::begin(given.as_ref(), builder.start_time)
        };
        match begun {
            Some(begun) => Span::recorded(begun, &self.scope, &builder),
            None => Span::not_recorded(parent.span().span_context().clone()),
        }
    }
}
