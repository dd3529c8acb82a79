// Layers are any expression, with filters, joined or in a list; they see what runs.
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::{Layer, Registry, fmt};

const LEVEL: LevelFilter = LevelFilter::OFF;

#[synndicate::traced_service(
    enable_tracing = false,
    layers = fmt::layer().with_filter(LEVEL).and_then(fmt::layer::<Registry>().json_or_not()),
)]
fn joined() {}

#[synndicate::traced_service(enable_tracing = false, layers = {
    let layers: Vec<Box<dyn Layer<Registry> + Send + Sync>> = vec![fmt::layer().with_filter(LEVEL).boxed()];
    layers
})]
async fn listed() {}

trait Named: Sized {
    fn json_or_not(self) -> Self {
        self
    }
}

impl<L: Layer<Registry>> Named for L {}

fn main() {
    joined();
    listed();
}
