//! Spans of requests that are received.

use super::{attributes, capture, capture_in, get, send, send_raw, serve, text};
use axum::Router;
use axum::routing::{any, get as on_get};
use bytes::Bytes;
use http::{HeaderName, Request, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use synndicate::testing::{Recording, Status};
use synndicate::tower::TraceLayer;
use synndicate::{propagation, traced};
use tokio::net::TcpListener;
use tower::ServiceBuilder;
use tracing_subscriber::fmt::format::FmtSpan;

const TRACE: u128 = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736;
const CALLER: u64 = 0x00f0_67aa_0ba9_02b7;

fn traceparent(flags: &str) -> String {
    format!("00-{TRACE:032x}-{CALLER:016x}-{flags}")
}

#[traced]
async fn work() -> String {
    let mut headers = BTreeMap::new();
    propagation::inject(&mut headers);
    headers.remove("traceparent").unwrap_or_default()
}

fn router() -> Router {
    Router::new()
        .route("/users/{id}", on_get(work))
        .route("/busy", any(|| async { StatusCode::SERVICE_UNAVAILABLE }))
        .route("/panics", on_get(panics))
        .nest("/nested", Router::new().route("/{id}", on_get(work)).layer(TraceLayer::new()))
}

async fn panics() -> StatusCode {
    panic!("out of paper")
}

fn traced_router() -> Router {
    router().layer(TraceLayer::new())
}

#[test]
fn a_request_is_a_span_with_what_the_conventions_ask_for_and_no_secret() {
    let spans = capture(async {
        let address = serve(traced_router()).await;
        let request = Request::get(format!("http://{address}/users/7?token=s3cret"))
            .header("user-agent", "tests/1.0")
            .header("authorization", "Bearer s3cret")
            .header("x-forwarded-proto", "https");
        send(request.body(Full::default()).unwrap()).await;
    });
    spans.assert_tree("GET /users/{id}\n  work");
    let span = spans.one("GET /users/{id}");
    let expected = [
        "http.request.method=\"GET\"",
        "http.response.status_code=200",
        "http.route=\"/users/{id}\"",
        "network.protocol.version=\"1.1\"",
        "server.address=\"127.0.0.1\"",
        "url.path=\"/users/7\"",
        "url.scheme=\"https\"",
        "user_agent.original=\"tests/1.0\"",
    ];
    assert_eq!(attributes(span), expected);
    assert!(text(span, "server.port").is_some_and(|port| port.parse::<u16>().is_ok()));
    assert_eq!((span.kind, &span.status, span.is_root()), (2, &Status::Unset, true));
    assert!(!format!("{spans:?}").contains("s3cret"));
}

#[test]
fn a_request_belongs_to_the_trace_of_its_caller() {
    let spans = capture(async {
        let address = serve(traced_router()).await;
        let request = Request::get(format!("http://{address}/users/7"));
        let request = request.header("traceparent", traceparent("01"));
        let sent = send(request.body(Full::default()).unwrap()).await;
        assert!(sent.body().starts_with(format!("00-{TRACE:032x}-").as_bytes()));
        assert!(sent.body().ends_with(b"-01"));
    });
    let span = spans.one("GET /users/{id}");
    assert_eq!((span.trace_id, span.parent_span_id, span.flags), (TRACE, Some(CALLER), 0x301));
    assert!(spans.one("work").is_child_of(span));
}

#[test]
fn what_the_caller_does_not_record_is_passed_on_unrecorded() {
    let spans = capture(async {
        let address = serve(traced_router()).await;
        let request = Request::get(format!("http://{address}/users/7"))
            .header("traceparent", traceparent("02"));
        let sent = send(request.body(Full::default()).unwrap()).await;
        let sent = String::from_utf8(sent.into_body().to_vec()).unwrap();
        assert!(sent.starts_with(&format!("00-{TRACE:032x}-")) && sent.ends_with("-02"), "{sent}");
        assert!(!sent.contains(&format!("{CALLER:016x}")), "{sent}");
    });
    assert!(spans.is_empty(), "{spans}");
}

#[test]
fn a_path_that_leads_nowhere_has_no_route_and_is_no_error() {
    let spans = capture(async {
        let address = serve(traced_router()).await;
        assert_eq!(get(address, "/wp-admin.php").await.status(), 404);
    });
    let span = spans.one("GET");
    assert_eq!((span.attribute("http.route"), &span.status), (None, &Status::Unset));
    spans.assert_tree("GET url.path=\"/wp-admin.php\" http.response.status_code=404");
}

#[test]
fn a_failure_of_the_server_is_an_error() {
    let spans = capture(async {
        let address = serve(traced_router()).await;
        get(address, "/busy").await;
    });
    spans.assert_tree("GET /busy http.response.status_code=503 error.type=\"503\"");
    assert_eq!(spans.one("GET /busy").status, Status::Error(String::new()));
}

#[test]
fn methods_that_nobody_knows_are_one() {
    let spans = capture(async {
        let address = serve(traced_router()).await;
        let request = Request::builder().method("BREW").uri(format!("http://{address}/busy"));
        send(request.body(Full::default()).unwrap()).await;
    });
    spans.assert_tree(
        "HTTP /busy http.request.method=\"_OTHER\" http.request.method_original=\"BREW\"",
    );
}

#[test]
fn a_handler_that_panics_has_a_span_that_says_so() {
    let spans = capture(async {
        let address = serve(traced_router()).await;
        let answer =
            send_raw(address, b"GET /panics HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n");
        assert_eq!(answer.await, "");
    });
    let span = spans.one("GET /panics");
    assert!(matches!(span.status, Status::Error(_)), "{spans}");
    assert_eq!(text(span, "error.type").as_deref(), Some("panic"));
    assert_eq!(span.events[0].attribute("exception.type"), Some(&"panic".into()), "{spans}");
}

#[test]
fn headers_of_strangers_do_no_harm() {
    let hostile: [&[u8]; 8] = [
        b"traceparent: 00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        b"traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\
          traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b8-01",
        b"traceparent: \xff\xfe",
        b"tracestate: \xff,=,,,=,a=\x80",
        b"baggage: =;=;,,\"\xf0",
        b"user-agent: \xff\xff",
        b"x-forwarded-proto: javascript",
        b"content-type: application/grpc\r\ngrpc-timeout: forever",
    ];
    let refused = propagation::refused();
    let spans = capture(async {
        let address = serve(traced_router()).await;
        for header in hostile {
            let begin = b"GET /users/7 HTTP/1.1\r\nhost: [::1\r\nconnection: close\r\n";
            let request = [begin, header, b"\r\n\r\n"].concat();
            let answer = send_raw(address, &request).await;
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        }
    });
    assert_eq!(spans.len(), 2 * hostile.len(), "{spans}");
    assert!(spans.named("GET /users/{id}").all(|span| span.is_root() && span.trace_id != TRACE));
    assert!(spans.named("GET /users/{id}").all(|span| text(span, "url.scheme").unwrap() == "http"));
    assert!(propagation::refused() >= refused + 2);
}

#[test]
fn a_response_names_its_trace_where_it_is_asked_to() {
    let name = HeaderName::from_static("x-trace-id");
    let mut named = None;
    let spans = capture(async {
        let layer = TraceLayer::new().with_response_header(name.clone());
        let address = serve(router().layer(layer)).await;
        named = get(address, "/users/7").await.headers_mut().remove(&name);
        let unrecorded = Request::get(format!("http://{address}/users/7"))
            .header("traceparent", traceparent("00"));
        let response = send(unrecorded.body(Full::default()).unwrap()).await;
        assert!(!response.headers().contains_key(&name), "nobody finds that trace");
    });
    let trace_id = format!("{:032x}", spans.one("work").trace_id);
    assert_eq!(named.unwrap(), &trace_id);
}

#[test]
fn a_nested_router_says_the_whole_path() {
    let spans = capture(async {
        let address = serve(router()).await;
        get(address, "/nested/7").await;
    });
    spans.assert_tree("GET /nested/{id} url.path=\"/nested/7\"\n  work");
}

#[test]
fn a_server_of_hyper_says_its_routes_itself() {
    async fn answer(_: Request<Incoming>) -> Result<http::Response<Full<Bytes>>, Infallible> {
        Ok(http::Response::new(Full::from(work().await)))
    }
    let layer = TraceLayer::new()
        .with_route(|uri, _| uri.path().starts_with("/parts/").then(|| "/parts/{id}".into()));
    let spans = capture(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let service =
                    ServiceBuilder::new().layer(layer.clone()).service(tower::service_fn(answer));
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
                tokio::spawn(connection);
            }
        });
        get(address, "/parts/7").await;
        get(address, "/else").await;
    });
    spans.assert_tree("GET /parts/{id}\n  work\nGET\n  work");
}

#[test]
fn rules_silence_the_spans_of_a_server_and_what_it_does_stays_with_its_caller() {
    let recording = Recording::new();
    recording.set_rules("[[observability.span]]\nfunction = \"http_server\"\nenabled = false");
    capture_in(&recording, async {
        let address = serve(traced_router()).await;
        let request = Request::get(format!("http://{address}/users/7"));
        let request = request.header("traceparent", traceparent("01"));
        send(request.body(Full::default()).unwrap()).await;
    });
    let spans = recording.spans();
    let work = spans.one("work");
    assert_eq!((spans.len(), work.trace_id, work.parent_span_id), (1, TRACE, Some(CALLER)));
}

#[test]
fn under_another_subscriber_requests_are_ordinary_spans() {
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Log {
        fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(line);
            Ok(line.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    let log = Log::default();
    let written = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(move || written.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { get(serve(traced_router()).await, "/busy").await });
    });
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for part in [
        "http_server{",
        "otel.name=\"GET /busy\"",
        "http.response.status_code=503",
        "otel.status_code=\"ERROR\"",
    ] {
        assert!(log.contains(part), "{part} in {log}");
    }
}
