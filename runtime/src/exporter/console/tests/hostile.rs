//! What nobody should send, and outputs that fail.

use super::*;
use proptest::prelude::*;

const ATTACK: &str = "x\x1b[2J\x1b]0;title\x07\r\n\u{9b}31m\u{202e}y\u{2028}z";

/// A span whose every text is `text`.
fn filled(raw: &str) -> Span {
    let mut span = span(1, raw)
        .with(raw, text(raw))
        .failed(raw)
        .event(event(1, raw, [(raw, text(raw)), ("level", text(raw))]))
        .event(event(
            1,
            "exception",
            [("exception.type", text(raw)), ("exception.message", text(raw))],
        ))
        .link(1, 2);
    span.links[0].attributes.push(attribute(raw, text(raw)));
    span.trace_state = raw.into();
    span
}

/// Whether a terminal would show every character as it is, but for the ends of lines.
fn is_inert(text: &str) -> bool {
    !text
        .chars()
        .any(|char| char != '\n' && (char.is_control() || matches!(char, '\u{2028}'..='\u{202e}')))
}

#[test]
fn nothing_in_a_span_acts_on_the_terminal() {
    for columns in [0, 40, 100] {
        let shown = Console::tree().fit(columns).export([filled(ATTACK)]);
        assert!(is_inert(&shown), "{shown:?}");
        assert!(shown.contains(r"└─ x\u{1b}["), "{shown}");
    }
    let piped = Console::tree().export([filled(ATTACK)]);
    assert!(is_inert(&piped), "{piped:?}");
    assert!(
        piped.contains(r"\u{1b}[2J\u{1b}]0;title\u{7}\r\n\u{9b}31m\u{202e}y\u{2028}z"),
        "{piped}"
    );
}

#[test]
fn colours_are_the_only_sequences_of_a_coloured_tree() {
    let shown = Console::new(ConsoleFormat::Tree, Style::Colour).export([filled(ATTACK)]);
    for after in shown.split('\x1b').skip(1) {
        let (parameters, rest) = after.split_once('m').unwrap();
        assert!(parameters.starts_with('[') && parameters.len() <= 3, "{after:?}");
        assert!(is_inert(rest), "{rest:?}");
    }
}

#[test]
fn the_names_of_service_and_late_parents_are_escaped_too() {
    let mut batch = Batch::empty(Arc::new(Resource::new([("service.name", ATTACK)])));
    batch.push(chunk([span(1, ATTACK).encode_to_vec()]));
    let mut console = Console::tree();
    console.exporter.export(&batch).unwrap();
    let late = console.export([span(2, "late").under(1)]);
    assert!(late.contains("\nunder x\\u{1b}[2J"), "{late}");
    assert!(is_inert(&late));
}

proptest! {
    #[test]
    fn any_text_is_shown_inert(raw in any::<String>(), columns in 0..120_usize) {
        let shown = Console::tree().fit(columns).export([filled(&raw)]);
        prop_assert!(is_inert(&shown), "{:?}", shown);
    }
}

#[test]
fn circles_and_duplicates_are_shown_once_each() {
    let mut console = Console::tree();
    let knot = [span(1, "a").under(2), span(2, "b").under(1), span(3, "self").under(3)];
    assert_eq!(console.export(knot), "");
    check(
        &console.flush(),
        r"
planner  4bf92f3577b34da6a3ce929d0e0e4736  1.0ms  3 spans  incomplete  14:03:22.123Z
spans that name each other as parents
└─ a       1.0ms ━━━━━━━━━━━━
   └─ b    1.0ms ━━━━━━━━━━━━
spans that name each other as parents
└─ self    1.0ms ━━━━━━━━━━━━

",
    );
    check(
        &Console::tree().export([span(1, "one"), span(1, "two"), span(2, "child").under(1)]),
        r"
planner  4bf92f3577b34da6a3ce929d0e0e4736  1.0ms  3 spans  14:03:22.123Z
├─ one         1.0ms ━━━━━━━━━━━━
│  └─ child    1.0ms ━━━━━━━━━━━━
└─ two         1.0ms ━━━━━━━━━━━━

",
    );
}

#[test]
fn a_span_without_anything_and_one_of_all_time_are_shown() {
    let forever = Span { end_time_unix_nano: u64::MAX, ..span(2, "forever") };
    let shown = Console::tree().export([Span::default(), forever]);
    assert!(
        shown.contains(
            "00000000000000000000000000000000  0ns  1 span  00:00:00.000Z\n└─ (no name)      0ns\n"
        ),
        "{shown}"
    );
    assert!(shown.contains("└─ forever"), "{shown}");
}

#[test]
fn bytes_that_are_no_span_are_reported_and_the_others_shown() {
    let mut batch = batch([span(1, "good")]);
    batch.push(chunk([vec![0xff, 0xff], vec![0x0a, 0x7f]]));
    let mut console = Console::tree();
    console.exporter.export(&batch).unwrap();
    let shown = console.screen.take();
    assert!(shown.contains("└─ good"), "{shown}");
    assert!(
        shown.contains("\n✗ 2 spans could not be read: failed to decode Protobuf message"),
        "{shown}"
    );
}

#[test]
fn a_batch_that_is_cut_says_so() {
    let whole = Chunk::SPAN;
    let mut batch = Batch::empty(Arc::new(Resource::new([("service.name", "planner")])));
    batch.push(Chunk::new(vec![whole, 100, 1, 2, 3].into(), 1));
    let mut console = Console::tree();
    console.exporter.export(&batch).unwrap();
    assert_eq!(console.screen.take(), "✗ 1 span could not be read: the batch is cut\n\n");
}

/// A pipe that nobody reads.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_pipe_is_an_error_that_says_what_is_lost() {
    for format in [ConsoleFormat::Tree, ConsoleFormat::Json] {
        let mut exporter = ConsoleExporter::new(format, Style::Plain, Box::new(Closed));
        let error =
            exporter.export(&batch([span(2, "child").under(1), span(1, "root")])).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
        assert_eq!(error.to_string(), "2 spans could not be written to the console: broken pipe");
    }
    let mut exporter = ConsoleExporter::new(ConsoleFormat::Tree, Style::Plain, Box::new(Closed));
    exporter.export(&batch([span(2, "waits").under(1)])).unwrap();
    let error = exporter.flush().unwrap_err();
    assert_eq!(error.to_string(), "1 span could not be written to the console: broken pipe");
    exporter.flush().expect("nothing is left to write");
}
