//! `spool empty`: deletes what waits, when somebody means it.

use super::planned;
use crate::commands::arguments::Arguments;
use crate::commands::{NOT_WELL, Outcome, Refusal, USAGE, WELL, output};
use crate::display::units;
use crate::json;
use crate::plan::SpoolPlan;
use crate::report;
use crate::settings::Sources;
use crate::spool::{self, Emptied};
use std::io::{self, IsTerminal};
use std::path::Path;

pub(in crate::commands) fn empty(arguments: &Arguments, sources: &Sources) -> Outcome {
    let (_, SpoolPlan { dir, .. }) = planned(sources)?;
    if !arguments.has("--yes") && !is_meant(&dir)? {
        return Ok(NOT_WELL);
    }
    let emptied = spool::empty(&dir).map_err(|error| Refusal::new(NOT_WELL, error))?;
    output::write(&told(&emptied, arguments.has("--json")));
    Ok(WELL)
}

/// Asks whoever is there.
fn is_meant(dir: &Path) -> Result<bool, Refusal> {
    if !io::stdin().is_terminal() {
        let why = "nothing is deleted unasked\nhint: `--yes` says that it is meant";
        return Err(Refusal::new(USAGE, why));
    }
    report::say(&format!(
        "delete all spans in `{}` that no running program owns? y or n",
        dir.display()
    ));
    let mut answer = String::new();
    // Who cannot be understood has not said yes.
    let _ = io::stdin().read_line(&mut answer);
    Ok(matches!(answer.trim(), "y" | "yes"))
}

fn told(emptied: &Emptied, is_for_programs: bool) -> String {
    let Emptied { segments, spans, damaged } = *emptied;
    if !is_for_programs {
        let (spans, segments) = (units::count(spans, "span"), units::count(segments, "segment"));
        return format!(
            "deleted {spans} in {segments}, and {}\n",
            units::count(damaged, "damaged file")
        );
    }
    let mut out = String::new();
    json::object(&mut out, |out| {
        json::number(out, "spans", spans);
        json::number(out, "segments", segments);
        json::number(out, "damaged", damaged);
    });
    out + "\n"
}
