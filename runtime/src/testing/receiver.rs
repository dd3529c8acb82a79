//! A backend for tests: takes spans over OTLP/HTTP on this machine, and fails as it is told.

use super::spans::{AttributeValue, Span, Spans};
use crate::batch::SCOPE_NAME;
use crate::batch::scopes::{NAME, VERSION};
use flate2::read::GzDecoder;
use http::header::{CONTENT_ENCODING, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::trace::v1::ScopeSpans;
use prost::Message;
use std::collections::VecDeque;
use std::future::pending;
use std::io::{self, Read};
use std::net::{self, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinHandle, JoinSet};

/// A backend in the test's own process. It listens on a free port of the loopback address, and ends when it is dropped.
///
/// ```
/// use synndicate::testing::{Fault, Receiver};
/// use synndicate::traced;
///
/// #[traced]
/// fn work() {}
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let receiver = Receiver::start()?;
/// receiver.fail_once(Fault::Close);
/// let mut builder = synndicate::Builder::new();
/// for (key, value) in receiver.settings() {
///     builder = builder.set(key, value);
/// }
/// let tracing = builder.start()?;
/// work();
/// let ledger = tracing.shutdown();
/// assert_eq!((ledger.exported, ledger.dropped()), (1, 0));
/// receiver.spans().assert_tree("work");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// The task that owns the listener and all its connections.
    listening: Mutex<Option<JoinHandle<()>>>,
    runtime: Runtime,
}

/// What a request meets in place of a success.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// The connection is closed without an answer.
    Close,
    /// There is never an answer.
    Silence,
    /// An answer with this status: 400 calls the spans malformed, 401 refuses them, 413 finds them too large, 503 wants them
    /// later.
    Status(u16),
    /// The status 503, and so many seconds to wait.
    RetryAfter(u32),
    /// The request is taken but so many of its spans, for this reason: OTLP's "partial success".
    Rejects(u32, String),
    /// The request is taken, and the answer is no protobuf.
    Garbage,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    news: Condvar,
}

#[derive(Debug, Default)]
struct State {
    spans: Vec<Span>,
    /// What the next requests meet.
    next: VecDeque<Fault>,
    /// What all others meet.
    always: Option<Fault>,
    requests: usize,
}

impl Receiver {
    /// Starts one that takes everything.
    ///
    /// # Errors
    ///
    /// When the operating system gives no port or no thread.
    pub fn start() -> io::Result<Receiver> {
        Receiver::on(net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?)
    }

    /// The same on a listener of the test's own.
    pub(crate) fn on(listener: net::TcpListener) -> io::Result<Receiver> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        listener.set_nonblocking(true)?;
        let entered = runtime.enter();
        let listener = TcpListener::from_std(listener)?;
        drop(entered);
        let receiver = Receiver {
            address: listener.local_addr()?,
            shared: Arc::default(),
            listening: Mutex::default(),
            runtime,
        };
        receiver.listen(listener);
        Ok(receiver)
    }

    /// The settings that send spans here.
    #[must_use]
    pub fn settings(&self) -> [(&'static str, String); 3] {
        [
            ("tracing_backend", "otlp".into()),
            ("tracing_protocol", "http".into()),
            ("tracing_endpoint", self.endpoint()),
        ]
    }

    /// Where it listens: `http://127.0.0.1:…`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Lets the next request fail, or the one after those that are to fail already. A request without spans, which asks whether
    /// spans would be taken, is one too.
    pub fn fail_once(&self, fault: Fault) {
        self.shared.state().next.push_back(fault);
    }

    /// Lets all requests fail until [`recover`](Receiver::recover).
    pub fn fail(&self, fault: Fault) {
        self.shared.state().always = Some(fault);
    }

    /// Takes everything again.
    pub fn recover(&self) {
        let mut state = self.shared.state();
        (state.always, state.next) = (None, VecDeque::new());
    }

    /// Stops to listen and drops all connections, as a server that is killed. The port stays its own.
    pub fn go_away(&self) {
        if let Some(task) = self.listening().take() {
            task.abort();
            // The port is free only when the task has let go of it.
            let _ = self.runtime.block_on(task);
        }
    }

    /// Listens again where it listened before.
    ///
    /// # Errors
    ///
    /// When somebody else listens there meanwhile.
    pub fn come_back(&self) -> io::Result<()> {
        self.go_away();
        let _entered = self.runtime.enter();
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(self.address)?;
        self.listen(socket.listen(64)?);
        Ok(())
    }

    /// The spans that were taken so far, in the order in which they came.
    #[must_use]
    pub fn spans(&self) -> Spans {
        Spans(self.shared.state().spans.clone())
    }

    /// How many requests have come so far, whatever became of them.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.shared.state().requests
    }

    /// Waits until so many spans were taken, and returns them.
    ///
    /// # Errors
    ///
    /// When they have not come within `patience`; the error shows those that have.
    pub fn wait_for(&self, spans: usize, patience: Duration) -> io::Result<Spans> {
        let too_few = |state: &mut State| state.spans.len() < spans;
        let waiting = self.shared.news.wait_timeout_while(self.shared.state(), patience, too_few);
        let (state, timeout) = waiting.unwrap_or_else(PoisonError::into_inner);
        let found = Spans(state.spans.clone());
        if timeout.timed_out() {
            let count = found.len();
            return Err(io::Error::other(format!(
                "{count} spans have come, not {spans}:\n{found}"
            )));
        }
        Ok(found)
    }

    fn listening(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.listening.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listen(&self, listener: TcpListener) {
        let shared = self.shared.clone();
        let task = self.runtime.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, shared.clone()));
            }
        });
        *self.listening() = Some(task);
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.go_away();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request that begins: what it meets.
    fn meet(&self) -> Option<Fault> {
        let mut state = self.state();
        state.requests += 1;
        state.next.pop_front().or_else(|| state.always.clone())
    }

    fn take(&self, request: ExportTraceServiceRequest, but: usize) {
        let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
        let spans = scopes.flat_map(spans_of);
        self.state().spans.extend(spans.skip(but));
        self.news.notify_all();
    }
}

