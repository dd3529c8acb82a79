//! Every field of every span, over both wires, packed and not.

use super::{Result, Turn, program, run};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span};
use std::collections::BTreeMap;
use synndicate_tests::receiver::{Export, Receiver, Wire};
use synndicate_tests::spans::{Shown, assert_valid, attributes, show};

pub(crate) const SETTINGS: [(&str, &str); 6] = [
    ("service_name", "planner"),
    ("service_version", "1.0"),
    ("service_namespace", "trips"),
    ("resource_attributes", "deployment.environment.name=test"),
    ("tracing_resource_detectors", "process"),
    ("tracing_headers", "x-team=a b"),
];

/// The spans of the program, sent by these settings besides the usual ones.
fn deliver(turn: &Turn, wire: Wire, settings: &[(&str, &str)]) -> Result<Vec<Export>> {
    let receiver = Receiver::over(wire).listen()?;
    let ledger = run(turn, &receiver, &[&SETTINGS, settings].concat(), || {
        program::serve();
        Ok(())
    })?;
    assert_eq!((ledger.created, ledger.exported), (8, 8), "{ledger}");
    Ok(receiver.noted().exports)
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn span(parent: Option<&str>, kind: &str, attributes: &[(&str, &str)]) -> Shown {
    Shown {
        parent: parent.map(str::to_owned),
        kind: kind.to_owned(),
        attributes: pairs(attributes),
        status: ("UNSET".to_owned(), String::new()),
        // Sampled, and it is known that the parent is not in another process.
        flags: 0x101,
        ..Shown::default()
    }
}

fn with_event(mut span: Shown, name: &str, attributes: &[(&str, &str)]) -> Shown {
    span.events.push((name.to_owned(), pairs(attributes)));
    span
}

fn with_status(span: Shown, code: &str) -> Shown {
    Shown { status: (code.to_owned(), String::new()), ..span }
}

const THIS: &str = "\"through_a_receiver::program\"";

/// What every method of an agent has.
fn agent(name: &str, others: &[(&str, &str)]) -> Vec<(String, String)> {
    let function = format!("\"through_a_receiver::program::{name}::process\"");
    let agent = [
        ("agent_trait", "\"Agent\""),
        ("agent_type", &format!("{name:?}")),
        ("code.function.name", &function),
        ("query_length", "6"),
    ];
    let mut all = pairs(&[&agent[..], others].concat());
    all.sort();
    all
}

/// The program's spans, without the places of their code.
pub(crate) fn expected() -> BTreeMap<String, Shown> {
    let answered = [("is_ok", "true"), ("level", "\"INFO\""), ("target", THIS)];
    let server =
        span(None, "SERVER", &[("http.response.status_code", "200"), ("http.route", "\"/plan\"")]);
    let child = |attributes: &[(&str, &str)]| span(Some("GET /plan"), "INTERNAL", attributes);
    let of_agent = |parent, attributes| Shown { attributes, ..span(Some(parent), "INTERNAL", &[]) };
    let audit =
        Shown { links: vec![("GET /plan".into(), 0x101, 0)], ..child(&[("panicked", "true")]) };
    let looked_at = [("code", "7"), ("level", "\"ERROR\""), ("target", THIS)];
    let spans = [
        ("GET /plan", with_event(server, "answered", &answered)),
        ("plan", child(&[("step", "1")])),
        ("Planner::process", of_agent("plan", agent("Planner", &[("result_length", "6")]))),
        (
            "Search::process",
            of_agent(
                "Planner::process",
                agent("Search", &[("pages", "3"), ("result_length", "6")]),
            ),
        ),
        ("Mail::process", mail(of_agent("Planner::process", agent("Mail", &[])))),
        ("rank pages", rank(child(&[]))),
        ("stumble", stumble(child(&[]))),
        ("audit", with_status(with_event(audit, "to be looked at", &looked_at), "OK")),
    ];
    spans.into_iter().map(|(name, shown)| (name.to_owned(), shown)).collect()
}

fn mail(span: Shown) -> Shown {
    let full = [
        (
            "exception.message",
            "\"6 bytes do not fit: an error occurred when formatting an argument\"",
        ),
        ("exception.type", "\"through_a_receiver::program::MailboxFull\""),
    ];
    with_status(with_event(failed(span, full[1].1), "exception", &full), "ERROR")
}

/// The span with the type of what it failed with, as it stands in quotes.
fn failed(mut span: Shown, error: &str) -> Shown {
    span.attributes.push(("error.type".into(), error.into()));
    span.attributes.sort();
    span
}

fn rank(span: Shown) -> Shown {
    let attributes = [
        ("best", "\"página ½\""),
        ("code.function.name", "\"through_a_receiver::program::rank\""),
        ("pages", "3"),
        ("ratio", "0.5"),
        ("raw", "bytes [1, 255]"),
        ("result", "-7"),
        ("strict", "true"),
        ("unit", "\"points\""),
    ];
    let ranked = [("level", "\"INFO\""), ("pages", "3"), ("strict", "true"), ("target", THIS)];
    with_event(Shown { attributes: pairs(&attributes), ..span }, "ranked página ½", &ranked)
}

fn stumble(span: Shown) -> Shown {
    let attributes = pairs(&[("code.function.name", "\"through_a_receiver::program::stumble\"")]);
    // What it said is known where `#[traced_service]` has set a hook.
    let panic =
        [("exception.message", "\"the function panicked\""), ("exception.type", "\"panic\"")];
    let span = failed(Shown { attributes, ..span }, "\"panic\"");
    with_status(with_event(span, "exception", &panic), "ERROR")
}

#[track_caller]
fn check(exports: &[Export]) {
    check_against(exports, expected());
}

#[track_caller]
pub(crate) fn check_against(exports: &[Export], expected: BTreeMap<String, Shown>) {
    let spans: Vec<&Span> = exports.iter().flat_map(Export::spans).collect();
    assert_valid(&spans);
    let mut shown = show(spans.iter().copied());
    for (name, span) in &mut shown {
        let place = span.attributes.extract_if(.., |(key, _)| {
            ["code.file.path", "code.line.number"].contains(&key.as_str())
        });
        let place: Vec<String> = place.map(|(_, value)| value).collect();
        assert!(
            place.len() == 2
                && place[0].ends_with("program.rs\"")
                && place[1].parse::<u32>().is_ok(),
            "{name}: {place:?}"
        );
    }
    for (name, expected) in expected {
        assert_eq!(shown.remove(&name), Some(expected), "{name}");
    }
    assert!(shown.is_empty(), "{shown:#?}");
    for resource in exports.iter().flat_map(|export| &export.request.resource_spans) {
        check_resource(resource);
    }
}

fn executable() -> String {
    let path = std::env::current_exe().unwrap_or_default();
    format!("{:?}", path.file_name().unwrap_or_default().to_string_lossy())
}

#[track_caller]
fn check_resource(spans: &ResourceSpans) {
    let version = format!("{:?}", env!("CARGO_PKG_VERSION"));
    let (process, executable) = (std::process::id().to_string(), executable());
    let expected = [
        ("deployment.environment.name", "\"test\""),
        ("process.executable.name", &executable),
        ("process.pid", &process),
        ("process.runtime.name", "\"rustc\""),
        ("service.name", "\"planner\""),
        ("service.namespace", "\"trips\""),
        ("service.version", "\"1.0\""),
        ("telemetry.sdk.language", "\"rust\""),
        ("telemetry.sdk.name", "\"synndicate\""),
        ("telemetry.sdk.version", &version),
    ];
    let resource = spans.resource.clone().unwrap_or_default();
    assert_eq!(attributes(&resource.attributes), pairs(&expected));
    assert_eq!((resource.dropped_attributes_count, spans.schema_url.as_str()), (0, ""));
    let [scope_spans] = &spans.scope_spans[..] else {
        panic!("{} scopes", spans.scope_spans.len())
    };
    let scope = scope_spans.scope.clone().unwrap_or_default();
    assert_eq!(
        (scope.name.as_str(), scope.version.as_str()),
        ("synndicate", env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(
        (scope.attributes.len(), scope.dropped_attributes_count, scope_spans.schema_url.as_str()),
        (0, 0, "")
    );
}

#[test]
fn every_field_of_every_span_arrives() -> Result<()> {
    let turn = Turn::take();
    for wire in Wire::ALL {
        let exports = deliver(&turn, wire, &[])?;
        check(&exports);
        for export in &exports {
            assert_eq!(export.header("x-team"), Some("a b"));
            assert_eq!(
                (export.header("content-encoding"), export.header("grpc-encoding")),
                (None, None)
            );
        }
    }
    Ok(())
}

#[test]
fn packed_requests_hold_the_same() -> Result<()> {
    let turn = Turn::take();
    for wire in Wire::ALL {
        let exports = deliver(&turn, wire, &[("tracing_compression", "gzip")])?;
        check(&exports);
        let header = if wire == Wire::Grpc { "grpc-encoding" } else { "content-encoding" };
        assert!(exports.iter().all(|export| export.header(header) == Some("gzip")));
    }
    Ok(())
}
