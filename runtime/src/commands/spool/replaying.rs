//! `spool replay`: sends what waits, oldest first, to the first server that takes it.
//!
//! A batch leaves the disk when all of it is taken, or what is left of it is malformed; where the servers take nothing, it ends
//! and everything that was not sent stays. A batch that was taken in part when it ends is sent whole by the next one.

use super::planned;
use crate::batch::Batch;
use crate::commands::arguments::Arguments;
use crate::commands::blocking::wait;
use crate::commands::{self, BAD_SETTINGS, NOT_WELL, Refusal, WELL, output};
use crate::display::units;
use crate::exporter::{ExportError, Exporter, SetupError};
use crate::json;
use crate::plan::{Backend, Plan, SpoolPlan};
use crate::report;
use crate::settings::Sources;
use crate::spool::{Loss, Spool, SpoolError};
use std::fmt::{Display, Write as _};
use std::sync::Arc;

/// After so many spans in a row that were called malformed when each was sent alone, a server is taken for one that takes none.
const REFUSED_ALONE: u32 = 8;

/// What became of the spans.
#[derive(Debug, Default)]
struct Outcome {
    sent: u64,
    /// The servers have called them malformed.
    rejected: u64,
    /// The disk has not kept them.
    damaged: u64,
    waiting: u64,
    /// Why it has ended before all was sent.
    error: Option<ExportError>,
}

/// A batch that has left.
#[derive(Debug, Default)]
struct Sent {
    taken: u64,
    rejected: u64,
}

pub(in crate::commands) fn replay(arguments: &Arguments, sources: &Sources) -> commands::Outcome {
    let unusable = |why: &dyn Display| Refusal::new(BAD_SETTINGS, why);
    let (plan, spool) = planned(sources)?;
    let mut exporters = servers(&plan).map_err(|error| unusable(&error))?;
    if exporters.is_empty() {
        return Err(unusable(&"the settings name no server that could take the spans"));
    }
    let sent = wait(|| send_all(&spool, &mut exporters))?;
    let outcome = sent.map_err(|error| unusable(&error))?;
    output::write(&told(&outcome, arguments.has("--json")));
    match outcome.error {
        Some(error) => Err(Refusal::new(NOT_WELL, format!("what waits stays on disk: {error}"))),
        None => Ok(WELL),
    }
}

fn servers(plan: &Plan) -> Result<Vec<Exporter>, SetupError> {
    let remotes = plan.backends.iter().filter_map(|backend| match backend {
        Backend::Remote(remote) => Some(remote),
        Backend::Console(_) => None,
    });
    remotes.map(Exporter::remote).collect()
}

async fn send_all(plan: &SpoolPlan, exporters: &mut [Exporter]) -> Result<Outcome, SpoolError> {
    let (spool, recovered) = Spool::open(plan, Arc::new(report::say))?;
    // Before anything is read, so that it is all there.
    let _ = recovered.await;
    let mut outcome = Outcome::default();
    while let Some(spooled) = spool.next().await {
        match send(spooled.batch, exporters).await {
            Ok(Sent { taken, rejected }) => {
                outcome.sent += taken;
                outcome.rejected += rejected;
                spool.done(spooled.token).await;
            }
            Err(error) => {
                outcome.error = Some(error);
                break;
            }
        }
    }
    spool.close().await;
    outcome.waiting = spool.waiting();
    outcome.damaged = spool.tally().lost(Loss::Damaged);
    Ok(outcome)
}

/// Sends a batch, split where it must be.
async fn send(batch: Batch, exporters: &mut [Exporter]) -> Result<Sent, ExportError> {
    let mut sent = Sent::default();
    let mut refused_alone = 0;
    let mut pending = vec![batch];
    while let Some(batch) = pending.pop() {
        let spans = batch.spans();
        match offer(&batch, exporters).await {
            Ok(rejected) => {
                refused_alone = 0;
                sent.taken += spans - rejected;
                sent.rejected += rejected;
            }
            Err(error) if !error.kind.is_about_batch() || refused_alone >= REFUSED_ALONE => {
                return Err(error);
            }
            Err(_) => match batch.split(spans / 2) {
                Ok((first, second)) => pending.extend([second, first]),
                Err(_) => {
                    refused_alone += 1;
                    sent.rejected += spans;
                }
            },
        }
    }
    Ok(sent)
}

/// Offers a batch to one server after the other; how many of its spans were rejected by the one that took it.
async fn offer(batch: &Batch, exporters: &mut [Exporter]) -> Result<u64, ExportError> {
    let mut errors = Vec::new();
    for exporter in exporters {
        match exporter.export(batch).await {
            Ok(accepted) => return Ok(accepted.rejected),
            Err(error) => errors.push(error),
        }
    }
    // A server that does not answer now may take later what another one calls malformed.
    let messages: Vec<_> = errors.iter().map(|error| error.message.clone()).collect();
    let error = errors.into_iter().min_by_key(|error| error.kind.is_about_batch());
    error.map_or(Ok(0), |error| Err(ExportError { message: messages.join("; "), ..error }))
}

fn told(outcome: &Outcome, is_for_programs: bool) -> String {
    let Outcome { sent, rejected, damaged, waiting, .. } = *outcome;
    let numbers =
        [("sent", sent), ("rejected", rejected), ("damaged", damaged), ("waiting", waiting)];
    if is_for_programs {
        let mut out = String::new();
        json::object(&mut out, |out| {
            numbers.into_iter().for_each(|(name, number)| json::number(out, name, number));
        });
        return out + "\n";
    }
    let mut text = format!("{} sent", units::count(sent, "span"));
    for (name, number) in numbers.into_iter().skip(1).filter(|(_, number)| *number > 0) {
        // Writing to a `String` cannot fail.
        let _ = write!(text, ", {number} {name}");
    }
    text + "\n"
}