/// The spans of a scope, which say it themselves where it is not ours, as those do that are captured.
fn spans_of(list: ScopeSpans) -> impl Iterator<Item = Span> {
    let scope = list.scope.filter(|scope| scope.name != SCOPE_NAME).unwrap_or_default();
    let named = [(NAME, scope.name), (VERSION, scope.version)];
    let named = named.into_iter().filter(|(_, text)| !text.is_empty());
    let named: Vec<_> =
        named.map(|(key, text)| (key.to_owned(), AttributeValue::Text(text))).collect();
    list.spans.into_iter().map(move |span| {
        let mut span = Span::from(span);
        span.attributes.extend(named.iter().cloned());
        span
    })
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let answer = service_fn(|request| answer(&shared, request));
    let server = hyper::server::conn::http1::Builder::new();
    // A client that goes away is none of the test's failures.
    let _ = server.serve_connection(TokioIo::new(stream), answer).await;
}

async fn answer(shared: &Shared, request: Request<Incoming>) -> io::Result<Response<Full<Bytes>>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let fault = shared.meet();
    let refused = |status| Ok(response(status, "told to fail".into()));
    match fault {
        Some(Fault::Close) => return Err(io::ErrorKind::ConnectionReset.into()),
        Some(Fault::Silence) => pending().await,
        Some(Fault::Status(status)) => {
            return refused(StatusCode::from_u16(status).map_err(io::Error::other)?);
        }
        Some(Fault::RetryAfter(seconds)) => {
            let mut response = response(StatusCode::SERVICE_UNAVAILABLE, Bytes::new());
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
            return Ok(response);
        }
        Some(Fault::Rejects(..) | Fault::Garbage) | None => {}
    }
    let Ok(request) = decode(&head.headers, &body) else {
        return refused(StatusCode::BAD_REQUEST);
    };
    let (rejected, body) = match fault {
        Some(Fault::Rejects(spans, reason)) => (spans, partial_success(spans, reason)),
        Some(_) => (0, "this is no protobuf".into()),
        None => (0, Bytes::new()),
    };
    shared.take(request, rejected as usize);
    Ok(response(StatusCode::OK, body))
}

fn decode(headers: &HeaderMap, body: &[u8]) -> io::Result<ExportTraceServiceRequest> {
    let mut plain = Vec::new();
    let body = match headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes) {
        Some(b"gzip") => {
            GzDecoder::new(body).read_to_end(&mut plain)?;
            &plain
        }
        _ => body,
    };
    ExportTraceServiceRequest::decode(body).map_err(io::Error::other)
}

fn partial_success(spans: u32, error_message: String) -> Bytes {
    let partial_success =
        ExportTracePartialSuccess { rejected_spans: i64::from(spans), error_message };
    let response = ExportTraceServiceResponse { partial_success: Some(partial_success) };
    response.encode_to_vec().into()
}

fn response(status: StatusCode, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response
}
