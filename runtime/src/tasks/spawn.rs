//! Tasks of tokio that belong to the span which starts them.

use super::Context;
use pin_project_lite::pin_project;
use std::pin::Pin;
use std::task::{self, Poll};
use tokio::task::JoinHandle;

/// As [`tokio::spawn`], with the current span and the current subscriber in the task.
///
/// The task may outlive the span: that ends with its own work, and what the task traces are its children all the same.
///
/// # Panics
///
/// Outside of a tokio runtime, as [`tokio::spawn`].
///
/// ```
/// use synndicate::traced;
///
/// #[traced]
/// async fn handle(order: u64) {
///     synndicate::spawn(notify(order)); // A child of `handle`, perhaps after its end.
/// }
///
/// #[traced]
/// async fn notify(order: u64) {}
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// handle(7).await;
/// # }
/// ```
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    tokio::spawn(Carried { future: Some(future), context: Context::current() })
}

/// As [`tokio::task::spawn_blocking`], with the current span and the current subscriber on the thread that blocks.
///
/// # Panics
///
/// Outside of a tokio runtime, as [`tokio::task::spawn_blocking`].
///
/// ```
/// use synndicate::traced;
///
/// #[traced]
/// async fn load() -> std::io::Result<usize> {
///     synndicate::spawn_blocking(read).await?
/// }
///
/// #[traced]
/// fn read() -> std::io::Result<usize> {
///     Ok(3)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert_eq!(load().await.unwrap(), 3);
/// # }
/// ```
#[track_caller]
pub fn spawn_blocking<F, R>(work: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    tokio::task::spawn_blocking(Context::current().wrap(work))
}

pin_project! {
    /// A future that is polled in a context, and dropped in it: what its locals trace then goes where the rest goes.
    struct Carried<F> {
        #[pin]
        future: Option<F>,
        context: Context,
    }

    impl<F> PinnedDrop for Carried<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if this.future.is_some() {
                this.context.run(|| this.future.set(None));
            }
        }
    }
}

impl<F: Future> Future for Carried<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut task::Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        // Only this type's own drop takes the future away.
        let Some(future) = this.future.as_mut().as_pin_mut() else { return Poll::Pending };
        this.context.run(|| future.poll(task))
    }
}
