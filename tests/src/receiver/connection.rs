//! One connection: what is spoken on it, and how it comes to a bad end.

use super::address::Stream;
use super::{Answer, Export, Fault, Shared, Wire, grpc, http as over_http, jaeger};
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use socket2::SockRef;
use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::net;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_rustls::TlsAcceptor;
use tonic::body::Body;

/// What nobody takes for HTTP.
const GARBAGE: &[u8] = b"SSH-2.0-OpenSSH_9.2\r\n";

/// How a connection is cut off.
#[derive(Clone, Copy, Debug)]
enum Cut {
    Reset,
    Garbage,
}

/// What the requests of one connection share.
#[derive(Clone)]
pub(super) struct Connection {
    shared: Arc<Shared>,
    cuts: UnboundedSender<Cut>,
}

/// Serves a client until one of the two has enough.
pub(super) async fn serve(stream: Stream, shared: Arc<Shared>) {
    let (cuts, cut) = unbounded_channel();
    let connection = Connection { shared, cuts };
    match stream {
        Stream::Tcp(stream) => match connection.shared.tls() {
            Some(tls) => serve_tls(stream, &tls, connection).await,
            None => serve_tcp(stream, connection, cut).await,
        },
        Stream::Unix(stream) => connection.speak(stream).await,
    }
}

/// Such a connection is not cut off.
async fn serve_tls(stream: TcpStream, tls: &TlsAcceptor, connection: Connection) {
    // A client that does not trust the certificate hangs up.
    if let Ok(stream) = tls.accept(stream).await {
        connection.speak(stream).await;
    }
}

async fn serve_tcp(stream: TcpStream, connection: Connection, mut cut: UnboundedReceiver<Cut>) {
    // hyper does not give a stream back, so what is done to it below its protocol is done through a second handle.
    let Ok(second) = duplicate(&stream) else { return };
    let cut = tokio::select! {
        () = connection.speak(stream) => None,
        cut = cut.recv() => cut,
    };
    // A client that has gone is no mistake of the receiver.
    let _ = match cut {
        Some(Cut::Reset) => SockRef::from(&second).set_linger(Some(Duration::ZERO)),
        Some(Cut::Garbage) => say_garbage(second).await,
        None => Ok(()),
    };
}

fn duplicate(stream: &TcpStream) -> io::Result<TcpStream> {
    TcpStream::from_std(net::TcpStream::from(stream.as_fd().try_clone_to_owned()?))
}

/// Writes it and waits for the client to hang up: a socket that is closed before may take back what was written.
async fn say_garbage(mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(GARBAGE).await?;
    stream.shutdown().await?;
    while stream.read(&mut [0; 1024]).await? > 0 {}
    Ok(())
}

impl Connection {
    async fn speak(self, io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) {
        let io = TokioIo::new(io);
        let wire = self.shared.wire();
        let service = service_fn(move |request| self.clone().answer(request));
        // A client that hangs up is no mistake of the receiver.
        let _ = match wire {
            Wire::Http | Wire::Json | Wire::Zipkin => {
                http1::Builder::new().serve_connection(io, service).await
            }
            Wire::Grpc | Wire::Jaeger => {
                http2::Builder::new(TokioExecutor::new()).serve_connection(io, service).await
            }
        };
    }

    async fn answer(self, mut request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
        let fault = self.shared.notes.begin();
        match fault {
            Some(Fault::Reset) => {
                let _ = request.body_mut().frame().await;
                return self.end(Some(Cut::Reset)).await;
            }
            Some(Fault::Garbage) => {
                let _ = request.collect().await;
                return self.end(Some(Cut::Garbage)).await;
            }
            Some(Fault::Silence) => {
                let _ = request.collect().await;
                return self.end(None).await;
            }
            Some(Fault::LostAnswer) | None => {}
        }
        let response = match self.shared.wire() {
            Wire::Grpc => grpc::answer(&self, request).await,
            Wire::Jaeger => jaeger::answer(&self, request).await,
            wire => over_http::answer(&self, wire, request).await,
        };
        if fault == Some(Fault::LostAnswer) {
            return self.end(Some(Cut::Reset)).await;
        }
        Ok(response)
    }

    /// Never answers; the connection may be cut off meanwhile.
    async fn end<T>(&self, cut: Option<Cut>) -> T {
        if let Some(cut) = cut {
            // Where it is gone already there is nothing to cut.
            let _ = self.cuts.send(cut);
        }
        pending().await
    }

    /// The largest request in bytes.
    pub(super) fn limit(&self) -> usize {
        self.shared.manners.limit
    }

    /// Notes a request and says what is answered to it, once it may be said.
    pub(super) async fn judge(&self, export: Export) -> Answer {
        let answer = (self.shared.manners.script)(&export);
        if let Answer::TakenAfter(gate) = &answer
            && export.spans().next().is_some()
        {
            match gate.acquire().await {
                Ok(permit) => permit.forget(),
                Err(_) => pending().await,
            }
        }
        self.shared.notes.note(export, &answer);
        answer
    }
}
