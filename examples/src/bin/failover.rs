//! A backend dies, another one stands in, and the first one comes back. It needs no server, since it brings two:
//!
//! ```text
//! cargo run --bin failover
//! ```

use anyhow::Result;
use std::thread::sleep;
use std::time::Duration;
use synndicate::testing::Receiver;
use synndicate::{BackendState, Builder, flush, health, traced};

const PAUSE: Duration = Duration::from_millis(50);

#[traced]
fn work(number: usize) {
    let _ = number;
}

fn main() -> Result<()> {
    let (first, second) = (Receiver::start()?, Receiver::start()?);
    let mut builder = Builder::new().set("service_name", "failover");
    for (key, value) in first.settings() {
        builder = builder.set(key, value);
    }
    let fallbacks = format!("[{{ endpoint = \"{}\", protocol = \"http\" }}]", second.endpoint());
    let tracing = builder.set("tracing_fallbacks", fallbacks).start()?;

    while health().backends.iter().any(|backend| backend.state != BackendState::Up) {
        sleep(PAUSE);
    }
    (0..10).for_each(work);
    flush();
    report("both are there");

    first.go_away();
    (10..20).for_each(work);
    flush();
    report("the first one is dead");

    first.come_back()?;
    // It is asked after a second, and taken back when it has answered twice.
    while first.spans().len() == 10 {
        work(20);
        flush();
        sleep(PAUSE);
    }
    report("it is back");

    let ledger = tracing.shutdown();
    println!("{} of {} spans were dropped", ledger.dropped(), ledger.created);
    Ok(())
}

/// Prints what `health()` knows of each backend; it knows more than that.
fn report(what: &str) {
    for (backend, name) in health().backends.iter().zip(["first", "second"]) {
        println!("{what}: the {name} is {}", backend.state);
    }
}
