// Arguments are literals or constant texts; the crate may have another name.
use synndicate as observability;

const NAME: &str = "planner";

#[observability::traced_service(
    crate = "observability",
    service_name = NAME,
    service_version = env!("CARGO_PKG_VERSION"),
    enable_tracing = false,
    tracing_sample_rate = 0.5,
    tracing_batch_timeout = "250ms",
    resource_attributes = { "team" = "search" },
    flavor = "multi_thread",
    worker_threads = 1,
)]
async fn main() {
    assert_eq!(tokio::runtime::Handle::current().metrics().num_workers(), 1);
}
