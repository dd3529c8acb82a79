//! How a tree looks.

use super::*;
use crate::exporter::decoded::span::UNFINISHED;

/// A planner whose tools run at once, one of them in vain.
fn planner() -> Vec<Span> {
    let exception =
        [("exception.type", text("io::Error")), ("exception.message", text("connection refused"))];
    vec![
        span(3, "Search::fetch")
            .under(2)
            .micros(800, 7_000)
            .with("url.full", text("https://example.com"))
            .with("http.response.status_code", int(200)),
        span(2, "Search::call")
            .under(1)
            .micros(400, 8_500)
            .with("agent_type", text("Search"))
            .with("code.line.number", int(17))
            .event(event(1_600, "cache miss", [("level", text("INFO")), ("key", text("rust"))])),
        span(4, "Mail::call")
            .under(1)
            .micros(8_600, 10_600)
            .with("agent_type", text("Mail"))
            .failed("connection refused")
            .event(event(10_500, "exception", exception)),
        span(1, "Planner::process")
            .micros(0, 12_400)
            .with("query_length", int(21))
            .with("result_length", int(120)),
    ]
}

const PLANNER: &str = r"
planner  4bf92f3577b34da6a3ce929d0e0e4736  12.4ms  4 spans  1 error  14:03:22.123Z
└─ Planner::process      12.4ms ━━━━━━━━━━━━  query_length=21  result_length=120
   ├─ Search::call        8.1ms ━━━━━━━━╸     agent_type=Search
   │  │ · +1.2ms  info  cache miss  key=rust
   │  └─ Search::fetch    6.2ms ╺━━━━━━       url.full=https://example.com
   │       http.response.status_code=200
   └─ Mail::call          2.0ms         ━━╸   ✗ connection refused  agent_type=Mail
        · +1.9ms  exception  io::Error: connection refused

";

#[test]
fn a_finished_trace_is_a_tree_with_times_attributes_events_and_errors() {
    check(&Console::tree().export(planner()), PLANNER);
    check(&Console::tree().fit(100).export(planner()), PLANNER);
}

#[test]
fn colours_are_added_to_the_same_text() {
    let coloured = Console::new(ConsoleFormat::Tree, Style::Colour).export(planner());
    check(&without_colours(&coloured), PLANNER);
    assert!(coloured.contains("\x1b[31mMail::call\x1b[0m"), "{coloured}");
    assert!(coloured.contains("\x1b[2magent_type=Mail\x1b[0m"), "{coloured}");
    assert!(coloured.contains("\x1b[32minfo\x1b[0m"), "{coloured}");
}

fn without_colours(text: &str) -> String {
    let sequences = ["0", "1", "2", "31", "32", "33", "34", "36"];
    sequences.iter().fold(text.to_owned(), |text, sgr| text.replace(&format!("\x1b[{sgr}m"), ""))
}

#[test]
fn kinds_links_drops_and_unfinished_spans_are_told() {
    let mut server = span(1, "POST /plan")
        .micros(0, 2_000)
        .with("http.request.method", text("POST"))
        .link(TRACE, 0xa1)
        .link(0xb2, 0xa2);
    server.kind = SpanKind::Server.into();
    server.dropped_attributes_count = 3;
    server.dropped_links_count = 1;
    let mut worker =
        span(2, "work").under(1).micros(500, 2_000).with(UNFINISHED, Value::BoolValue(true));
    worker.dropped_events_count = 2;
    let quiet = span(3, "check").under(1).micros(100, 200).failed("");
    check(
        &Console::tree().export([server, worker, quiet]),
        r"
planner  4bf92f3577b34da6a3ce929d0e0e4736  2.0ms  3 spans  1 error  1 unfinished  14:03:22.123Z
└─ POST /plan    2.0ms ━━━━━━━━━━━━  server  http.request.method=POST  dropped: 3 attributes, 1 link
   │ → link to 00000000000000a1
   │ → link to 00000000000000a2 in trace 000000000000000000000000000000b2
   ├─ check      100µs ╺╸            ✗ error
   └─ work       1.5ms    ━━━━━━━━━  unfinished  dropped: 2 events

",
    );
}

#[test]
fn a_trace_of_one_span_needs_no_bar() {
    check(
        &Console::tree().export([span(1, "alone")]),
        r"
planner  4bf92f3577b34da6a3ce929d0e0e4736  1.0ms  1 span  14:03:22.123Z
└─ alone    1.0ms

",
    );
}

#[test]
fn events_show_level_offset_and_what_they_hold() {
    let mut early = event(500, "queued", [("level", text("WARN")), ("n", int(1))]);
    early.dropped_attributes_count = 1;
    let work = span(1, "work")
        .micros(1_000, 2_000)
        .event(early)
        .event(event(1_750, "", [("level", text("DEBUG"))]))
        .event(event(
            2_000,
            "exception",
            [
                ("exception.message", text("no luck")),
                ("exception.stacktrace", text("0: main\n1: work")),
            ],
        ));
    check(
        &Console::tree().export([work]),
        r#"
planner  4bf92f3577b34da6a3ce929d0e0e4736  1.0ms  1 span  14:03:22.124Z
└─ work    1.0ms
     · -500µs  warn  queued  n=1  dropped: 1 attribute
     · +750µs  debug
     · +1.0ms  exception  no luck  exception.stacktrace="0: main\n1: work"

"#,
    );
}

