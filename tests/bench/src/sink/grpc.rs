//! OTLP/gRPC: the generated service of opentelemetry-proto.

use super::Counter;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server;
use tonic::{Request, Response, Status, async_trait};

#[async_trait]
impl TraceService for Counter {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let scopes = request.get_ref().resource_spans.iter().flat_map(|spans| &spans.scope_spans);
        self.add(scopes.map(|scope| scope.spans.len()).sum());
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

pub(super) async fn serve(listener: TcpListener, counter: Counter) {
    let service = TraceServiceServer::new(counter);
    let served = Server::builder()
        .add_service(service)
        .serve_with_incoming(TcpListenerStream::new(listener));
    if let Err(error) = served.await {
        eprintln!("the sink does not listen any more: {error}");
    }
}
