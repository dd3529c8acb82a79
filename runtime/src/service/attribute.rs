//! The attribute, as users read of it.

/// Makes a service of `main`: reads the settings, starts tracing, runs the body, and sends what is left at its end.
///
/// ```no_run
/// use synndicate::{traced, traced_service};
///
/// #[traced_service]
/// async fn main() -> std::io::Result<()> {
///     serve().await
/// }
///
/// #[traced]
/// async fn serve() -> std::io::Result<()> {
///     // …
///     # Ok(())
/// }
/// ```
///
/// In this order:
///
/// 1. The settings are read, from the lowest source to the highest: built-in defaults, the arguments of the attribute,
///    `Synndicate.toml`, its profile, the standard `OTEL_*` variables, `SYN_OBSERVABILITY__*`. If there is a mistake in them, all
///    mistakes are written to standard error and the program ends with code 78; nothing else happens.
/// 2. Tracing is started, and one line on standard error says where traces go and whether that place answers. A backend that
///    does not never stops the program: spans wait for it.
/// 3. The body runs.
/// 4. The spans that are left are sent, open ones included, within `shutdown_timeout`. If any were lost, the
///    [ledger](crate::Ledger) is written to standard error.
/// 5. The program ends with the body's own result: `()`, `Result`, `ExitCode` and whatever else a `main` may return.
///
/// # Arguments
///
/// Every key of the settings, with dots where it has some. A value is a literal, a list, a table, or an expression that is a
/// constant `&str`.
///
/// ```no_run
/// # use synndicate::traced_service;
/// #[traced_service(service_name = "planner", tracing_backend = "console", shutdown_grace = "10s")]
/// fn main() {}
/// ```
///
/// For an `async fn`, `flavor` and `worker_threads` choose its runtime as they do for `#[tokio::main]`. `crate = "…"` says where
/// this crate is found under another name.
///
/// # The log
///
/// With the feature `log`, which is on by default, the program's events are lines on standard error, with the trace and the span that
/// each belongs to:
///
/// ```text
/// 2026-03-14T09:26:53.589793Z  INFO planner: replied steps=3 trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7 span=plan
/// ```
///
/// `RUST_LOG` says which, by level and target: `info` where it says nothing, `RUST_LOG=info,my_crate=debug,hyper=off`, `RUST_LOG=off`. Where
/// `tracing_backend = "console"` shows recorded spans with their events, the log has only what is not shown there. It is no cost for
/// `#[traced]` functions, because it sees no spans. A value that is no such list, or nearly a level, as `inof`, is told, and `info`
/// counts.
///
/// Layers of yours take its place: `layers = fmt::layer()` is a log as you like it. Where tracing is disabled and there are none,
/// nothing is installed and nothing is logged.
///
/// # Layers
///
/// `layers = …` gives the program layers of `tracing-subscriber`, such as a log on standard error or a console: one, several joined by
/// `and_then`, or a `Vec` of boxed ones. They see what their filters want, before and after the end of tracing and where that is
/// disabled; [`Builder::layers`](crate::Builder::layers) says more of them.
///
/// ```no_run
/// # use synndicate::traced_service;
/// use tracing_subscriber::filter::LevelFilter;
/// use tracing_subscriber::{Layer as _, fmt};
///
/// #[traced_service(layers = fmt::layer().with_filter(LevelFilter::INFO))]
/// fn main() {}
/// ```
///
/// ## tokio-console
///
/// The layer of [tokio-console](https://docs.rs/tokio-console), which shows the tasks of a running program with their polls, wakes and
/// warnings, is one like others, with `console-subscriber = "0.5"` among the dependencies:
///
/// ```ignore
/// use console_subscriber::ConsoleLayer;
///
/// #[traced_service(layers = ConsoleLayer::builder().with_default_env().spawn())]
/// async fn main() {}
/// ```
///
/// It takes the place of the log, unless that is joined to it: `….spawn().and_then(fmt::layer().with_filter(LevelFilter::INFO))`.
///
/// tokio speaks to it in spans and events of the level `trace`, if the program is built with `RUSTFLAGS="--cfg tokio_unstable"`.
/// They are not recorded, unless `tracing_filter` goes that far; `trace,tokio=off,runtime=off` leaves them out there.
///
/// # Is tracing set up well?
///
/// With `SYN_COMMAND=check` the program does not run its body: it says whether its settings are right and whether each of its
/// backends takes spans, over which protocol and how fast; it sends each a marked span, and reads it back where the backend
/// shows traces. `SYN_COMMAND=config` lists what counts for each key and who said so. So a container can be asked without
/// another binary in it; the program `synndicate` (`cargo install synndicate --features cli`) knows the same commands.
///
/// ```text
/// $ SYN_COMMAND=check ./planner
/// settings  ok       with /app/Synndicate.toml
/// service            planner 1.0.0
///
/// jaeger             `http://jaeger:4317`
///   reach   ok       takes OTLP over gRPC, 2.1ms
///   send    ok       took the trace 4bf92f3577b34da6a3ce929d0e0e4736, 1.4ms
///   read    ok       shown at http://jaeger:16686/trace/4bf92f3577b34da6a3ce929d0e0e4736, 204ms
///
/// result    all is well
/// ```
///
/// | command | |
/// |---|---|
/// | `check` | code 0: all is well; 1: a backend does not take spans or does not show the trace; 78: the settings are wrong |
/// | `config` | `config --changed` leaves out what is the default |
/// | `init` | writes a `Synndicate.toml` with every key explained |
/// | `spool list`, `spool replay`, `spool empty` | what waits in `tracing_spool_dir`, beside services that run |
/// | `help`, `check --help` | what else each can do, such as `--json` for programs |
///
/// # Runtimes
///
/// An `async fn main` runs on a tokio runtime that is built here, with all drivers. Nothing in this crate needs it: tracing has a
/// thread and a runtime of its own, so that a `current_thread` runtime, a single worker, or none at all will do.
///
/// - `#[tokio::main]` may stay, in either order. Below this attribute, its `flavor` and `worker_threads` are taken over.
/// - The attribute of another runtime, such as `#[actix_web::main]`, may stay too: it builds the runtime. Write it below this
///   one, so that what it does is part of the service.
/// - Other attributes, such as `#[traced]`, go below as well. They see the body.
///
/// # The end
///
/// `SIGTERM`, `SIGINT` and, on Linux, `SIGHUP` ask the program to end: [`shutdown_requested`](crate::shutdown_requested) comes, and the
/// body has `shutdown_grace` (4 s) to return by itself. Then an `async` body is dropped, with its destructors; one that holds its
/// thread is left behind. In both cases the spans are sent, within `shutdown_timeout` (5 s), and the program ends: at most 0.7 s
/// later than both together, whatever the body does, even as the first process of a container. Keep that below what your platform
/// waits before it kills (10 s with Docker, 30 s with Kubernetes).
///
/// A second signal ends the program at once, with what was not sent. A signal that the program was started to ignore, as
/// `nohup` does with `SIGHUP`, stays ignored.
///
/// | code | |
/// |---|---|
/// | the body's own | it has returned, after a signal or without |
/// | 101 | it has panicked |
/// | 129, 130, 143 | it was ended after `SIGHUP`, `SIGINT`, `SIGTERM` |
/// | 78 | the settings are wrong |
/// | 71 | the operating system gives no threads for the runtime |
///
/// # What may be lost
///
/// [`std::process::exit`] returns to nobody: spans that were not sent are lost, and nobody is told. Return an
/// [`ExitCode`](std::process::ExitCode) from `main` instead, or call [`shutdown`](crate::shutdown) before. The same is true of
/// `abort`, of `SIGKILL`, and of a crash.
///
/// A panic loses nothing: a span that it ends says so, with its message, and the body's spans are sent. With
/// `panic = "abort"` they are sent by the panic hook, before the program aborts. If you set a hook of your own in the body, it
/// takes the place of that one: call [`flush`](crate::flush) in it.
///
/// # Another subscriber
///
/// The recorder is the `tracing` subscriber of the process, and there can be one only. A body that installs its own, as by
/// `tracing_subscriber::fmt().init()`, panics, and standard error says what to change: leave it out, and give its layers to this
/// attribute instead. Events are part of their spans, and `tracing_backend = "console"` shows both. To keep the output of your own
/// subscriber instead of traces, set `enable_tracing = false`: without `layers` nothing is installed then.
pub use synndicate_macros::traced_service;