#[test]
fn a_terminal_gets_lines_that_fit_and_a_pipe_gets_everything() {
    let prompt = "You are a helpful agent. ".repeat(40);
    let ask = || {
        [span(1, "ask")
            .with("model", text("large"))
            .with("prompt", text(&prompt))
            .with("temperature", Value::DoubleValue(0.5))
            .failed(&"x".repeat(200))]
    };
    check(
        &Console::tree().fit(72).export(ask()),
        r#"
planner  4bf92f3577b34da6a3ce929d0e0e4736  1.0ms  1 span  1 error  14:03:22.123Z
└─ ask    1.0ms
     ✗ xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…(+148 chars)
     model=large
     prompt="You are a helpful agent. You are a helpful ag…(+956 chars)
     temperature=0.5

"#,
    );
    let piped = Console::tree().export(ask());
    assert!(piped.contains(&format!("prompt=\"{prompt}\"\n")), "{piped}");
    assert!(piped.contains(&"x".repeat(200)), "{piped}");
}

#[test]
fn wide_characters_and_long_names_keep_the_columns() {
    let long = "a_name_that_is_longer_than_the_column_which_names_may_take";
    check(
        &Console::tree().export([
            span(1, "計画").with("言語", text("日本語")),
            span(2, "búsqueda").under(1).micros(0, 500).with("n", int(1)),
            span(3, "🚀 start").under(1).micros(500, 1_000).with("n", int(2)),
            span(4, long).under(1).micros(600, 1_000).with("n", int(3)),
        ]),
        r"
planner  4bf92f3577b34da6a3ce929d0e0e4736  1.0ms  4 spans  14:03:22.123Z
└─ 計画           1.0ms ━━━━━━━━━━━━  言語=日本語
   ├─ búsqueda    500µs ━━━━━━        n=1
   ├─ 🚀 start    500µs       ━━━━━━  n=2
   └─ a_name_that_is_longer_than_the_column_which_names_may_take  400µs        ━━━━━  n=3

",
    );
    let cut = Console::tree().fit(60).export([span(1, long)]);
    assert!(cut.contains("└─ a_name_that_is_longer_t…(+35 chars)  1.0ms\n"), "{cut}");
}

#[test]
fn a_deep_trace_is_numbered_instead_of_indented_without_end() {
    let level = |id| {
        let span = span(id, "step").micros(0, 1_000);
        if id == 1 { span } else { span.under(id - 1) }
    };
    let shown = Console::tree().fit(100).export((1..=1_000).map(level));
    let lines: Vec<_> = shown.lines().collect();
    assert_eq!(lines.len(), 1_000 + 2);
    assert_eq!(lines[16], format!("{}└─ step  1.0ms ━━━━━━━━━━━━", " ".repeat(45)));
    assert_eq!(lines[17], format!("{}⋮  [16] step  1.0ms ━━━━━━━━━━━━", " ".repeat(48)));
    assert_eq!(lines[1_000], format!("{}⋮  [999] step  1.0ms ━━━━━━━━━━━━", " ".repeat(48)));
}

#[test]
fn lines_beside_a_deep_branch_lead_to_what_follows() {
    let mut spans: Vec<_> = (2..=18).map(|id| span(id, "down").under(id - 1)).collect();
    spans.extend([span(1, "root"), span(19, "beside").under(1).micros(1, 2)]);
    let shown = Console::tree().export(spans);
    let lines: Vec<_> = shown.lines().collect();
    assert!(lines[2].starts_with("   ├─ down"), "{shown}");
    assert!(
        lines[17].starts_with("   │                                            ⋮  [16] down"),
        "{shown}"
    );
    assert!(lines[19].starts_with("   └─ beside"), "{shown}");
}

#[test]
fn many_children_are_folded_on_a_terminal_and_the_failed_ones_kept() {
    let child = |id| {
        let span = span(id, "call").under(1).micros(id, id + 10);
        if id % 2_000 == 0 { span.failed("gone") } else { span }
    };
    let spans: Vec<_> =
        (2..=10_001).map(child).chain([span(1, "fan out").micros(0, 20_000)]).collect();
    let piped = Console::tree().export(spans.clone());
    assert_eq!(piped.lines().count(), 10_001 + 2);
    let below = span(20_000, "below").under(10_001).failed("deep");
    let shown = Console::tree().fit(100).export(spans.into_iter().chain([below]));
    let tail: Vec<_> = shown.lines().rev().take(8).collect();
    assert_eq!(shown.lines().count(), 1 + 1 + 50 + 5 + 1 + 1, "{shown}");
    assert_eq!(tail[1], "   └─ … 9946 more spans  ✗ 1 error");
    assert!(tail[2..7].iter().all(|line| line.ends_with("✗ gone")), "{shown}");
    assert!(tail[7].ends_with("━") || tail[7].ends_with("╸") || tail[7].ends_with("╺"), "{shown}");
}
