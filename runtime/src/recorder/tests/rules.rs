//! Rules for single spans: what each key does, to every kind of span, and that a swap tears nothing.

use super::*;
use crate::__private::{CallSite, Constant, Keys, Probe, call_site, rules::*};
use crate::callsites;
use tracing::{debug_span, info_span};

site!(OUTER, "rules_outer");
site!(INNER, "rules::planner::inner", ["query", "query_length", "steps"]);
site!(QUIET, "rules::planner::quiet", DEBUG, []);

/// Runs `body` under rules.
fn under(rules: &str, body: impl FnOnce()) -> Spans {
    let recording = Recording::new();
    recording.set_rules(rules);
    recording.run(body);
    valid(recording.spans())
}

/// One rule.
fn rule(members: &str) -> String {
    format!("[[observability.span]]\n{members}\n")
}

/// A call as `#[traced]` makes it of `fn inner(query: &str, steps: u64)`, inside of another one.
fn call() {
    let _outer = enter(&OUTER);
    inner("rome", 3);
}

fn inner(query: &str, steps: u64) {
    let _inner = enter_with(&INNER, |attributes| {
        record_query(query, attributes);
        attributes.record_as("steps", &steps);
    });
    drop(enter(&QUIET));
}

/// As `#[traced]` records an argument `query: &str`.
#[expect(clippy::needless_borrow, reason = "the number of references chooses the rule")]
fn record_query(query: &str, attributes: &mut Attributes<'_>) {
    (&&&&&Probe(&query)).record(const { &Keys::of(&["query", "query_length"]) }, attributes);
}

#[track_caller]
fn only<'a>(spans: &'a Spans, name: &str) -> &'a Span {
    let found = named(spans, name);
    assert_eq!(found.len(), 1, "one `{name}` in {spans:#?}");
    found[0]
}

const NAME: &str = "rules::planner::inner";

#[test]
fn a_rule_is_for_the_functions_that_its_pattern_fits() {
    for (pattern, fits) in [
        ("function = 'rules::planner::inner'", true),
        ("function = 'planner::inner'", true),
        ("function = 'inner'", true),
        ("function = 'planner::*'", true),
        ("function = 'lanner::inner'", false),
        ("target = 'synndicate::recorder'", true),
        ("target = '*::tests::rules'", true),
        ("target = 'synndicate::record'", false),
        ("at_level = 'info'", true),
        ("at_level = 'debug'", false),
        ("function = 'inner'\nat_level = 'debug'", false),
        ("function = 'inner'\ntarget = 'synndicate'\nat_level = 'info'", true),
        ("", true),
    ] {
        let spans = under(&rule(&format!("{pattern}\nrename = 'ruled'")), || inner("rome", 3));
        assert_eq!(
            !named(&spans, "ruled").is_empty() && named(&spans, NAME).is_empty(),
            fits,
            "{pattern}"
        );
    }
}

#[test]
fn a_disabled_span_leaves_its_children_to_its_parent() {
    let spans = under(&rule("function = 'planner::inner'\nenabled = false"), call);
    assert!(named(&spans, NAME).is_empty());
    assert_child(only(&spans, "rules::planner::quiet"), only(&spans, "rules_outer"));
}

#[test]
fn the_last_rule_that_says_something_counts_key_by_key() {
    let rules = rule("function = 'planner::*'\nenabled = false\nattributes = { a = 1, b = 1 }")
        + &rule(
            "function = 'inner'\nenabled = true\nattributes = { b = 2.5, c = true }\nrename = 'x'",
        )
        + &rule("rename = 'renamed'\nfunction = 'inner'");
    let spans = under(&rules, call);
    assert!(named(&spans, "rules::planner::quiet").is_empty());
    let span = only(&spans, "renamed");
    assert_eq!(span.attribute("a"), Some(&1.into()));
    assert_eq!(span.attribute("b"), Some(&2.5.into()));
    assert_eq!(span.attribute("c"), Some(&true.into()));
    assert_eq!(span.attribute("code.function.name"), Some(&NAME.into()));
}

fn under_filter(filter: &str, rules: &str, body: impl FnOnce()) -> Spans {
    let filter = crate::recorder::Filter(filter.parse().unwrap());
    let recording =
        Recording::with_config(crate::recorder::Config { filter, ..crate::testing::everything() });
    recording.set_rules(rules);
    recording.run(body);
    valid(recording.spans())
}

