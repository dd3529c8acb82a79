//! A backend in the test's own process: takes OTLP over both its wires or Jaeger's own, notes what arrives, and fails as it is told.
//!
//! What it speaks is none of ours: over gRPC it is the service that the crate `opentelemetry-proto` generates, over HTTP that
//! crate's messages behind hyper, into which Zipkin's lists are turned as well; Jaeger's service is generated from its own
//! definition. `answer` says what can come of a request, `noted` what is remembered of it, `address` where it listens also while
//! nobody does and `tls` how it is known there; `connection` serves one client, `http`, `grpc` and `jaeger` read its requests.

mod address;
mod answer;
mod connection;
mod grpc;
mod http;
mod jaeger;
mod noted;
mod tls;
mod zipkin;

use address::Address;
use connection::serve;
use noted::Notes;
use std::future::pending;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fmt, io};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

pub use answer::{Answer, Fault, Refusal, Retry};
pub use noted::{Export, Noted};
pub use tls::{Authority, Certificate};

/// How long a test waits for what must come; only one that has failed waits so long.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What is spoken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wire {
    /// OTLP over gRPC.
    Grpc,
    /// OTLP over HTTP with protobuf bodies.
    Http,
    /// OTLP over HTTP with JSON bodies.
    Json,
    /// Jaeger's own protocol over gRPC, and no OTLP.
    Jaeger,
    /// Zipkin's own.
    Zipkin,
}

impl Wire {
    /// Both wires of OTLP, in the form that is fast.
    pub const ALL: [Wire; 2] = [Wire::Grpc, Wire::Http];
    /// Those, and the wires for which spans are encoded anew.
    pub const EVERY: [Wire; 5] = [Wire::Grpc, Wire::Http, Wire::Json, Wire::Jaeger, Wire::Zipkin];

    /// What `tracing_protocol` calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Wire::Grpc | Wire::Jaeger => "grpc",
            Wire::Http | Wire::Zipkin => "http",
            Wire::Json => "http/json",
        }
    }

    /// The `tracing_backend` that speaks it.
    #[must_use]
    pub fn backend(self) -> &'static str {
        match self {
            Wire::Grpc | Wire::Http | Wire::Json => "otlp",
            Wire::Jaeger => "jaeger",
            Wire::Zipkin => "zipkin",
        }
    }

    /// The version of HTTP as TLS names it.
    fn protocol(self) -> &'static [u8] {
        match self {
            Wire::Grpc | Wire::Jaeger => b"h2",
            Wire::Http | Wire::Json | Wire::Zipkin => b"http/1.1",
        }
    }
}

type Script = dyn Fn(&Export) -> Answer + Send + Sync;

/// How a receiver behaves.
struct Manners {
    wire: Mutex<Wire>,
    script: Box<Script>,
    /// The largest request in bytes, and 4 MiB where nobody says anything: what tonic and the OpenTelemetry Collector take.
    limit: usize,
    /// Nothing where connections are not secured.
    tls: Mutex<Option<TlsAcceptor>>,
}

/// What the receiver and its connections share.
struct Shared {
    manners: Manners,
    notes: Notes,
}

impl Shared {
    /// What is spoken now.
    fn wire(&self) -> Wire {
        *lock(&self.manners.wire)
    }

    /// How connections are secured now.
    fn tls(&self) -> Option<TlsAcceptor> {
        lock(&self.manners.tls).clone()
    }
}

/// A receiver that was not started yet.
pub struct Setup {
    manners: Manners,
    notes: Notes,
}

impl Setup {
    /// Answers to each request as `script` says; what is not told otherwise is taken.
    #[must_use]
    pub fn answering(
        mut self,
        script: impl Fn(&Export) -> Answer + Send + Sync + 'static,
    ) -> Setup {
        self.manners.script = Box::new(script);
        self
    }

    /// Takes no request that is larger.
    #[must_use]
    pub fn limited_to(mut self, bytes: usize) -> Setup {
        self.manners.limit = bytes;
        self
    }

    /// Forgets requests as soon as they are counted.
    #[must_use]
    pub fn counting(mut self) -> Setup {
        self.notes = Notes::of_numbers();
        self
    }

    /// Listens on a free port of the IPv4 loopback address.
    ///
    /// # Errors
    ///
    /// When the operating system gives no port or no thread.
    pub fn listen(self) -> io::Result<Receiver> {
        let receiver = self.away()?;
        receiver.come_back()?;
        Ok(receiver)
    }

    /// Listens on a free port of the IPv6 loopback address.
    ///
    /// # Errors
    ///
    /// When the operating system gives no port or no thread.
    pub fn listen_on_ipv6(self) -> io::Result<Receiver> {
        let receiver = self.at(Address::ipv6()?)?;
        receiver.come_back()?;
        Ok(receiver)
    }

    /// Listens on a free port of `localhost`: of its IPv4 address, until it [moves](Receiver::change_address).
    ///
    /// # Errors
    ///
    /// When the operating system gives no port or no thread.
    pub fn listen_on_localhost(self) -> io::Result<Receiver> {
        let receiver = self.at(Address::localhost()?)?;
        receiver.come_back()?;
        Ok(receiver)
    }

