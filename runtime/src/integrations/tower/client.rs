//! Spans of the requests that a client sends.

use super::ResponseBody;
use super::future::ResponseFuture;
use crate::integrations::exchange::Protocol;
use crate::integrations::grpc;
use crate::integrations::outgoing::Outgoing;
use crate::propagation::inject;
use http::{Method, Request, Response};
use http_body::Body;
use std::task::{Context, Poll};
use tower_layer::Layer;
use tower_service::Service;

/// Gives every request that a client sends a span, and tells the server of it in the headers that `tracing_propagators` names;
/// [the module](super) says which.
///
/// It takes the clients of hyper and the channels of tonic. (Of a server's address tonic tells only where its client was made
/// `with_origin`.)
///
/// ```
/// # fn example<S>(service: S) -> impl Sized {
/// use tower_layer::Layer;
/// use synndicate::tower::TraceClientLayer;
///
/// TraceClientLayer::new().layer(service)
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TraceClientLayer(());

impl TraceClientLayer {
    /// A layer.
    #[must_use]
    pub fn new() -> TraceClientLayer {
        TraceClientLayer::default()
    }
}

impl<S> Layer<S> for TraceClientLayer {
    type Service = TraceClient<S>;

    fn layer(&self, inner: S) -> TraceClient<S> {
        TraceClient { inner }
    }
}

/// The service that [`TraceClientLayer`] makes.
#[derive(Clone, Debug)]
pub struct TraceClient<S> {
    inner: S,
}

impl<S, Sent, Received> Service<Request<Sent>> for TraceClient<S>
where
    S: Service<Request<Sent>, Response = Response<Received>>,
    Received: Body,
{
    type Response = Response<ResponseBody<Received>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Sent>) -> Self::Future {
        let protocol =
            if grpc::is_call(request.headers()) { Protocol::Grpc } else { Protocol::Http };
        let mut exchange = Outgoing::of_uri(request.method(), request.uri(), protocol).begin();
        let has_no_body = request.method() == Method::HEAD;
        let future = {
            let _work = exchange.enter();
            inject(request.headers_mut());
            self.inner.call(request)
        };
        ResponseFuture::new(future, exchange, has_no_body)
    }
}
