//! OTLP over gRPC: the generated service of opentelemetry-proto.

use super::connection::Connection;
use super::{Answer, Export};
use http::Response;
use hyper::body::Incoming;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message as _;
use tonic::body::Body;
use tonic::codec::CompressionEncoding;
use tonic::{Request, Status, async_trait};

const PATH: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

pub(super) async fn answer(
    connection: &Connection,
    request: http::Request<Incoming>,
) -> Response<Body> {
    let service = TraceServiceServer::new(connection.clone())
        .accept_compressed(CompressionEncoding::Gzip)
        .max_decoding_message_size(connection.limit());
    match TowerToHyperService::new(service).call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

#[async_trait]
impl TraceService for Connection {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<tonic::Response<ExportTraceServiceResponse>, Status> {
        let (metadata, _, request) = request.into_parts();
        let bytes = request.encoded_len();
        let export = Export::new(PATH.into(), metadata.into_headers(), request, bytes);
        let answer = self.judge(export).await;
        match answer {
            Answer::Refused(refusal) => Err(refusal.into_grpc()),
            taken => Ok(tonic::Response::new(taken.into_response())),
        }
    }
}

impl Answer {
    /// The message that says what was taken.
    pub(super) fn into_response(self) -> ExportTraceServiceResponse {
        let partial_success = match self {
            Answer::TakenBut { rejected, message } => Some(ExportTracePartialSuccess {
                rejected_spans: rejected as i64,
                error_message: message,
            }),
            Answer::Taken | Answer::TakenAfter(_) | Answer::Refused(_) => None,
        };
        ExportTraceServiceResponse { partial_success }
    }
}
