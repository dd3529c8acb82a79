//! Calls of gRPC: the client's span, and the server's below it.

use super::{attributes, capture, text};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use std::net::Ipv4Addr;
use synndicate::testing::{Span, Spans, Status};
use synndicate::tower::{TraceClientLayer, TraceLayer};
use synndicate::traced;
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Server};
use tonic::{Code, Request, Response, async_trait};
use tower::ServiceBuilder;

const METHOD: &str = "opentelemetry.proto.collector.trace.v1.TraceService/Export";

/// Answers with this status.
struct Answers(Code);

#[async_trait]
impl TraceService for Answers {
    async fn export(
        &self,
        _: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, tonic::Status> {
        answer(self.0)
    }
}

#[traced]
fn answer(code: Code) -> Result<Response<ExportTraceServiceResponse>, tonic::Status> {
    match code {
        Code::Ok => Ok(Response::new(ExportTraceServiceResponse::default())),
        code => Err(tonic::Status::new(code, "s3cret")),
    }
}

/// The spans of a call that is answered by `code`.
fn call(code: Code) -> Spans {
    capture(async move {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Server::builder()
            .layer(TraceLayer::new())
            .add_service(TraceServiceServer::new(Answers(code)));
        tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
        let uri: http::Uri = format!("http://{address}").parse().unwrap();
        let channel = Channel::builder(uri.clone()).connect().await.unwrap();
        let channel = ServiceBuilder::new().layer(TraceClientLayer::new()).service(channel);
        let mut client = TraceServiceClient::with_origin(channel, uri);
        let answered = client.export(ExportTraceServiceRequest::default()).await;
        assert_eq!(answered.map_or_else(|status| status.code(), |_| Code::Ok), code);
    })
}

#[test]
fn a_call_is_a_span_on_either_side_by_the_conventions_for_rpc() {
    let spans = call(Code::Ok);
    let [client, server] = both(&spans);
    assert!(server.is_child_of(client) && spans.one("answer").is_child_of(server), "{spans}");
    let expected = [
        format!("rpc.method=\"{METHOD}\""),
        "rpc.response.status_code=\"OK\"".to_owned(),
        "rpc.system.name=\"grpc\"".to_owned(),
        "server.address=\"127.0.0.1\"".to_owned(),
    ];
    assert_eq!(attributes(client), expected);
    let of_server = [&["network.protocol.version=\"2\"".to_owned()][..], &expected].concat();
    assert_eq!(attributes(server), of_server);
    assert!([client, server].iter().all(|span| span.status == Status::Unset));
    assert_eq!(text(client, "server.port"), text(server, "server.port"));
}

/// Client and server; h2 has spans of its own.
fn both(spans: &Spans) -> [&Span; 2] {
    [3, 2].map(|kind| spans.named(METHOD).find(|span| span.kind == kind).unwrap())
}

#[test]
fn a_status_is_an_error_of_the_client_and_of_the_server_only_where_that_is_at_fault() {
    for (code, name, is_fault) in
        [(Code::NotFound, "NOT_FOUND", false), (Code::Internal, "INTERNAL", true)]
    {
        let spans = call(code);
        let [client, server] = both(&spans);
        for (span, is_failed) in [(client, true), (server, is_fault)] {
            assert_eq!(text(span, "rpc.response.status_code").as_deref(), Some(name));
            assert_eq!(text(span, "error.type").as_deref(), is_failed.then_some(name));
            assert_eq!(span.status != Status::Unset, is_failed, "{spans}");
        }
        assert!(!format!("{client:?}{server:?}").contains("s3cret"));
    }
}
