//! Spans of the requests that a server receives.

use super::ResponseBody;
use super::future::ResponseFuture;
use super::route::{Routes, whole_uri};
use crate::integrations::incoming::Incoming;
use crate::requests::response_header;
use http::header::HeaderName;
use http::{Extensions, Request, Response, Uri};
use http_body::Body;
use std::borrow::Cow;
use std::task::{Context, Poll};
use tower_layer::Layer;
use tower_service::Service;

/// Gives every request that a server receives a span; [the module](super) says which.
///
/// It belongs outside of what may answer a request itself, such as limits, and for axum on the router (`Router::layer`), where
/// the route is known. (Around the whole router it is not: those spans are called `GET`.)
///
/// ```
/// # fn example<S>(service: S) -> impl Sized {
/// use tower_layer::Layer;
/// use synndicate::tower::TraceLayer;
///
/// // Of hyper, with routes of one's own:
/// let layer = TraceLayer::new().with_route(|uri, _| match uri.path() {
///     path if path.starts_with("/users/") => Some("/users/{id}".into()),
///     _ => None,
/// });
/// layer.layer(service)
/// # }
/// # // Of tonic: Server::builder().layer(TraceLayer::new()).add_service(…)
/// ```
#[derive(Clone, Debug, Default)]
pub struct TraceLayer {
    routes: Routes,
    response_header: Option<HeaderName>,
}

impl TraceLayer {
    /// A layer.
    #[must_use]
    pub fn new() -> TraceLayer {
        TraceLayer::default()
    }

    /// Lets `route` say which pattern of paths a request belongs to; where it says nothing, axum does. There must be few different
    /// ones: they are the names of the spans.
    #[must_use]
    pub fn with_route(
        self,
        route: impl Fn(&Uri, &Extensions) -> Option<Cow<'static, str>> + Send + Sync + 'static,
    ) -> TraceLayer {
        TraceLayer { routes: Routes::by(route), ..self }
    }

    /// Lets each response name its trace in the header `name`, in 32 hexadecimal digits, if that trace is recorded: for people who
    /// report what went wrong. It counts instead of the key `tracing_http_response_header` of the settings.
    #[must_use]
    pub fn with_response_header(self, name: HeaderName) -> TraceLayer {
        TraceLayer { response_header: Some(name), ..self }
    }
}

impl<S> Layer<S> for TraceLayer {
    type Service = Trace<S>;

    fn layer(&self, inner: S) -> Trace<S> {
        Trace { inner, layer: self.clone() }
    }
}

/// The service that [`TraceLayer`] makes.
#[derive(Clone, Debug)]
pub struct Trace<S> {
    inner: S,
    layer: TraceLayer,
}

impl<S, Received, Sent> Service<Request<Received>> for Trace<S>
where
    S: Service<Request<Received>, Response = Response<Sent>>,
    Sent: Body,
{
    type Response = Response<ResponseBody<Sent>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Received>) -> Self::Future {
        let (uri, extensions) = (request.uri(), request.extensions());
        let uri = whole_uri(uri, extensions);
        let route = self.layer.routes.of(uri, extensions);
        let incoming = Incoming {
            method: request.method(),
            uri,
            version: request.version(),
            headers: request.headers(),
            route: route.as_deref(),
        };
        let mut exchange = incoming.begin();
        let header = self.layer.response_header.clone().or_else(response_header);
        let header = header.zip(exchange.span.trace_id());
        let has_no_body = request.method() == http::Method::HEAD;
        let future = {
            let _work = exchange.enter();
            self.inner.call(request)
        };
        ResponseFuture::new(future, exchange, has_no_body).with_header(header)
    }
}
