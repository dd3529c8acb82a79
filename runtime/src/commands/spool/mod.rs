//! `spool`: what waits on disk, beside the programs that use it.

mod emptying;
mod listing;
mod replaying;

pub(super) use emptying::empty;
pub(super) use listing::list;
pub(super) use replaying::replay;

use super::BAD_SETTINGS;
use crate::plan::{Plan, SpoolPlan};
use crate::report;
use crate::running;
use crate::settings::Sources;

/// The plan with its spool; or with which code the command ends, which is said.
fn planned(sources: &Sources) -> Result<(Plan, SpoolPlan), i32> {
    let refuse = |text: &str| {
        report::say(text);
        BAD_SETTINGS
    };
    let plan = running::plan(sources).map_err(|problem| refuse(&problem.to_string()))?;
    let spool = plan.spool.clone().ok_or_else(|| {
        refuse("`tracing_spool_dir` is not set, so nothing waits on disk\nhint: name the folder of the program that is meant, as in SYN_OBSERVABILITY__TRACING_SPOOL_DIR=/var/lib/shop/spans")
    })?;
    Ok((plan, spool))
}