#[test]
fn a_level_stands_in_the_place_of_the_filter() {
    let names = |rules: &str| {
        let spans = under_filter("info", rules, || {
            inner("rome", 3);
            debug_span!("rules_debug").in_scope(|| ());
        });
        let mut names: Vec<_> = spans.iter().map(|span| span.name.clone()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&rule("function = 'x'\nlevel = 'trace'")), [NAME]);
    assert_eq!(
        names(&rule("function = 'quiet'\nlevel = 'debug'")),
        [NAME, "rules::planner::quiet"]
    );
    assert_eq!(names(&rule("function = 'quiet'\nenabled = true")), [NAME, "rules::planner::quiet"]);
    assert_eq!(names(&rule("function = 'rules_debug'\nenabled = true")), [NAME, "rules_debug"]);
    assert_eq!(names(&rule("level = 'warn'")), [""; 0]);
}

#[test]
fn a_rate_decides_for_the_trace_at_its_root_and_for_the_call_below() {
    let spans = under(&rule("function = 'rules_outer'\nsample_rate = 0.0"), call);
    assert_eq!(spans.len(), 0, "{spans:#?}");
    let none = || drop(info_span!("rules_root"));
    assert_eq!(under(&rule("function = 'rules_root'\nsample_rate = 0"), none).len(), 0);

    let spans = under(&rule("function = 'planner::inner'\nsample_rate = 0.0"), call);
    assert_child(only(&spans, "rules::planner::quiet"), only(&spans, "rules_outer"));

    let (calls, likely) = if cfg!(miri) { (60, 1..40) } else { (4000, 800..1200) };
    let spans = under(&rule("function = 'planner::inner'\nsample_rate = 0.25"), || {
        let _outer = enter(&OUTER);
        (0..calls).for_each(|_| inner("rome", 3));
    });
    let kept = named(&spans, NAME).len();
    assert!(likely.contains(&kept), "{kept} of {calls}");
    assert_eq!(named(&spans, "rules::planner::quiet").len(), calls);
}

#[test]
fn a_rate_of_a_root_stands_in_the_place_of_that_of_all() {
    let recording = Recording::with_sample_rate(0.0);
    recording.set_rules(&rule("function = 'rules_outer'\nsample_rate = 1.0"));
    recording.run(|| {
        call();
        inner("rome", 3);
    });
    let spans = recording.spans();
    assert_eq!((spans.len(), named(&spans, NAME).len()), (3, 1), "{spans:#?}");
}

#[test]
fn captured_arguments_are_recorded_by_value() {
    for (capture, query) in [("['query']", true), ("['q*']", true), ("['steps']", false)] {
        let spans = under(&rule(&format!("function = 'inner'\ncapture = {capture}")), call);
        let span = only(&spans, NAME);
        assert_eq!(span.attribute("query"), query.then_some(&"rome".into()));
        assert_eq!(span.attribute("query_length"), (!query).then_some(&4.into()));
        assert_eq!(span.attribute("steps"), Some(&3.into()));
    }
    let frames_are_used_again = under("", call);
    assert_eq!(only(&frames_are_used_again, NAME).attribute("query"), None);
}

#[test]
fn redacted_attributes_are_redacted_whoever_recorded_them() {
    let rules =
        rule("function = 'planner::*'\nredact = ['query', 'my.*', 'field']\ncapture = ['query']");
    let spans = under(&rules, || {
        let _inner = enter_with(&INNER, |attributes| {
            attributes.record_as("query_length", &4);
            attributes.record_as("my.own", &1.5);
        });
        crate::set_attribute("my.later", "secret");
        tracing::Span::current().record("steps", 3);
        tracing::info!(field = "secret", other = "open", "an event");
    });
    let span = only(&spans, NAME);
    for key in ["query", "my.own", "my.later"] {
        assert_eq!(span.attribute(key), Some(&"[redacted]".into()), "{key}");
    }
    assert_eq!(span.attribute("query_length"), None);
    assert_eq!(span.attribute("steps"), Some(&3.into()));
    let event = event(span, "an event");
    let value =
        |key: &str| event.attributes.iter().find(|(known, _)| known == key).unwrap().1.clone();
    assert_eq!((value("field"), value("other")), ("[redacted]".into(), "open".into()));
    assert!(!format!("{spans:?}").contains("secret"));
}

