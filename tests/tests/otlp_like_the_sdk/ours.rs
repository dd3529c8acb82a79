//! The program, sent by us.

use super::{Result, program};
use std::sync::{Mutex, PoisonError};
use synndicate::Builder;
use synndicate_tests::receiver::Receiver;

pub(crate) fn send(receiver: &Receiver) -> Result<()> {
    // Tracing belongs to the whole process, so tests take turns.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let builder = Builder::new().set("service_name", "twin").set("shutdown_timeout", "60");
    let builder = builder.set("tracing_resource_detectors", "none");
    let builder = builder.set("tracing_filter", format!("off,{}=trace", program::TARGET));
    let settings = receiver.settings();
    let tracing =
        settings.iter().fold(builder, |builder, (key, value)| builder.set(*key, value)).start()?;
    program::run();
    let ledger = tracing.shutdown();
    anyhow::ensure!(ledger.dropped() == 0 && ledger.created > 0, "{ledger}");
    Ok(())
}
