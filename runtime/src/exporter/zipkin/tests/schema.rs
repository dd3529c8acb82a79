//! Checks a body against the rules of the format, as its public schema has them.
//!
//! Source: <https://github.com/openzipkin/zipkin-api/blob/master/zipkin2-api.yaml>.

use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Panics where `body` is no list of spans.
#[track_caller]
pub(super) fn check(body: &Value) {
    let spans = body.as_array().expect("a list of spans");
    for span in spans {
        if let Err(broken) = check_span(span) {
            panic!("{broken} in {span:#}");
        }
    }
}

type Checked = Result<(), String>;

fn check_span(span: &Value) -> Checked {
    let span = span.as_object().ok_or("a span is no object")?;
    for (name, value) in span {
        let is_right = match name.as_str() {
            "traceId" => is_hex(value, 32) || is_hex(value, 16),
            "id" | "parentId" => is_hex(value, 16),
            "name" => value.is_string(),
            "kind" => ["CLIENT", "SERVER", "PRODUCER", "CONSUMER"].iter().any(|kind| value == kind),
            "timestamp" | "duration" => is_positive(value),
            "debug" | "shared" => value.is_boolean(),
            "localEndpoint" | "remoteEndpoint" => is_endpoint(value),
            "annotations" => is_annotations(value),
            "tags" => value.as_object().is_some_and(|tags| tags.values().all(Value::is_string)),
            _ => false,
        };
        if !is_right {
            return Err(format!("`{name}` is wrong"));
        }
    }
    let missing = ["traceId", "id"].iter().find(|name| !span.contains_key(**name));
    missing.map_or(Ok(()), |name| Err(format!("`{name}` is missing")))
}

fn is_hex(value: &Value, len: usize) -> bool {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let text = value.as_str().unwrap_or_default();
    text.len() == len && text.bytes().all(is_digit) && text.bytes().any(|byte| byte != b'0')
}

/// A whole number of 64 bits above 0, which a server takes for unknown.
fn is_positive(value: &Value) -> bool {
    value.as_i64().is_some_and(|number| number > 0)
}

fn is_endpoint(value: &Value) -> bool {
    let Some(endpoint) = value.as_object() else { return false };
    !endpoint.is_empty()
        && endpoint.iter().all(|(name, value)| match name.as_str() {
            "serviceName" => value.as_str().is_some_and(|name| !name.is_empty()),
            "ipv4" => value.as_str().is_some_and(|it| it.parse::<std::net::Ipv4Addr>().is_ok()),
            "ipv6" => value.as_str().is_some_and(|it| it.parse::<std::net::Ipv6Addr>().is_ok()),
            "port" => value.as_u64().is_some_and(|port| (1..=65_535).contains(&port)),
            _ => false,
        })
}

fn is_annotations(value: &Value) -> bool {
    let Some(annotations) = value.as_array() else { return false };
    let unique: BTreeSet<_> = annotations.iter().map(ToString::to_string).collect();
    let is_right = |annotation: &Map<String, Value>| {
        annotation.len() == 2
            && annotation.get("timestamp").is_some_and(is_positive)
            && annotation.get("value").is_some_and(Value::is_string)
    };
    unique.len() == annotations.len()
        && annotations.iter().all(|annotation| annotation.as_object().is_some_and(is_right))
}
