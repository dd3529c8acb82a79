//! The current span as a value that can be moved to another thread.

use crate::recorder;
use tracing::Span;
use tracing_core::{Dispatch, dispatcher};

/// The span that was current when it was taken, and the subscriber: for threads, thread pools and callbacks, which know neither.
///
/// Clones are cheap, and a context may be kept as long as one likes: a span ends with its own work, and is a good parent
/// afterwards too. (Spans of another subscriber than ours stay open as long as somebody has them.) Where no span was current,
/// what runs in the context belongs to whatever is current there.
///
/// ```
/// use synndicate::{Context, traced};
///
/// #[traced]
/// fn squares(numbers: &[u64]) -> u64 {
///     let context = Context::current();
///     std::thread::scope(|scope| {
///         let halves = numbers.split_at(numbers.len() / 2);
///         let first = scope.spawn(context.wrap(|| sum_of_squares(halves.0)));
///         // `rayon`: `numbers.par_iter().map(|n| context.run(|| square(n)))`
///         context.run(|| sum_of_squares(halves.1)) + first.join().unwrap_or_default()
///     })
/// }
///
/// #[traced]
/// fn sum_of_squares(numbers: &[u64]) -> u64 {
///     numbers.iter().map(|n| n * n).sum()
/// }
///
/// assert_eq!(squares(&[1, 2, 3]), 14);
/// ```
#[derive(Clone, Debug)]
pub struct Context {
    span: Span,
    /// `None`: no program has set one so far, and if it does, that one counts.
    subscriber: Option<Dispatch>,
    /// Which of our recorders the subscriber is, or has a layer of.
    recorder: Option<u32>,
}

impl Context {
    /// The context of the calling code.
    #[must_use]
    pub fn current() -> Context {
        let subscriber =
            dispatcher::has_been_set().then(|| dispatcher::get_default(Dispatch::clone));
        Context { span: Span::current(), subscriber, recorder: recorder::current_core() }
    }

    /// Runs `work` in this context, on the calling thread.
    pub fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        match &self.subscriber {
            Some(subscriber) if !self.is_current_recorder() => {
                dispatcher::with_default(subscriber, || self.span.in_scope(work))
            }
            _ => self.span.in_scope(work),
        }
    }

    /// `work` that will run in this context, wherever it is called.
    pub fn wrap<F, R>(&self, work: F) -> impl FnOnce() -> R + use<F, R>
    where
        F: FnOnce() -> R,
    {
        let context = self.clone();
        move || context.run(work)
    }

    /// A scoped subscriber makes every look at the current one dearer, in the whole process; so there is none where it would
    /// change nothing.
    fn is_current_recorder(&self) -> bool {
        self.recorder.is_some() && self.recorder == recorder::current_core()
    }
}
