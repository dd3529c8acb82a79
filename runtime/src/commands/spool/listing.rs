//! `spool list`: the segments, their spans, their age and what is wrong with them.

use super::planned;
use crate::commands::arguments::Arguments;
use crate::commands::output::{self, Page};
use crate::commands::{NOT_WELL, Outcome, Refusal, WELL};
use crate::display::{Paint, units};
use crate::json;
use crate::plan::{SpoolPlan, Terminal};
use crate::recorder::wall_clock;
use crate::settings::{Sources, load, show_size};
use crate::spool::{Contents, Listed, inspect};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Where the columns of the list begin: spans, size, age, remarks.
const COLUMNS: [usize; 4] = [26, 36, 48, 58];

pub(in crate::commands) fn list(arguments: &Arguments, sources: &Sources) -> Outcome {
    let (_, SpoolPlan { dir, .. }) = planned(sources)?;
    let contents = inspect(&dir).map_err(|error| Refusal::new(NOT_WELL, error))?;
    if arguments.has("--json") {
        output::write(&in_json(&dir, &contents));
    } else {
        for_people(&dir, &contents, load(sources).settings.terminal);
    }
    Ok(WELL)
}

fn for_people(dir: &Path, contents: &Contents, terminal: Terminal) {
    let mut page = Page::new(terminal);
    let now = wall_clock();
    let [spans, size, age, remarks] = COLUMNS;
    if !contents.segments.is_empty() {
        page.at(0, Paint::Dim, "segment").at(spans, Paint::Dim, "spans").at(
            size,
            Paint::Dim,
            "size",
        );
        page.at(age, Paint::Dim, "age").end_line();
    }
    for one in &contents.segments {
        page.at(0, Paint::Normal, &one.file).at(spans, Paint::Strong, &one.spans.to_string());
        page.at(size, Paint::Normal, &show_size(one.bytes));
        page.at(
            age,
            Paint::Normal,
            &one.written.map(|written| since(written, now)).unwrap_or_default(),
        );
        if one.is_in_use {
            page.at(remarks, Paint::Note, "of a program that runs");
        }
        if let Some(damage) = &one.damage {
            page.at(remarks, Paint::Error, damage);
        }
        page.end_line();
    }
    let all = units::count(total(contents), "span");
    page.at(0, Paint::Strong, &format!("{all} in {}", dir.display()));
    if contents.set_aside > 0 {
        let files = units::count(contents.set_aside as u64, "damaged file");
        page.at(0, Paint::Warning, &format!(", {files} set aside"));
    }
    page.end_line();
    page.show();
}

fn since(written: SystemTime, now: SystemTime) -> String {
    let age = now.duration_since(written).unwrap_or(Duration::ZERO);
    units::duration(u64::try_from(age.as_nanos()).unwrap_or(u64::MAX))
}

fn total(contents: &Contents) -> u64 {
    contents.segments.iter().map(|one| one.spans).sum()
}

fn in_json(dir: &Path, contents: &Contents) -> String {
    let mut out = String::new();
    json::object(&mut out, |out| {
        json::text(out, "folder", &dir.to_string_lossy());
        json::number(out, "spans", total(contents));
        json::list(out, "segments", &contents.segments, segment);
        json::number(out, "set_aside", contents.set_aside as u64);
    });
    out + "\n"
}

fn segment(out: &mut String, one: &Listed) {
    json::object(out, |out| {
        json::text(out, "file", &one.file);
        json::number(out, "spans", one.spans);
        json::number(out, "bytes", one.bytes);
        let written = one.written.and_then(|written| written.duration_since(UNIX_EPOCH).ok());
        if let Some(written) = written {
            json::number(out, "written_unix_seconds", written.as_secs());
        }
        json::raw(out, "in_use", if one.is_in_use { "true" } else { "false" });
        json::text_if_any(out, "damage", one.damage.as_deref().unwrap_or_default());
    });
}
