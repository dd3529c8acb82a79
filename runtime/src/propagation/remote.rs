//! The span of another process that a request names, and what runs for that request.

use super::baggage;
use super::carrier::{Source, Target};
use super::ids::Ids;
use super::propagators::{Read, chosen, write};
use crate::recorder::{self, Adoption, Carried, RemoteParent, Sampled};
use pin_project_lite::pin_project;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};

static REFUSED: AtomicU64 = AtomicU64::new(0);

/// How many headers with trace context were malformed since the program began, whoever sent them.
#[must_use]
pub fn refused() -> u64 {
    REFUSED.load(Relaxed)
}

/// Writes to the headers of a request that it comes from the span that is current. Where none is, nothing is written.
pub fn inject<T: Target + ?Sized>(target: &mut T) {
    if let Some(outgoing) = recorder::outgoing() {
        let ids = Ids {
            trace_id: outgoing.trace_id,
            span_id: outgoing.span_id,
            is_sampled: outgoing.sampled == Sampled::Yes,
        };
        write(target, chosen(), ids, outgoing.carried.as_deref());
    }
}

/// Reads from the headers of a request which span it comes from.
#[must_use]
pub fn extract<S: Source + ?Sized>(source: &S) -> RemoteContext {
    let Read { ids, carried, refused } = Read::of(source, chosen());
    // What every request wrote to, all threads would wait for.
    if refused > 0 {
        REFUSED.fetch_add(refused, Relaxed);
    }
    let carried = (carried != Carried::default()).then(|| Arc::new(carried));
    RemoteContext { ids, carried }
}

/// What the headers of a request say of the trace that it belongs to; clones are cheap.
#[derive(Clone)]
pub struct RemoteContext {
    ids: Option<Ids>,
    /// `None` where there is nothing.
    carried: Option<Arc<Carried>>,
}

impl RemoteContext {
    /// Whether the headers name a span. Without one, what runs in the context begins a trace of its own.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.ids.is_some()
    }

    /// The trace's id.
    #[must_use]
    pub fn trace_id(&self) -> Option<u128> {
        self.ids.map(|ids| ids.trace_id)
    }

    /// The id of the caller's span.
    #[must_use]
    pub fn span_id(&self) -> Option<u64> {
        self.ids.map(|ids| ids.span_id)
    }

    /// Whether the caller records the trace.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.ids.is_some_and(|ids| ids.is_sampled)
    }

    /// What the caller wants all services of the trace to know under `key`, decoded.
    ///
    /// Source: <https://www.w3.org/TR/baggage/>.
    #[must_use]
    pub fn baggage(&self, key: &str) -> Option<String> {
        baggage::value(&self.carried.as_ref()?.baggage, key)
    }

    /// Runs `work` on this thread as a part of the request.
    pub fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        let _parent = self.enter();
        work()
    }

    /// `future` as a part of the request, wherever it is polled.
    pub fn wrap<F: Future>(self, future: F) -> InRemote<F> {
        InRemote { future, context: self }
    }

    /// The context of a request from this span.
    #[cfg(feature = "opentelemetry")]
    pub(crate) fn of(span: Option<recorder::Outgoing>) -> RemoteContext {
        let ids = span.as_ref().map(|span| Ids {
            trace_id: span.trace_id,
            span_id: span.span_id,
            is_sampled: span.sampled == Sampled::Yes,
        });
        RemoteContext { ids, carried: span.and_then(|span| span.carried) }
    }

    /// Makes it current on this thread, while what this returns is there.
    pub(crate) fn enter(&self) -> Option<RemoteParent> {
        let Ids { trace_id, span_id, is_sampled } = self.ids?;
        RemoteParent::enter(trace_id, span_id, is_sampled.into(), self.carried.clone())
    }
}

#[cfg(feature = "tower")]
impl RemoteContext {
    /// The same for what is not to be recorded, whatever the caller says.
    pub(crate) fn unrecorded(self) -> RemoteContext {
        let ids = self.ids.unwrap_or_else(|| {
            let (trace_id, span_id) = recorder::new_ids();
            Ids { trace_id, span_id, is_sampled: false }
        });
        RemoteContext { ids: Some(Ids { is_sampled: false, ..ids }), ..self }
    }

    /// What goes on with the requests that this one causes.
    pub(crate) fn into_carried(self) -> Option<Arc<Carried>> {
        self.carried
    }
}

/// Baggage and state may be private.
impl fmt::Debug for RemoteContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteContext").field("ids", &self.ids).finish_non_exhaustive()
    }
}

/// Makes the span that is current a child of the one that the headers name: for functions that get to see the headers only in
/// their body, as its first statement. The caller's decision whether the trace is recorded counts from then on. Headers that
/// name no span change nothing.
///
/// ```
/// use http::HeaderMap;
/// use synndicate::{propagation, traced};
///
/// #[traced(kind = consumer)]
/// async fn handle(headers: HeaderMap) {
///     let _ = propagation::set_remote_parent(&headers);
///     // …
/// }
/// # use futures::FutureExt as _;
/// # handle(HeaderMap::new()).now_or_never().unwrap();
/// ```
///
/// # Errors
///
/// When it is too late, because another span began on this thread since the current one did, or when there is no span that
/// could be changed. The current span, if there is one, then has a link to the one that the headers name.
pub fn set_remote_parent<S: Source + ?Sized>(source: &S) -> Result<(), TooLate> {
    let RemoteContext { ids, carried } = extract(source);
    let Some(Ids { trace_id, span_id, is_sampled }) = ids else { return Ok(()) };
    match recorder::adopt(trace_id, span_id, is_sampled.into(), carried.unwrap_or_default()) {
        Adoption::Done => Ok(()),
        Adoption::TooLate => Err(TooLate(())),
    }
}

/// The parent of a span cannot be changed any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLate(());

impl fmt::Display for TooLate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the parent of the current span cannot be changed any more\n\
             hint: call `set_remote_parent` first in a traced function, or run that in `extract(…).wrap(…)`",
        )
    }
}

impl std::error::Error for TooLate {}

pin_project! {
    /// A future that is a part of a request; see [`RemoteContext::wrap`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless they are polled"]
    pub struct InRemote<F> {
        #[pin]
        future: F,
        context: RemoteContext,
    }
}

impl<F: Future> Future for InRemote<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _parent = this.context.enter();
        this.future.poll(context)
    }
}
