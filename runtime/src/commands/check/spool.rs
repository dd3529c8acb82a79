//! Can spans wait on disk?

use super::finding::Step;
use crate::display::units;
use crate::plan::SpoolPlan;
use crate::spool::try_out;

/// Takes a place in the folder, as a program that starts does, and says what waits there.
pub(super) fn examine(plan: &SpoolPlan) -> Step {
    match try_out(&plan.dir) {
        Ok(contents) => {
            let waiting: u64 = contents.segments.iter().map(|segment| segment.spans).sum();
            let waiting = units::count(waiting, "span");
            Step::well("spool", format!("{waiting} in `{}`", plan.dir.display()), None)
        }
        Err(error) => {
            let error = error.to_string();
            let (text, hint) = error.split_once("\nhint: ").unwrap_or((&error, ""));
            Step::failed("spool", text.to_owned(), Some(hint.to_owned()))
        }
    }
}