#[test]
fn what_is_known_of_a_function_is_redacted_too() {
    static AGENT: CallSite = call_site!(
        name: "rules::agent",
        target: module_path!(),
        level: tracing_core::Level::INFO,
        fields: [],
        constants: [
            Constant::Text("code.function.name", "rules::agent"),
            Constant::Integer("code.line.number", 7),
            Constant::Text("agent_type", "Planner"),
            Constant::Text("gen_ai.agent.name", "Planner"),
        ],
    );
    let spans = under(&rule("redact = ['code.*', 'agent_type']"), || {
        drop(enter(&AGENT));
        info_span!("rules_library").in_scope(|| ());
    });
    for (span, key) in [
        ("rules::agent", "code.function.name"),
        ("rules::agent", "code.line.number"),
        ("rules::agent", "agent_type"),
        ("rules_library", "code.file.path"),
    ] {
        assert_eq!(only(&spans, span).attribute(key), Some(&"[redacted]".into()), "{key}");
    }
    let agent = only(&spans, "rules::agent");
    assert_eq!(agent.attribute("gen_ai.agent.name"), Some(&"Planner".into()));
}

#[test]
fn what_rules_set_stands_in_the_place_of_what_the_program_sets() {
    let rules = rule(
        "function = 'inner'\nrename = 'ruled'\nattributes = { region = 'eu', 'code.function.name' = 'f' }",
    );
    let spans = under(&rules, || {
        let _inner = enter(&INNER);
        crate::set_attribute("otel.name", "mine");
        crate::set_attribute("region", "us");
        crate::set_attribute("kept", 1);
    });
    let span = only(&spans, "ruled");
    assert_eq!(span.attribute("region"), Some(&"eu".into()));
    assert_eq!(span.attribute("code.function.name"), Some(&"f".into()));
    assert_eq!(span.attribute("kept"), Some(&1.into()));
}

#[test]
fn spans_of_libraries_follow_the_same_rules() {
    let rules = rule(
        "function = 'rules_library'\nredact = ['token']\nrename = 'library'\nattributes = { team = 'x' }",
    ) + &rule("function = 'rules_off'\nenabled = false")
        + &rule("function = 'rules_sampled'\nsample_rate = 0.0");
    let spans = under(&rules, || {
        info_span!("rules_library", token = "secret", size = 3).in_scope(|| {
            let off = info_span!("rules_off");
            off.in_scope(|| info_span!("rules_below_off").in_scope(|| ()));
            let sampled = info_span!("rules_sampled", late = tracing::field::Empty);
            sampled.record("late", 1);
            info_span!(parent: &sampled, "rules_below_sampled").in_scope(|| ());
        });
    });
    let library = only(&spans, "library");
    assert_eq!(library.attribute("token"), Some(&"[redacted]".into()));
    assert_eq!(
        (library.attribute("size"), library.attribute("team")),
        (Some(&3.into()), Some(&"x".into()))
    );
    assert_child(only(&spans, "rules_below_off"), library);
    assert_child(only(&spans, "rules_below_sampled"), library);
    assert_eq!(spans.len(), 3, "{spans:#?}");
}

#[test]
fn spans_of_futures_and_unfinished_ones_follow_the_rules_under_which_they_began() {
    let recording = Recording::new();
    recording.set_rules(&rule(
        "function = 'inner'\nrename = 'first'\nredact = ['secret']\ncapture = ['query']",
    ));
    recording.run(|| {
        let query = "rome";
        let mut future = Box::pin(traced_with(
            &INNER,
            |attributes| {
                record_query(query, attributes);
            },
            pending(2),
        ));
        assert!(poll(&mut future).is_pending());
        let open = info_span!("rules_open", secret = "s");
        let ruled = info_span!("inner", secret = "s");
        recording.set_rules("");
        while poll(&mut future).is_pending() {}
        let _ = recording.end_open_spans();
        drop((open, ruled));
    });
    let spans = recording.spans();
    let first = named(&spans, "first");
    let told = |key: &str| first.iter().find_map(|span| span.attribute(key)).cloned();
    assert_eq!((first.len(), told("query")), (2, Some("rome".into())));
    assert_eq!(told("secret"), Some("[redacted]".into()));
    assert_eq!(only(&spans, "rules_open").attribute("secret"), Some(&"s".into()));
}

