//! A receiver of Jaeger's own protocol made of the service that was generated from its definition, which we did not write.

use std::sync::{Arc, Mutex};
use synndicate_tests_jaeger::collector_service_server::{CollectorService, CollectorServiceServer};
use synndicate_tests_jaeger::{Batch, PostSpansRequest, PostSpansResponse};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::codec::CompressionEncoding;
use tonic::metadata::MetadataMap;
use tonic::transport::Server;
use tonic::transport::server::Router;
use tonic::{Request, Response, Status};

type Script = dyn Fn() -> Result<(), Status> + Send + Sync;

#[derive(Clone)]
pub(super) struct JaegerReceiver {
    script: Arc<Script>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) metadata: MetadataMap,
    pub(super) batch: Batch,
}

#[tonic::async_trait]
impl CollectorService for JaegerReceiver {
    async fn post_spans(
        &self,
        request: Request<PostSpansRequest>,
    ) -> Result<Response<PostSpansResponse>, Status> {
        let (metadata, _, request) = request.into_parts();
        let batch = request.batch.unwrap_or_default();
        self.seen.lock().unwrap().push(Seen { metadata, batch });
        (self.script)().map(|()| Response::new(PostSpansResponse {}))
    }
}

impl JaegerReceiver {
    pub(super) fn new(
        script: impl Fn() -> Result<(), Status> + Send + Sync + 'static,
    ) -> JaegerReceiver {
        JaegerReceiver { script: Arc::new(script), seen: Arc::default() }
    }

    /// A receiver that takes everything.
    pub(super) fn accepting() -> JaegerReceiver {
        JaegerReceiver::new(|| Ok(()))
    }

    /// Listens on a free port, and says where.
    pub(super) async fn listen(&self) -> String {
        listen(Server::builder().add_service(self.service())).await
    }

    pub(super) fn service(&self) -> CollectorServiceServer<JaegerReceiver> {
        CollectorServiceServer::new(self.clone()).accept_compressed(CompressionEncoding::Gzip)
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The number of spans in each request.
    pub(super) fn requests(&self) -> Vec<usize> {
        self.seen().iter().map(|seen| seen.batch.spans.len()).collect()
    }
}

/// Serves `router` on a free port, and says where.
pub(super) async fn listen(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap().to_string();
    tokio::spawn(router.serve_with_incoming(TcpListenerStream::new(listener)));
    place
}
