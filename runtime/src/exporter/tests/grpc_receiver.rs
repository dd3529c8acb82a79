//! A receiver of OTLP over gRPC made of the services of the crate `opentelemetry-proto`, which we did not write.

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::codec::CompressionEncoding;
use tonic::metadata::MetadataMap;
use tonic::transport::Server;
use tonic::transport::server::Router;
use tonic::{Request, Response, Status};

type Reply = Result<ExportTraceServiceResponse, Status>;

type Script = dyn Fn(&ExportTraceServiceRequest) -> Reply + Send + Sync;

#[derive(Clone)]
pub(super) struct GrpcReceiver {
    script: Arc<Script>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) metadata: MetadataMap,
    pub(super) request: ExportTraceServiceRequest,
}

#[tonic::async_trait]
impl TraceService for GrpcReceiver {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let (metadata, _, request) = request.into_parts();
        let reply = (self.script)(&request);
        self.seen.lock().unwrap().push(Seen { metadata, request });
        reply.map(Response::new)
    }
}

impl GrpcReceiver {
    pub(super) fn new(
        script: impl Fn(&ExportTraceServiceRequest) -> Reply + Send + Sync + 'static,
    ) -> GrpcReceiver {
        GrpcReceiver { script: Arc::new(script), seen: Arc::default() }
    }

    /// A receiver that takes everything.
    pub(super) fn accepting() -> GrpcReceiver {
        GrpcReceiver::new(|_| Ok(ExportTraceServiceResponse::default()))
    }

    /// A receiver that answers with `status` always.
    pub(super) fn refusing(status: Status) -> GrpcReceiver {
        GrpcReceiver::new(move |_| Err(status.clone()))
    }

    /// Listens on a free port of `host`, and says where.
    pub(super) async fn listen(&self, host: &str) -> String {
        self.listen_with(Server::builder(), host).await
    }

    pub(super) async fn listen_with(&self, mut server: Server, host: &str) -> String {
        let listener = TcpListener::bind((host, 0)).await.unwrap();
        let place = listener.local_addr().unwrap().to_string();
        let router = server.add_service(self.service());
        tokio::spawn(router.serve_with_incoming(TcpListenerStream::new(listener)));
        place
    }

    pub(super) fn router(&self) -> Router {
        Server::builder().add_service(self.service())
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    fn service(&self) -> TraceServiceServer<GrpcReceiver> {
        TraceServiceServer::new(self.clone())
            .accept_compressed(CompressionEncoding::Gzip)
            .max_decoding_message_size(65_536)
    }
}
