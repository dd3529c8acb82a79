//! A trace with everything that a span may hold, written over each wire and read back field by field.
//!
//! What is the same over every wire is expected once. What Jaeger makes of OTLP and of its own protocol differs here only:
//!
//! | | own protocol | OTLP |
//! |---|---|---|
//! | bytes within lists and maps | hexadecimal | base64 |
//! | not a number, infinite | `"NaN"`, `"Infinity"`, `"-Infinity"` | the trace cannot be shown |
//! | attributes of links | a log `link` at the start of the span | none |
//! | counts of what was dropped | tags, and warnings that Jaeger 1.76 does not keep | none |

use super::{Result, program, tags, text, turn};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use synndicate::Builder;
use synndicate_tests::jaeger::Jaeger;

/// The spans of the program as Jaeger shows them.
struct Trace {
    spans: HashMap<String, Value>,
    processes: Value,
}

impl Trace {
    /// Sends the program's spans by these settings, and reads them back once they are all there.
    fn over(jaeger: &Jaeger, service: &str, settings: &[(&str, &str)]) -> Result<Trace> {
        let spans = send(service, settings, program::run)?;
        let traces = jaeger.traces(service, spans)?;
        assert_eq!(traces.len(), 2, "one span is the root of a trace of its own");
        let named = |span: &Value| (text(span, "/operationName").to_owned(), span.clone());
        let all = traces.iter().filter_map(|trace| trace["spans"].as_array()).flatten();
        let processes = traces[0]["processes"].clone();
        Ok(Trace { spans: all.map(named).collect(), processes })
    }

    fn span(&self, name: &str) -> &Value {
        self.spans.get(name).unwrap_or_else(|| panic!("no `{name}` in {:?}", self.spans.keys()))
    }

    /// The tags of a span but for those that say where it was made.
    fn tags(&self, name: &str) -> BTreeMap<String, Value> {
        let mut tags: BTreeMap<_, _> = tags(self.span(name), "tags").into_iter().collect();
        tags.retain(|key, _| !key.starts_with("code.") && !key.starts_with("otel.scope."));
        tags
    }

    #[track_caller]
    fn assert_tags(&self, name: &str, expected: Value) {
        assert_eq!(json!(self.tags(name)), expected, "{name}");
    }
}

/// Runs `program` with its spans sent to a place; what it returns.
fn send<T>(service: &str, settings: &[(&str, &str)], program: impl FnOnce() -> T) -> Result<T> {
    // Tracing belongs to the whole process, so tests take turns.
    let _turn = turn();
    let usual = [
        ("service_name", service),
        ("service_version", "1.0"),
        ("tracing_backend", "jaeger"),
        ("tracing_attribute_count_limit", "2000"),
        ("tracing_attribute_value_limit", "70000"),
        ("shutdown_timeout", "60"),
    ];
    let filter = format!("off,{}=trace", program::TARGET);
    let builder = Builder::new().set("tracing_filter", filter);
    let all = usual.iter().chain(settings);
    let tracing = all.fold(builder, |builder, &(key, value)| builder.set(key, value)).start()?;
    let result = program();
    let ledger = tracing.shutdown();
    assert!(ledger.created > 0 && ledger.exported == ledger.created, "{ledger}");
    Ok(result)
}

#[test]
fn everything_that_a_span_holds_is_read_back_the_same_over_every_wire() -> Result {
    let jaeger = Jaeger::start()?;
    let (own, grpc, http) = (jaeger.jaeger_grpc(), jaeger.otlp_grpc(), jaeger.otlp_http());
    let ways = [
        ("own", "grpc", &own, "none"),
        ("own-gzip", "grpc", &own, "gzip"),
        ("otlp-grpc", "grpc", &grpc, "none"),
        ("otlp-http", "http", &http, "none"),
    ];
    for (service, protocol, endpoint, compression) in ways {
        let settings = [
            ("tracing_protocol", protocol),
            ("tracing_endpoint", endpoint),
            ("tracing_compression", compression),
        ];
        let trace = Trace::over(&jaeger, service, &settings)?;
        check_process(&trace, service);
        check_tree(&trace);
        check_kinds(&trace);
        check_values(&trace);
        check_large(&trace);
        check_outcomes(&trace);
        check_events(&trace);
        check_links(&trace);
        check_times(&trace);
    }
    Ok(())
}

