//! The span of a request ends with the body of its response.

use super::{capture, get, send, send_raw, serve, text};
use axum::Router;
use axum::body::Body;
use axum::routing::get as on_get;
use bytes::Bytes;
use futures::stream::{self, StreamExt as _};
use http::header::CONTENT_LENGTH;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use synndicate::testing::{Span, Status};
use synndicate::tower::TraceLayer;
use synndicate::traced;
use tokio::sync::oneshot;

#[traced]
fn write_line(line: u32) -> Result<Bytes, Infallible> {
    Ok(format!("line {line}\n").into())
}

fn lines() -> impl futures::Stream<Item = Result<Bytes, Infallible>> {
    stream::iter(0..3).map(write_line)
}

/// A body of three lines and then nothing, ever, which says when it is dropped.
fn endless(dropped: impl Send + 'static) -> Body {
    let tail = stream::poll_fn(move |_| {
        let _ = &dropped;
        std::task::Poll::Pending
    });
    Body::from_stream(lines().chain(tail))
}

fn is_cancelled(span: &Span) -> bool {
    span.attribute("synndicate.cancelled") == Some(&true.into())
}

#[test]
fn what_writes_a_body_belongs_to_the_request() {
    let spans = capture(async {
        let router = Router::new().route("/log", on_get(async || Body::from_stream(lines())));
        let address = serve(router.layer(TraceLayer::new())).await;
        assert_eq!(get(address, "/log").await.body(), "line 0\nline 1\nline 2\n");
    });
    spans.assert_tree("GET /log\n  write_line line=0\n  write_line line=1\n  write_line line=2");
    let (request, last) = (spans.one("GET /log"), spans.iter().rev().nth(1).unwrap());
    assert!(request.end >= last.end && !is_cancelled(request), "{spans}");
}

#[test]
fn a_client_that_goes_away_cancels_its_request() {
    let spans = capture(async {
        let (sender, dropped) = oneshot::channel::<()>();
        let sender = Arc::new(Mutex::new(Some(sender)));
        let handler = async move || endless(sender.lock().unwrap().take());
        let router = Router::new().route("/feed", on_get(handler)).layer(TraceLayer::new());
        let address = serve(router).await;
        let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
        let uri = format!("http://{address}/feed").parse().unwrap();
        let mut response = client.get(uri).await.unwrap();
        response.body_mut().frame().await.unwrap().unwrap();
        drop((response, client));
        dropped.await.unwrap_err();
    });
    let span = spans.one("GET /feed");
    assert!(is_cancelled(span), "{spans}");
    assert_eq!(text(span, "error.type").as_deref(), Some("cancelled"));
    assert_eq!(
        (&span.status, span.attribute("http.response.status_code")),
        (&Status::Unset, Some(&200.into()))
    );
}

#[test]
fn a_client_that_does_not_wait_for_the_response_cancels_its_request() {
    struct Told(Option<oneshot::Sender<()>>);

    impl Drop for Told {
        fn drop(&mut self) {
            clean_up();
            let _ = self.0.take().map(|sender| sender.send(()));
        }
    }

    #[traced]
    fn clean_up() {}

    let spans = capture(async {
        let (begun, has_begun) = oneshot::channel();
        let (sender, dropped) = oneshot::channel();
        let told = Arc::new(Mutex::new(Some((begun, Told(Some(sender))))));
        let handler = async move || {
            let (begun, _told) = told.lock().unwrap().take().unwrap();
            begun.send(()).unwrap();
            std::future::pending::<()>().await;
        };
        let router = Router::new().route("/slow", on_get(handler)).layer(TraceLayer::new());
        let address = serve(router).await;
        let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
        let request = client.get(format!("http://{address}/slow").parse().unwrap());
        tokio::select! {
            _ = request => unreachable!("there is no response"),
            begun = has_begun => begun.unwrap(),
        }
        drop(client);
        dropped.await.unwrap();
    });
    spans.assert_tree("GET /slow synndicate.cancelled=true error.type=\"cancelled\"\n  clean_up");
}

#[test]
fn a_body_that_nobody_need_read_is_not_cancelled() {
    let declared = async || {
        let body = Body::from_stream(lines());
        Response::builder().header(CONTENT_LENGTH, 21).body(body).unwrap()
    };
    let spans = capture(async {
        let router = Router::new().route("/log", on_get(declared)).layer(TraceLayer::new());
        let address = serve(router).await;
        get(address, "/log").await;
        let head = Request::head(format!("http://{address}/log"));
        send(head.body(Full::default()).unwrap()).await;
    });
    assert_eq!(spans.named("GET /log").count() + spans.named("HEAD /log").count(), 2, "{spans}");
    assert!(!spans.iter().any(is_cancelled), "{spans}");
}

#[test]
fn a_body_that_breaks_is_an_error() {
    #[derive(Debug)]
    struct Torn;

    impl std::fmt::Display for Torn {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("s3cret")
        }
    }

    impl std::error::Error for Torn {}

    let torn = || stream::iter([Ok(Bytes::from("line\n")), Err(Torn)]);
    let spans = capture(async {
        let router = Router::new().route("/log", on_get(async move || Body::from_stream(torn())));
        let address = serve(router.layer(TraceLayer::new())).await;
        send_raw(address, b"GET /log HTTP/1.1\r\nhost: shop\r\n\r\n").await;
    });
    let span = spans.one("GET /log");
    assert_eq!(span.status, Status::Error(String::new()));
    assert!(text(span, "error.type").is_some_and(|kind| kind.ends_with("Error")), "{spans}");
    assert!(!format!("{spans:?}").contains("s3cret"));
}
