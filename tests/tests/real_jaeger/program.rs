//! The program: one trace with everything that a span may hold. Names differ, so that spans are told apart by them.

use std::collections::BTreeMap;
use synndicate::{set_attribute, traced};
use tracing::{Span, error, info, info_span};

/// The target of all its spans.
pub(crate) const TARGET: &str = module_path!();

/// How many attributes the largest span has.
pub(crate) const MANY: usize = 1_000;

/// How many bytes the longest text has, and as many the longest bytes.
pub(crate) const LONG: usize = 64 * 1024;

/// Makes the trace; how many spans it has.
pub(crate) fn run() -> usize {
    info_span!("everything", otel.kind = "server", http.route = "/plan").in_scope(|| {
        kinds();
        values();
        many();
        long();
        outcomes();
        events();
        links();
        fast();
    });
    18
}

fn kinds() {
    for kind in ["internal", "server", "client", "producer", "consumer"] {
        drop(info_span!("kind", otel.name = format!("kind {kind}"), otel.kind = kind));
    }
}

/// More attributes than `tracing` allows are set one by one.
#[traced(name = "values")]
fn values() {
    set_attribute("yes", true);
    set_attribute("no", false);
    set_attribute("least", i64::MIN);
    set_attribute("most", i64::MAX);
    set_attribute("half", -0.5);
    set_attribute("tiny", 5e-324);
    set_attribute("empty", "");
    set_attribute("unicode größe 名前", "日本語 🦀 e\u{301}");
    set_attribute("controls", "\"'\\\n\t\u{0}<&>\u{202e}");
    set_attribute("bytes", &[0_u8, 1, 255][..]);
    set_attribute("numbers", [1, 2, 3]);
    set_attribute("texts", ["a", "\"b\""]);
    set_attribute("nested", BTreeMap::from([("list", vec![vec![1, 2], vec![]])]));
}

#[traced(name = "many")]
fn many() {
    (0..MANY).for_each(|number| set_attribute(&format!("attribute {number}"), number as i64));
}

#[traced(name = "long")]
fn long() {
    set_attribute("text", "é".repeat(LONG / 2));
    set_attribute("bytes", &vec![171_u8; LONG][..]);
}

fn outcomes() {
    drop(info_span!("good", otel.status_code = "OK"));
    drop(info_span!("bad", otel.status_code = "ERROR", otel.status_description = "out of paper"));
    let _ = fails();
}

#[traced(name = "fails")]
fn fails() -> Result<(), std::fmt::Error> {
    Err(std::fmt::Error)
}

fn events() {
    info_span!("events").in_scope(|| {
        info!(number = 7, yes = true, "página ½");
        error!(ratio = 0.5, "failed");
    });
}

fn links() {
    let first = info_span!("linked");
    let elsewhere = info_span!(parent: None, "elsewhere");
    let follower = info_span!("links");
    follower.follows_from(&first);
    follower.follows_from(&elsewhere);
}

/// Two spans that take less than a microsecond each, or nearly so.
fn fast() {
    let outer: Span = info_span!("fast outer");
    outer.in_scope(|| drop(info_span!("fast inner")));
}

/// What Jaeger makes something else of over each wire.
#[traced(name = "differences")]
pub(crate) fn differences() {
    set_attribute("within", BTreeMap::from([("bytes", &[171_u8][..])]));
    set_attribute("dropped", 1);
}

/// Has what JSON cannot hold.
#[traced(name = "no numbers")]
pub(crate) fn no_numbers() {
    set_attribute("none", f64::NAN);
    set_attribute("most", f64::INFINITY);
    set_attribute("least", f64::NEG_INFINITY);
}