#[track_caller]
fn check_process(trace: &Trace, service: &str) {
    let process = &trace.processes["p1"];
    assert_eq!(process["serviceName"], service);
    assert_eq!(tags(process, "tags")["service.version"], "1.0");
    let scope = tags(trace.span("everything"), "tags");
    assert_eq!(
        (&scope["otel.scope.name"], scope.contains_key("otel.scope.version")),
        (&json!("synndicate"), true)
    );
}

/// Every span but the root and that of another trace has the root, or the one around it, as its parent.
#[track_caller]
fn check_tree(trace: &Trace) {
    let root = trace.span("everything");
    assert_eq!(root["references"], json!([]));
    assert_eq!(text(root, "/traceID").len(), 32, "ids have 128 bits");
    for (name, span) in trace.spans.iter().filter(|(name, _)| *name != "everything") {
        if name == "elsewhere" {
            assert_ne!(span["traceID"], root["traceID"]);
            continue;
        }
        let parent = if name == "fast inner" { trace.span("fast outer") } else { root };
        let expected = json!({
            "refType": "CHILD_OF",
            "spanID": parent["spanID"],
            "traceID": root["traceID"],
        });
        assert_eq!(span["references"][0], expected, "{name}");
    }
}

#[track_caller]
fn check_kinds(trace: &Trace) {
    trace.assert_tags("everything", json!({ "span.kind": "server", "http.route": "/plan" }));
    for kind in ["internal", "server", "client", "producer", "consumer"] {
        trace.assert_tags(&format!("kind {kind}"), json!({ "span.kind": kind }));
    }
}

#[track_caller]
fn check_values(trace: &Trace) {
    let mut found = trace.tags("values");
    let types: HashMap<_, _> = trace.span("values")["tags"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|tag| (text(tag, "/key"), text(tag, "/type")))
        .collect();
    // Numbers that JavaScript cannot hold are shown as texts of the type `int64`.
    let expected = [
        ("yes", "bool", json!(true)),
        ("no", "bool", json!(false)),
        ("least", "int64", json!(i64::MIN.to_string())),
        ("most", "int64", json!(i64::MAX.to_string())),
        ("half", "float64", json!(-0.5)),
        ("tiny", "float64", json!(5e-324)),
        ("empty", "string", json!("")),
        ("unicode größe 名前", "string", json!("日本語 🦀 e\u{301}")),
        ("controls", "string", json!("\"'\\\n\t\u{0}<&>\u{202e}")),
        ("bytes", "binary", json!("AAH/")),
    ];
    for (key, value_type, value) in expected {
        assert_eq!(found.remove(key), Some(value), "{key}");
        assert_eq!(types[key], value_type, "{key}");
    }
    let lists = [
        ("numbers", json!([1, 2, 3])),
        ("texts", json!(["a", "\"b\""])),
        ("nested", json!({ "list": [[1, 2], []] })),
    ];
    for (key, value) in lists {
        let written = found.remove(key).unwrap_or_default();
        let written: Value = serde_json::from_str(written.as_str().unwrap_or_default())
            .unwrap_or_else(|error| panic!("{key}: {error} in {written}"));
        assert_eq!((written, types[key]), (value, "string"), "{key}");
    }
    assert_eq!(found.into_keys().collect::<Vec<_>>(), ["span.kind"], "nothing else");
}

#[track_caller]
fn check_large(trace: &Trace) {
    let mut many = trace.tags("many");
    for number in 0..program::MANY {
        assert_eq!(many.remove(&format!("attribute {number}")), Some(json!(number)));
    }
    assert_eq!(many.len(), 1, "{many:?}");
    let long = trace.tags("long");
    assert_eq!(long["text"], "é".repeat(program::LONG / 2));
    assert_eq!(long["bytes"].as_str().map(str::len), Some(program::LONG.div_ceil(3) * 4));
}

