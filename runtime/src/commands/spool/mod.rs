//! `spool`: what waits on disk, beside the programs that use it.

mod emptying;
mod listing;
mod replaying;

pub(super) use emptying::empty;
pub(super) use listing::list;
pub(super) use replaying::replay;

use super::{BAD_SETTINGS, Refusal};
use crate::plan::{Plan, SpoolPlan};
use crate::running;
use crate::settings::Sources;

/// The plan and its spool.
fn planned(sources: &Sources) -> Result<(Plan, SpoolPlan), Refusal> {
    let plan = running::plan(sources).map_err(|problem| Refusal::new(BAD_SETTINGS, problem))?;
    let spool = plan.spool.clone().ok_or_else(|| {
        Refusal::new(
            BAD_SETTINGS,
            "`tracing_spool_dir` is not set, so nothing waits on disk\n\
             hint: name the folder of the program that is meant, as in \
             `SYN_OBSERVABILITY__TRACING_SPOOL_DIR=/var/lib/shop/spans`",
        )
    })?;
    Ok((plan, spool))
}
