//! `spool empty`: deletes what waits, when somebody means it.

use super::planned;
use crate::commands::arguments::Arguments;
use crate::commands::{NOT_WELL, USAGE, WELL, output};
use crate::display::units;
use crate::json;
use crate::report;
use crate::settings::Sources;
use crate::spool::{self, Emptied};
use std::io::{self, IsTerminal};
use std::path::Path;

pub(in crate::commands) fn empty(arguments: &Arguments, sources: &Sources) -> i32 {
    let dir = match planned(sources) {
        Ok((_, spool)) => spool.dir,
        Err(code) => return code,
    };
    if !arguments.has("--yes") {
        match is_meant(&dir) {
            Some(true) => {}
            Some(false) => return NOT_WELL,
            None => {
                report::say("nothing is deleted unasked\nhint: `--yes` says that it is meant");
                return USAGE;
            }
        }
    }
    match spool::empty(&dir) {
        Ok(emptied) => {
            output::write(&told(&emptied, arguments.has("--json")));
            WELL
        }
        Err(error) => {
            report::say(&error.to_string());
            NOT_WELL
        }
    }
}

/// Asks whoever is there; `None` where nobody is.
fn is_meant(dir: &Path) -> Option<bool> {
    if !io::stdin().is_terminal() {
        return None;
    }
    report::say(&format!(
        "delete all spans in `{}` that no running program owns? y or n",
        dir.display()
    ));
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).ok()?;
    Some(matches!(answer.trim(), "y" | "yes"))
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