#[track_caller]
fn check_outcomes(trace: &Trace) {
    trace.assert_tags("good", json!({ "span.kind": "internal", "otel.status_code": "OK" }));
    trace.assert_tags(
        "bad",
        json!({
            "span.kind": "internal",
            "otel.status_code": "ERROR",
            "otel.status_description": "out of paper",
            "error": true,
        }),
    );
    trace.assert_tags(
        "fails",
        json!({
            "span.kind": "internal",
            "otel.status_code": "ERROR",
            "error": true,
            "error.type": "core::fmt::Error",
        }),
    );
    let exception = tags(&trace.span("fails")["logs"][0], "fields");
    assert_eq!(
        (&exception["event"], &exception["exception.type"]),
        (&json!("exception"), &json!("core::fmt::Error"))
    );
}

#[track_caller]
fn check_events(trace: &Trace) {
    let span = trace.span("events");
    let logs = span["logs"].as_array().cloned().unwrap_or_default();
    let mut fields: Vec<BTreeMap<_, _>> =
        logs.iter().map(|log| tags(log, "fields").into_iter().collect()).collect();
    fields.iter_mut().for_each(|fields| fields.retain(|key, _| !key.starts_with("code.")));
    let target = program::TARGET;
    let expected = [
        json!({ "event": "página ½", "level": "INFO", "target": target, "number": 7, "yes": true }),
        json!({ "event": "failed", "level": "ERROR", "target": target, "ratio": 0.5 }),
    ];
    assert_eq!(json!(fields), json!(expected));
    let start = span["startTime"].as_u64().unwrap_or_default();
    let end = start + super::micros(span) + 1;
    for log in logs {
        let at = log["timestamp"].as_u64().unwrap_or_default();
        assert!((start..=end).contains(&at), "{span:#}");
    }
}

#[track_caller]
fn check_links(trace: &Trace) {
    let link = |name: &str| {
        let target = trace.span(name);
        json!({
            "refType": "FOLLOWS_FROM",
            "traceID": target["traceID"],
            "spanID": target["spanID"],
        })
    };
    let references = trace.span("links")["references"].as_array().cloned().unwrap_or_default();
    assert_eq!(references[1..], [link("linked"), link("elsewhere")]);
}

/// Jaeger shows microseconds; a span that took less is there, with a place within the one around it.
#[track_caller]
fn check_times(trace: &Trace) {
    let (outer, inner) = (trace.span("fast outer"), trace.span("fast inner"));
    assert!(super::within(inner, outer), "{inner:#}\nin\n{outer:#}");
}

#[test]
fn jaegers_own_wire_also_tells_what_was_dropped() -> Result {
    let jaeger = Jaeger::start()?;
    let (own, otlp) = (jaeger.jaeger_grpc(), jaeger.otlp_grpc());
    let ways =
        [("own", &own, r#"{"bytes":"ab"}"#, Some(1)), ("otlp", &otlp, r#"{"bytes":"qw=="}"#, None)];
    for (service, endpoint, within, dropped) in ways {
        let settings =
            [("tracing_endpoint", endpoint.as_str()), ("tracing_attribute_count_limit", "1")];
        send(service, &settings, program::differences)?;
        let tags = tags(&jaeger.traces(service, 1)?[0]["spans"][0], "tags");
        assert_eq!(tags["within"], within, "{service}");
        assert_eq!(tags.get("otel.dropped_attributes_count"), dropped.map(Value::from).as_ref());
    }
    Ok(())
}

/// Jaeger 1.76 answers no query about a trace that has got such a number over OTLP.
#[test]
fn over_jaegers_own_wire_numbers_that_json_cannot_hold_are_shown() -> Result {
    let jaeger = Jaeger::start()?;
    send("own", &[("tracing_endpoint", &jaeger.jaeger_grpc())], program::no_numbers)?;
    let tags = tags(&jaeger.traces("own", 1)?[0]["spans"][0], "tags");
    let shown = ["none", "most", "least"].map(|key| &tags[key]);
    assert_eq!(shown, ["NaN", "Infinity", "-Infinity"]);
    Ok(())
}
