//! Jaeger's own protocol: the service that was generated from its definition.

use super::connection::Connection;
use super::{Answer, Export};
use http::Response;
use hyper::body::Incoming;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message as _;
use synndicate_tests_jaeger as jaeger;
use synndicate_tests_jaeger::collector_service_server::{CollectorService, CollectorServiceServer};
use synndicate_tests_jaeger::{PostSpansRequest, PostSpansResponse, ValueType};
use tonic::body::Body;
use tonic::codec::CompressionEncoding;
use tonic::{Request, Status, async_trait};

const PATH: &str = "/jaeger.api_v2.CollectorService/PostSpans";

pub(super) async fn answer(
    connection: &Connection,
    request: http::Request<Incoming>,
) -> Response<Body> {
    let service = CollectorServiceServer::new(connection.clone())
        .accept_compressed(CompressionEncoding::Gzip)
        .max_decoding_message_size(connection.limit());
    match TowerToHyperService::new(service).call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

#[async_trait]
impl CollectorService for Connection {
    async fn post_spans(
        &self,
        request: Request<PostSpansRequest>,
    ) -> Result<tonic::Response<PostSpansResponse>, Status> {
        let (metadata, _, request) = request.into_parts();
        let bytes = request.encoded_len();
        let request = noted(request.batch.unwrap_or_default());
        match self.judge(Export::new(PATH.into(), metadata.into_headers(), request, bytes)).await {
            Answer::Refused(refusal) => Err(refusal.into_grpc()),
            // There are no words for spans that are not taken.
            Answer::Taken | Answer::TakenBut { .. } | Answer::TakenAfter(_) => {
                Ok(tonic::Response::new(PostSpansResponse {}))
            }
        }
    }
}

/// What tells spans apart, as it is noted of every wire.
fn noted(batch: jaeger::Batch) -> ExportTraceServiceRequest {
    let spans = batch.spans.into_iter().map(|span| Span {
        trace_id: span.trace_id,
        span_id: span.span_id,
        name: span.operation_name,
        attributes: span.tags.into_iter().map(attribute).collect(),
        ..Span::default()
    });
    let scope = ScopeSpans { spans: spans.collect(), ..ScopeSpans::default() };
    let resource = ResourceSpans { scope_spans: vec![scope], ..ResourceSpans::default() };
    ExportTraceServiceRequest { resource_spans: vec![resource] }
}

fn attribute(tag: jaeger::KeyValue) -> KeyValue {
    let value = match tag.v_type() {
        ValueType::String => Value::StringValue(tag.v_str),
        ValueType::Bool => Value::BoolValue(tag.v_bool),
        ValueType::Int64 => Value::IntValue(tag.v_int64),
        ValueType::Float64 => Value::DoubleValue(tag.v_float64),
        ValueType::Binary => Value::BytesValue(tag.v_binary),
    };
    let value = Some(AnyValue { value: Some(value) });
    KeyValue { key: tag.key, value, ..KeyValue::default() }
}
