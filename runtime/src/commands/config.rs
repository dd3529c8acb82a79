//! `config`: what counts for each key, and who said so.

use super::arguments::Arguments;
use super::output::{self, Page};
use super::{BAD_SETTINGS, Outcome, Refusal, WELL};
use crate::display::Paint;
use crate::json;
use crate::plan::Plan;
use crate::report;
use crate::settings::{Listed, Origin, Sources, list, load};

/// The most columns that keys and values are given before what stands behind them moves.
const WIDEST: usize = 40;

pub(super) fn run(arguments: &Arguments, sources: &Sources) -> Outcome {
    let loaded = load(sources);
    let planned = Plan::new(&loaded).map_err(|errors| Refusal::new(BAD_SETTINGS, errors));
    let (_, warnings) = planned?;
    warnings.iter().for_each(|warning| report::say(&format!("warning: {warning}")));
    let mut listed = list(&loaded, sources);
    if arguments.has("--changed") {
        listed.retain(|one| one.is_changed);
    }
    if arguments.has("--json") {
        output::write(&in_json(&listed));
    } else {
        for_people(&listed, Page::new(loaded.settings.terminal));
    }
    Ok(WELL)
}

fn for_people(listed: &[Listed], mut page: Page) {
    let width = |text: fn(&Listed) -> &str| {
        let widest = listed.iter().map(|one| text(one).chars().count()).max();
        widest.unwrap_or_default().min(WIDEST)
    };
    let keys = width(|one| &one.key);
    let values = width(value);
    for one in listed {
        let paint = if one.is_changed { Paint::Strong } else { Paint::Normal };
        page.at(0, paint, &one.key);
        match &one.effective {
            Some((value, origin)) => {
                page.at(keys + 2, paint, value);
                page.at(keys + values + 4, Paint::Dim, &origin.to_string());
            }
            None => {
                page.at(keys + 2, Paint::Dim, value(one));
            }
        }
        page.end_line();
    }
    page.show();
}

fn value(one: &Listed) -> &str {
    one.effective.as_ref().map_or("not set", |(value, _)| value)
}

fn in_json(listed: &[Listed]) -> String {
    let mut text = String::new();
    json::object(&mut text, |out| json::list(out, "settings", listed, key_in_json));
    text + "\n"
}

fn key_in_json(out: &mut String, one: &Listed) {
    json::object(out, |out| {
        json::text(out, "key", &one.key);
        match &one.effective {
            Some((value, origin)) => {
                json::text(out, "value", value);
                source_in_json(out, origin);
            }
            None => json::raw(out, "value", "null"),
        }
        json::raw(out, "changed", if one.is_changed { "true" } else { "false" });
    });
}

fn source_in_json(out: &mut String, origin: &Origin) {
    json::text(out, "source", &origin.to_string());
    match origin {
        Origin::File { path, line, column } => {
            json::text(out, "file", &path.to_string_lossy());
            json::number(out, "line", *line as u64);
            json::number(out, "column", *column as u64);
        }
        Origin::Variable(name) => json::text(out, "variable", name),
        Origin::Attribute { file, line } => {
            json::text(out, "file", file);
            json::number(out, "line", *line);
        }
        Origin::Preset(name) => json::text(out, "preset", name),
        Origin::Detected(name) => json::text(out, "detector", name),
        Origin::Default | Origin::Package | Origin::Environment | Origin::Builder => {}
    }
}
