//! Two services with a queue between them, one after the other in this process: messages whose headers are a map of texts.

use std::collections::BTreeMap;
use std::error::Error;
use synndicate::{Builder, Ledger, propagation, traced};

/// What a message says beside its content.
pub type Headers = BTreeMap<String, String>;

/// What stands in the queue.
struct Message {
    headers: Headers,
    order: u64,
}

/// Takes an order and leaves the rest to whoever reads the queue.
#[traced(kind = server)]
fn take_order(order: u64) -> Message {
    publish(order)
}

#[traced(kind = producer)]
fn publish(order: u64) -> Message {
    let mut headers = Headers::new();
    propagation::inject(&mut headers);
    Message { headers, order }
}

#[traced(kind = consumer)]
fn bill(order: u64) {
    charge(order);
}

#[traced]
fn charge(_order: u64) {}

/// Runs both with these settings: `ordering`, then `billing`, each as a service of its own. Returns the headers of the message,
/// and what became of the spans: two of each service.
///
/// # Errors
///
/// When tracing does not start.
pub fn run(
    settings: &[(&str, &str)],
    [ordering, billing]: [&str; 2],
) -> Result<(Headers, [Ledger; 2]), Box<dyn Error>> {
    let start = |service: &str| {
        let builder = Builder::new().set("service_name", service).set("shutdown_timeout", "60");
        settings.iter().fold(builder, |builder, &(key, value)| builder.set(key, value)).start()
    };
    let tracing = start(ordering)?;
    let message = take_order(7);
    let ordered = tracing.shutdown();
    let tracing = start(billing)?;
    propagation::extract(&message.headers).run(|| bill(message.order));
    Ok((message.headers, [ordered, tracing.shutdown()]))
}
