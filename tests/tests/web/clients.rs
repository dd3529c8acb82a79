//! Spans of requests that are sent.

use super::{attributes, capture, serve, text};
use axum::Router;
use axum::body::Body;
use axum::routing::get as on_get;
use bytes::Bytes;
use futures::FutureExt as _;
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use std::net::SocketAddr;
use synndicate::TraceFuture as _;
use synndicate::reqwest::SendTraced as _;
use synndicate::testing::Status;
use synndicate::tower::{TraceClientLayer, TraceLayer};
use synndicate_tests::free_ports;
use tower::{Service as _, ServiceBuilder, ServiceExt as _};

async fn server() -> SocketAddr {
    let router = Router::new()
        .route("/parts/{id}", on_get(async || "a part"))
        .route("/gone", on_get(async || StatusCode::GONE));
    serve(router.layer(TraceLayer::new())).await
}

type Sent = Result<http::Response<Bytes>, hyper_util::client::legacy::Error>;

/// Sends a request by a traced client of hyper and reads the whole response.
async fn ask(url: &str) -> Sent {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let mut client = ServiceBuilder::new().layer(TraceClientLayer::new()).service(client);
    let request = Request::get(url).body(Full::default()).unwrap();
    let (head, body) = client.ready().await?.call(request).await?.into_parts();
    Ok(http::Response::from_parts(head, body.collect().await.unwrap().to_bytes()))
}

#[test]
fn a_request_is_a_span_and_the_servers_one_its_child() {
    let spans = capture(async {
        let address = server().await;
        let url = format!("http://{address}/parts/7?token=s3cret");
        assert_eq!(ask(&url).traced("order").await.unwrap().body(), "a part");
    });
    spans.assert_tree("order\n  GET\n    GET /parts/{id}");
    let span = spans.one("GET");
    let port = text(span, "server.port").unwrap();
    let url = format!("url.full=\"http://127.0.0.1:{port}/parts/7\"");
    let expected = [
        "http.request.method=\"GET\"",
        "http.response.status_code=200",
        "network.protocol.version=\"1.1\"",
        "server.address=\"127.0.0.1\"",
        &url,
    ];
    assert_eq!((attributes(span), span.kind), (expected.map(str::to_owned).to_vec(), 3));
}

#[test]
fn reqwest_sends_the_same() {
    let spans = capture(async {
        let address = server().await;
        let url = format!("http://someone:s3cret@{address}/parts/7?token=s3cret#part");
        let sending = reqwest::Client::new().get(url).send_traced().traced("order");
        assert_eq!(sending.await.unwrap().text().await.unwrap(), "a part");
    });
    spans.assert_tree("order\n  GET http.response.status_code=200\n    GET /parts/{id}");
    let url = text(spans.one("GET"), "url.full").unwrap();
    assert!(url.starts_with("http://127.0.0.1:") && url.ends_with("/parts/7"), "{url}");
    assert!(!format!("{spans:?}").contains("s3cret"));
}

#[test]
fn what_a_server_holds_against_a_request_is_an_error_of_the_client() {
    let spans = capture(async {
        let address = server().await;
        ask(&format!("http://{address}/gone")).await.unwrap();
        reqwest::Client::new().get(format!("http://{address}/gone")).send_traced().await.unwrap();
    });
    spans.assert_tree("GET error.type=\"410\"\n  GET /gone\nGET error.type=\"410\"\n  GET /gone");
    assert!(spans.named("GET").all(|span| span.status == Status::Error(String::new())));
    assert!(spans.named("GET /gone").all(|span| span.status == Status::Unset));
}

#[test]
fn a_server_that_is_not_there_is_an_error() {
    let [port] = free_ports().unwrap();
    let spans = capture(async {
        let url = format!("http://127.0.0.1:{port}/");
        ask(&url).await.unwrap_err();
        reqwest::Client::new().get(url).send_traced().await.unwrap_err();
    });
    spans.assert_tree(
        "GET error.type=\"hyper_util::client::legacy::client::Error\"\n\
         GET error.type=\"reqwest::error::Error\"",
    );
    assert!(spans.iter().all(|span| span.status == Status::Error(String::new())));
}

#[test]
fn a_request_that_is_given_up_is_cancelled() {
    let spans = capture(async {
        let address = serve(Router::new().route("/", on_get(std::future::pending::<()>))).await;
        let url = format!("http://{address}/");
        let both =
            async { tokio::join!(ask(&url), reqwest::Client::new().get(&url).send_traced()) };
        assert!(both.now_or_never().is_none(), "there is no response");
    });
    spans.assert_tree(
        "GET synndicate.cancelled=true error.type=\"cancelled\"\n\
         GET synndicate.cancelled=true error.type=\"cancelled\"",
    );
}

#[test]
fn a_client_may_leave_what_it_does_not_want() {
    let spans = capture(async {
        let address = serve(Router::new().route("/", on_get(async || Body::from("much")))).await;
        let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
        let client = ServiceBuilder::new().layer(TraceClientLayer::new()).service(client);
        let request = Request::get(format!("http://{address}/")).body(Full::default()).unwrap();
        drop(client.oneshot(request).await.unwrap());
    });
    assert_eq!(spans.one("GET").attribute("synndicate.cancelled"), None);
}

#[test]
fn without_a_recorder_a_request_is_sent_as_it_is() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let router = Router::new().route(
            "/",
            on_get(|headers: http::HeaderMap| async move {
                headers.contains_key("traceparent").to_string()
            }),
        );
        let address = serve(router.layer(TraceLayer::new())).await;
        assert_eq!(ask(&format!("http://{address}/")).await.unwrap().body(), "false");
    });
}
