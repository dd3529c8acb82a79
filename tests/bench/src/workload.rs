//! The traced work, written once and compiled for every peer. It returns nothing: `#[traced]` would record that too.

use std::future::{Future, poll_fn};
use std::hint::black_box;
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};

/// Child spans below each root.
pub(crate) const STEPS: u64 = 10;
/// Traces in a burst.
pub(crate) const TRACES: u64 = 20;
/// Spans in a burst.
pub(crate) const BURST: u64 = TRACES * (STEPS + 1);

/// Runs one burst and says how long the traced thread took.
pub(crate) type Burst = fn() -> Duration;

/// What a peer can be measured on; `None` where it has no such thing.
pub(crate) struct Workload {
    /// A sync function with the peer's attribute.
    pub(crate) sync: Burst,
    /// An async one.
    pub(crate) asynchronous: Option<Burst>,
    /// A span of the `tracing` macros.
    pub(crate) spans: Option<Burst>,
    /// The two under an attribute with many options.
    pub(crate) options: Option<Options>,
}

/// What [`workload_with_options`] makes.
pub(crate) struct Options {
    pub(crate) sync: Burst,
    pub(crate) asynchronous: Burst,
}

/// The sync and the async work under an attribute, `workload!(#[attribute])`; nothing for the plain call.
macro_rules! workload {
    ($(#[$traced:meta])*) => {
        pub(crate) mod sync {
            use std::hint::black_box;

            $(#[$traced])*
            #[inline(never)]
            pub(crate) fn root(request: u64, agent: &str, ok: bool) {
                for i in 0..$crate::workload::STEPS {
                    step(i + request, agent, ok);
                }
            }

            $(#[$traced])*
            #[inline(never)]
            fn step(i: u64, agent: &str, ok: bool) {
                black_box((i, agent, ok));
            }
        }

        pub(crate) mod asynchronous {
            use std::hint::black_box;

            $(#[$traced])*
            pub(crate) async fn root(request: u64, agent: &str, ok: bool) {
                for i in 0..$crate::workload::STEPS {
                    step(i + request, agent, ok).await;
                }
            }

            $(#[$traced])*
            async fn step(i: u64, agent: &str, ok: bool) {
                $crate::workload::suspend_once().await;
                black_box((i, agent, ok));
            }
        }
    };
}
pub(crate) use workload;

/// The same work with results, under an attribute with many options: for the root, and for what is below it.
macro_rules! workload_with_options {
    (#[$root:meta] #[$step:meta]) => {
        pub(crate) mod options {
            use std::fmt::Error;
            use std::hint::black_box;

            #[$root]
            #[inline(never)]
            pub(crate) fn root(request: u64, agent: &str, ok: bool) -> Result<u64, Error> {
                for i in 0..$crate::workload::STEPS {
                    step(i + request, agent, ok)?;
                }
                Ok(request)
            }

            #[$step]
            #[inline(never)]
            fn step(i: u64, agent: &str, ok: bool) -> Result<u64, Error> {
                black_box((i, agent, ok));
                if ok { Ok(i) } else { Err(Error) }
            }

            #[$root]
            pub(crate) async fn async_root(
                request: u64,
                agent: &str,
                ok: bool,
            ) -> Result<u64, Error> {
                for i in 0..$crate::workload::STEPS {
                    async_step(i + request, agent, ok).await?;
                }
                Ok(request)
            }

            #[$step]
            async fn async_step(i: u64, agent: &str, ok: bool) -> Result<u64, Error> {
                $crate::workload::suspend_once().await;
                black_box((i, agent, ok));
                if ok { Ok(i) } else { Err(Error) }
            }
        }

        pub(crate) fn with_options() -> $crate::workload::Options {
            use $crate::workload::{Options, async_burst, burst};
            Options {
                sync: || {
                    burst(|request, agent, ok| {
                        let _ = options::root(request, agent, ok);
                    })
                },
                asynchronous: || {
                    async_burst(|request, agent, ok| async move {
                        let _ = options::async_root(request, agent, ok).await;
                    })
                },
            }
        }
    };
}
pub(crate) use workload_with_options;

/// One burst of traces, each begun by `root`.
#[inline]
pub(crate) fn burst(root: impl Fn(u64, &str, bool)) -> Duration {
    let begin = Instant::now();
    for request in 0..TRACES {
        root(black_box(request), black_box("planner"), black_box(true));
    }
    begin.elapsed()
}

/// One burst of traces on tokio's current-thread runtime.
pub(crate) fn async_burst<F: Future<Output = ()>>(
    root: impl Fn(u64, &'static str, bool) -> F,
) -> Duration {
    thread_local! {
        static RUNTIME: Runtime = Builder::new_current_thread().build().expect("a runtime without I/O starts");
    }
    RUNTIME.with(|runtime| {
        runtime.block_on(async {
            let begin = Instant::now();
            for request in 0..TRACES {
                let trace = root(black_box(request), black_box("planner"), black_box(true));
                until_ready(trace).await;
            }
            begin.elapsed()
        })
    })
}

/// Polls again at once what is pending: what tokio's scheduler takes to wake a task is none of the peers' doing, and would
/// bury the differences between them.
async fn until_ready<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|context| {
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                return Poll::Ready(output);
            }
        }
    })
    .await
}

/// Is pending the first time.
pub(crate) fn suspend_once() -> impl Future<Output = ()> {
    let mut suspended = false;
    poll_fn(move |_| {
        if suspended {
            return Poll::Ready(());
        }
        suspended = true;
        Poll::Pending
    })
}

/// The work with the spans of libraries: made by hand with the `tracing` macros.
pub(crate) mod spans {
    use super::STEPS;
    use std::hint::black_box;
    use tracing::info_span;

    #[inline(never)]
    pub(crate) fn root(request: u64, agent: &str, ok: bool) {
        let _entered = info_span!("root", request, agent, ok).entered();
        for i in 0..STEPS {
            step(i + request, agent, ok);
        }
    }

    #[inline(never)]
    fn step(i: u64, agent: &str, ok: bool) {
        let _entered = info_span!("step", i, agent, ok).entered();
        black_box((i, agent, ok));
    }
}