    /// Listens on a free port of the IPv4 loopback address, for TLS with a valid certificate.
    ///
    /// # Errors
    ///
    /// When the operating system gives no port or no thread, or there is no certificate.
    pub fn listen_for_tls(self, authority: &Authority) -> io::Result<Receiver> {
        let receiver = self.away()?;
        receiver.restart_with(authority, Certificate::Valid)?;
        Ok(receiver)
    }

    /// Listens on a Unix socket at `path`.
    ///
    /// # Errors
    ///
    /// When there can be no socket.
    pub fn listen_on_unix(self, path: &Path) -> io::Result<Receiver> {
        let receiver = self.at(Address::unix(path))?;
        receiver.come_back()?;
        Ok(receiver)
    }

    /// Has a port that nobody else can get, but does not listen there yet: connections are refused.
    ///
    /// # Errors
    ///
    /// When the operating system gives no port or no thread.
    pub fn away(self) -> io::Result<Receiver> {
        self.at(Address::ipv4()?)
    }

    fn at(self, address: Address) -> io::Result<Receiver> {
        // On a thread of its own, so that tests without a runtime have a receiver too.
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let shared = Arc::new(Shared { manners: self.manners, notes: self.notes });
        Ok(Receiver { shared, address, listening: Mutex::default(), runtime })
    }
}

/// A receiver. It ends when it is dropped.
pub struct Receiver {
    shared: Arc<Shared>,
    address: Address,
    /// The task that owns the listener and all its connections.
    listening: Mutex<Option<JoinHandle<()>>>,
    runtime: Runtime,
}

impl Receiver {
    /// A receiver to be started, which takes everything over `wire`.
    #[must_use]
    pub fn over(wire: Wire) -> Setup {
        let manners = Manners {
            wire: Mutex::new(wire),
            script: Box::new(|_| Answer::Taken),
            limit: 4 * 1024 * 1024,
            tls: Mutex::default(),
        };
        Setup { manners, notes: Notes::of_everything() }
    }

    /// The endpoint as the settings name it.
    #[must_use]
    pub fn endpoint(&self) -> String {
        let endpoint = self.address.endpoint();
        match self.shared.tls() {
            Some(_) => endpoint.replacen("http", "https", 1),
            None => endpoint,
        }
    }

    /// What is spoken here.
    #[must_use]
    pub fn wire(&self) -> Wire {
        self.shared.wire()
    }

    /// From now on another server is there, which takes this wire and no other.
    pub fn replace(&self, wire: Wire) {
        *lock(&self.shared.manners.wire) = wire;
    }

    /// What sends spans here by `tracing_backend`, `tracing_protocol` and `tracing_endpoint`.
    #[must_use]
    pub fn settings(&self) -> [(&'static str, String); 3] {
        [
            ("tracing_backend", self.wire().backend().into()),
            ("tracing_protocol", self.wire().name().into()),
            ("tracing_endpoint", self.endpoint()),
        ]
    }

    /// Does this to the next request, with spans or without, or to the one after those that are to be disturbed already.
    pub fn disturb(&self, fault: Fault) {
        self.shared.notes.expect(fault);
    }

    /// Stops to listen and drops every connection, as a server that is killed.
    pub fn go_away(&self) {
        if let Some(task) = lock(&self.listening).take() {
            task.abort();
            // The port is free only when the task has let go of it.
            let _ = self.runtime.block_on(task);
        }
    }

    /// Listens where it listened before, or for the first time.
    ///
    /// # Errors
    ///
    /// When it listens already.
    pub fn come_back(&self) -> io::Result<()> {
        let _entered = self.runtime.enter();
        let listener = self.address.listen()?;
        let shared = self.shared.clone();
        let task = self.runtime.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok(stream) = listener.accept().await {
                connections.spawn(serve(stream, shared.clone()));
            }
            // Those that it has go on.
            pending::<()>().await;
        });
        *lock(&self.listening) = Some(task);
        Ok(())
    }

    /// Is no longer at one address of `localhost`, but at the other.
    ///
    /// # Errors
    ///
    /// When it has one address only.
    pub fn change_address(&self) -> io::Result<()> {
        self.go_away();
        self.address.change()?;
        self.come_back()
    }

    /// Ends as a server that is killed, and comes back with another certificate.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn restart_with(&self, authority: &Authority, certificate: Certificate) -> io::Result<()> {
        self.go_away();
        *lock(&self.shared.manners.tls) = Some(authority.acceptor(certificate, self.wire())?);
        self.come_back()
    }

    /// What was noted so far.
    #[must_use]
    pub fn noted(&self) -> Noted {
        self.shared.notes.read()
    }

    /// Waits until what was noted is `enough`, and returns it.
    ///
    /// # Errors
    ///
    /// When patience ends; the error says what was noted.
    pub fn wait_until(&self, enough: impl Fn(&Noted) -> bool) -> io::Result<Noted> {
        self.shared.notes.wait_until(enough)
    }
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup").field("wire", &self.manners.wire).finish_non_exhaustive()
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("endpoint", &self.endpoint()).finish_non_exhaustive()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.go_away();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
