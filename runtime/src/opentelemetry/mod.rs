//! Code that uses the API of [OpenTelemetry](https://docs.rs/opentelemetry), whose spans join the same traces.
//!
//! With the feature `opentelemetry` tracing that starts, by [`traced_service`](macro@crate::traced_service) or by
//! [`Builder::start`](crate::Builder::start), is the global tracer provider too. So spans of libraries that are instrumented with
//! that API are recorded, sampled, limited, counted and exported as all others are:
//!
//! ```
//! use opentelemetry::{KeyValue, global, trace::{Span as _, Tracer as _}};
//! use synndicate::traced;
//!
//! #[traced]
//! fn order(id: u64) {
//!     // In some library:
//!     let tracer = global::tracer("shop");
//!     tracer.in_span("reserve", |_| check(id)); // A child of `order`,
//!     let mut span = tracer.start("pay"); // and another one.
//!     span.set_attribute(KeyValue::new("amount", 12));
//! }
//!
//! #[traced]
//! fn check(id: u64) {} // A child of `reserve`.
//! # order(7);
//! ```
//!
//! # Who is whose parent
//!
//! A span of the API is a child of the span that its context holds, or of the `#[traced]` or `tracing` span that is current:
//! of the one that lies further in. A context that is given explicitly and is not the current one (`start_with_context`) says
//! itself which parent is meant.
//!
//! A `#[traced]` or `tracing` span that begins while a span of the API is active (`in_span`, `mark_span_as_active`,
//! `Context::attach`, `FutureExt::with_context`) is its child, unless there is one of its own kind further in. So are events,
//! [`set_attribute`](crate::set_attribute), [`propagation::inject`](crate::propagation::inject) and
//! [`spawn`](crate::spawn) about it.
//!
//! A remote span that a propagator of OpenTelemetry has put into a context is the parent of spans of the API. To have it as the
//! parent of `#[traced]` spans, run them in what [`remote`] makes of it.
//!
//! # What cannot work
//!
//! - Code that asks `Context::current()` itself, as propagators of OpenTelemetry do, sees only spans of the API there. Give it
//!   what [`context`] returns, or attach that.
//! - A context that is attached a second time inside of a `#[traced]` span which began in it counts as outside of that span.
//! - `#[traced]` spans belong to the parent that they had when they began; they do not follow a context that is attached later.
//! - A context without a span begins a new trace only where no `#[traced]` or `tracing` span is current.
//! - Layers, beside the recorder or in a stack of yours, see no spans of the API: what lies in one belongs, for them, to the
//!   span of `tracing` around it. Metrics and logs of the API are not taken.
//! - Whoever installs a provider of his own after the start takes the place of this one.
//!
//! # What is recorded
//!
//! All that the API can say: name, kind, attributes of all types, events and links with theirs, status, times. The scope that a
//! tracer was asked for is the scope of its spans over OTLP. What has no place for it, and tests, have it in the attributes
//! `otel.scope.name` and `otel.scope.version`. Its schema and attributes are left out.
//! In `tracing_filter` these spans have the target `opentelemetry` and the level `info`; rules (`[[observability.span]]`) know
//! all of them together, as `function = "opentelemetry"`.

mod attributes;
mod provider;
mod span;
mod span_context;

pub use provider::{Tracer, TracerProvider};
pub use span::Span;

use crate::propagation::RemoteContext;
use crate::recorder;
use opentelemetry::trace::TraceContextExt as _;
use opentelemetry::{Context, global};

/// The current context of OpenTelemetry, with the span that is current here, of whatever kind: for code that takes a context,
/// or that looks for the span there once it is attached.
///
/// The span in it cannot be written to, only be a parent. Where no span is current the context has the one that it has anyway.
///
/// ```
/// use opentelemetry::{global, trace::TraceContextExt as _};
/// use std::collections::HashMap;
///
/// #[synndicate::traced]
/// fn ask() -> HashMap<String, String> {
///     let context = synndicate::opentelemetry::context();
///     let mut headers = HashMap::new();
///     global::get_text_map_propagator(|propagator| {
///         propagator.inject_context(&context, &mut headers);
///     });
///     headers
/// }
/// # ask();
/// # assert!(!synndicate::opentelemetry::context().has_active_span(), "tracing does not run");
/// ```
#[must_use]
pub fn context() -> Context {
    let context = Context::current();
    match recorder::outgoing().map(|current| span_context::of(&current)) {
        Some(current) if current != *context.span().span_context() => {
            context.with_remote_span_context(current)
        }
        _ => context,
    }
}

/// The span that a context of OpenTelemetry holds, as the parent of `#[traced]` and `tracing` spans: of those that run in what
/// this returns.
///
/// ```
/// use opentelemetry::global;
/// use std::collections::HashMap;
/// use synndicate::traced;
///
/// #[traced(kind = server)]
/// async fn answer() {}
///
/// async fn serve(headers: &HashMap<String, String>) {
///     let caller = global::get_text_map_propagator(|propagator| propagator.extract(headers));
///     synndicate::opentelemetry::remote(&caller).wrap(answer()).await;
/// }
/// # use futures::FutureExt as _;
/// # serve(&HashMap::new()).now_or_never().unwrap();
/// ```
#[must_use]
pub fn remote(context: &Context) -> RemoteContext {
    RemoteContext::of(span_context::named(context).map(|given| given.span))
}

/// Lets the API's spans come to us from now on.
pub(crate) fn install() {
    global::set_tracer_provider(TracerProvider::new());
}
