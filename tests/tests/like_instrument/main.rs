//! A program full of `#[instrument]`, and the same one with the word replaced: they differ in what the documentation of
//! `#[traced]` says, and in nothing else.

mod differences;
mod facts;
mod program;

use differences::{DIFFERENCES, Difference, SHOWN_ELSEWHERE, WHERE_THE_CODE_IS};
use facts::{Facts, facts};
use program::{by_instrument, by_traced};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use synndicate::testing::{Spans, capture};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// The facts that only one of two programs has.
type Differing<'a> = BTreeMap<&'a str, [BTreeSet<&'a str>; 2]>;

fn differing(programs: [&Facts; 2]) -> Differing<'_> {
    let mut differing = Differing::new();
    for (at, [own, others]) in [programs, [programs[1], programs[0]]].into_iter().enumerate() {
        for (span, own) in own {
            let is_own =
                |fact: &&String| !others.get(span).is_some_and(|facts| facts.contains(*fact));
            for fact in own.iter().filter(is_own) {
                differing.entry(span).or_default()[at].insert(fact);
            }
        }
    }
    differing
}

fn documented() -> Differing<'static> {
    let mut documented = Differing::new();
    for Difference { span, instrument, traced, .. } in DIFFERENCES {
        let [by_instrument, by_traced] = documented.entry(*span).or_default();
        by_instrument.extend(*instrument);
        by_traced.extend(*traced);
    }
    documented
}

#[test]
fn spans_differ_in_what_is_documented_and_in_nothing_else() {
    let programs = [capture(by_instrument::program), capture(by_traced::program)];
    let [by_instrument, by_traced] = programs.each_ref().map(facts);
    assert!(by_instrument.len() > 40, "{by_instrument:?}");
    assert_eq!(differing([&by_instrument, &by_traced]), documented());
}

#[test]
fn every_row_of_the_documentation_is_shown() {
    let page = include_str!("../../../runtime/src/capture/attribute.rs");
    let (_, table) = page.split_once("# Coming from `#[tracing::instrument]`").expect("the table");
    let rows = table.lines().filter_map(|line| line.strip_prefix("/// | ")?.split_once(" | "));
    let rows: BTreeSet<_> = rows.map(|(row, _)| row).filter(|row| !row.starts_with('|')).collect();
    let shown = DIFFERENCES.iter().map(|difference| difference.row);
    let elsewhere = SHOWN_ELSEWHERE.iter().map(|(row, _)| *row);
    assert_eq!(rows, shown.chain(elsewhere).chain([WHERE_THE_CODE_IS]).collect());
    for (row, place) in SHOWN_ELSEWHERE {
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join(place);
        assert!(place.exists(), "{row}: {}", place.display());
    }
}

/// The attributes of the span `child` that say where its code is.
fn code_of_child(spans: &Spans) -> Vec<&str> {
    let child = spans.named("child").next().expect("a child");
    let of_code = child.attributes.iter().filter(|(key, _)| key.starts_with("code."));
    of_code.map(|(key, _)| key.as_str()).collect()
}

#[test]
fn functions_say_where_their_code_is() {
    let (file, line) = ("code.file.path", "code.line.number");
    assert_eq!(code_of_child(&capture(by_instrument::program)), [file, line]);
    assert_eq!(code_of_child(&capture(by_traced::program)), ["code.function.name", file, line]);
}

/// Writes down what spans are called, where they belong, and by what they would be filtered.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Subscriber for Notes {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span()
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let metadata = span.metadata();
        let target = metadata.target().replace("by_traced", "by_instrument");
        let place = if span.is_contextual() { "where it is" } else { "elsewhere" };
        let mut notes = self.0.lock().expect("no panic");
        notes.push(format!("{} {} {target} {place}", metadata.level(), metadata.name()));
        Id::from_u64(notes.len() as u64)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn noted(program: fn()) -> Vec<String> {
    let subscriber = Notes::default();
    tracing::subscriber::with_default(subscriber.clone(), program);
    let mut notes = subscriber.0.lock().expect("no panic").clone();
    // Made by a `Debug`: whether it is seen is a documented difference.
    notes.retain(|note| !note.contains("formatting"));
    notes.sort();
    notes
}

#[test]
fn levels_and_targets_are_the_same_for_every_subscriber() {
    let noted = [by_instrument::program as fn(), by_traced::program].map(noted);
    for level in ["TRACE", "INFO", "WARN", "ERROR"] {
        assert!(noted[0].iter().any(|note| note.starts_with(level)), "{level}: {noted:?}");
    }
    assert_eq!(noted[0], noted[1]);
}