#[test]
fn two_recorders_each_have_rules_of_their_own() {
    let (a, b) = (Recording::new(), Recording::new());
    a.set_rules(&rule("rename = 'a'"));
    b.set_rules(&rule("rename = 'b'"));
    for _ in 0..3 {
        for recording in [&a, &b] {
            recording.run(|| {
                inner("rome", 3);
                info_span!("rules_both").in_scope(|| ());
            });
        }
    }
    for (recording, name) in [(a, "a"), (b, "b")] {
        let spans = recording.spans();
        assert_eq!((spans.len(), named(&spans, name).len()), (9, 9));
    }
}

#[test]
fn call_sites_are_listed_with_the_rules_that_are_for_them() {
    site!(LISTED, "rules::listed::one");
    let recording = Recording::new();
    recording.set_rules(
        &(rule("function = 'listed::*'\nsample_rate = 0.5\nrename = 'x'")
            + &rule("function = 'rules_listed'\nenabled = false")),
    );
    let listed = recording.run(|| {
        drop(enter(&LISTED));
        info_span!("rules_listed").in_scope(|| ());
        callsites()
    });
    let one = listed.iter().find(|site| site.path == "rules::listed::one").unwrap();
    assert_eq!((one.name.as_str(), one.sample_rate, one.enabled), ("x", Some(0.5), true));
    assert_eq!(
        (one.rules.as_slice(), one.target),
        (&["Synndicate.toml:1:1".to_owned()][..], module_path!())
    );
    assert!(one.file.unwrap().ends_with("rules.rs") && one.line.is_some());
    let off = listed.iter().find(|site| site.name == "rules_listed").unwrap();
    assert_eq!(
        (off.path.clone(), off.enabled),
        (format!("{}::rules_listed", module_path!()), false)
    );
    assert!(listed.is_sorted_by_key(|site| site.path.clone()));
}

#[test]
fn rules_that_are_swapped_under_load_tear_nothing() {
    const THREADS: u64 = if cfg!(miri) { 2 } else { 4 };
    const SWAPS: u64 = if cfg!(miri) { 3 } else { 25 };
    const CALLS: u64 = if cfg!(miri) { 15 } else { 250_000 };
    site!(SWAPPED, "rules_swapped", ["query", "query_length"]);
    let recording = &Recording::new();
    let set = |rule_set: u64| {
        let capture = if rule_set.is_multiple_of(2) { "['query']" } else { "[]" };
        rule(&format!(
            "function = 'rules_swapped'\nrename = 'set {rule_set}'\nattributes = {{ rule = {rule_set} }}\ncapture = {capture}"
        ))
    };
    let caller = &|thread: u64| {
        for call in 0..CALLS {
            // Each thread swaps in the middle of the calls of the others.
            if call % (CALLS / SWAPS) == 0 {
                recording.set_rules(&set((thread + call / (CALLS / SWAPS)) % 4));
            }
            drop(enter_with(&SWAPPED, |attributes| record_query("rome", attributes)));
        }
    };
    recording.set_rules(&set(0));
    let mut seen = [0_u64; 4];
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..THREADS)
            .map(|thread| scope.spawn(move || recording.run(|| caller(thread))))
            .collect();
        while callers.iter().any(|caller| !caller.is_finished()) {
            count(recording, &mut seen);
        }
    });
    count(recording, &mut seen);
    let all = seen.iter().sum::<u64>() + recording.lost();
    assert_eq!(all, THREADS * CALLS, "created = seen + counted as dropped, {seen:?}");
    assert!(seen.iter().filter(|count| **count > 0).count() > 1, "{seen:?}");
}

/// Counts the spans so far by their set of rules, each of which must be all of one set.
fn count(recording: &Recording, seen: &mut [u64; 4]) {
    for span in &recording.take() {
        let rule_set =
            span.name.strip_prefix("set ").and_then(|set| set.parse::<i64>().ok()).unwrap();
        assert_eq!(span.attribute("rule"), Some(&rule_set.into()), "{span:?}");
        assert_eq!(span.attribute("query").is_some(), rule_set % 2 == 0, "{span:?}");
        assert_eq!(span.attribute("query_length").is_some(), rule_set % 2 == 1, "{span:?}");
        seen[rule_set as usize] += 1;
    }
}
