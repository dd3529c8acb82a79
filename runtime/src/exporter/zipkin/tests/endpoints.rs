//! The other side of a call.

use super::{bare, client, one};
use crate::exporter::decoded::arbitrary::{attribute, text};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use serde_json::{Value, json};

fn remote(attributes: Vec<KeyValue>) -> Value {
    one(client(attributes))["remoteEndpoint"].clone()
}

/// Any key that names the other side, the best first.
const KEYS: [&str; 11] = [
    "peer.service",
    "server.address",
    "net.peer.name",
    "network.peer.address",
    "server.socket.domain",
    "server.socket.address",
    "net.sock.peer.name",
    "net.sock.peer.addr",
    "peer.hostname",
    "peer.address",
    "db.name",
];

#[test]
fn the_best_attribute_names_the_other_side_in_whatever_order_they_stand() {
    for best in 0..KEYS.len() {
        let attributes: Vec<_> = KEYS[best..].iter().rev().map(|key| text(key, key)).collect();
        assert_eq!(remote(attributes), json!({ "serviceName": KEYS[best] }));
    }
}

#[test]
fn what_is_no_name_is_passed_over() {
    let attributes = vec![
        text("peer.service", ""),
        attribute("server.address", Any::IntValue(7)),
        text("db.name", "orders"),
    ];
    assert_eq!(remote(attributes), json!({ "serviceName": "orders" }));
    assert_eq!(remote(vec![text("url.full", "http://h")]), Value::Null);
}

#[test]
fn only_callers_have_another_side() {
    for (kind, has) in [
        (SpanKind::Client, true),
        (SpanKind::Producer, true),
        (SpanKind::Server, false),
        (SpanKind::Consumer, false),
        (SpanKind::Internal, false),
    ] {
        let attributes = vec![text("server.address", "redis")];
        let span = one(Span { kind: kind as i32, attributes, ..bare() });
        assert_eq!(span["remoteEndpoint"].is_object(), has, "{kind:?}");
        assert_eq!(span["tags"]["server.address"], "redis", "it stays a tag all the same");
    }
}

/// A port as text cost all spans of a request: <https://github.com/openzipkin/zipkin-js/issues/276>.
#[test]
fn a_port_is_a_number_or_absent() {
    let number = |port| attribute("server.port", Any::IntValue(port));
    let written = |port| text("server.port", port);
    for (port, expected) in [
        (number(6379), json!(6379)),
        (number(65_535), json!(65_535)),
        (written("6379"), json!(6379)),
        (number(0), Value::Null),
        (number(-1), Value::Null),
        (number(65_536), Value::Null),
        (number(i64::MAX), Value::Null),
        (written("0"), Value::Null),
        (written("redis"), Value::Null),
        (written(" 6379"), Value::Null),
        (written(""), Value::Null),
        (attribute("server.port", Any::DoubleValue(6379.0)), Value::Null),
        (attribute("server.port", Any::BoolValue(true)), Value::Null),
    ] {
        let attributes = vec![text("server.address", "redis"), port.clone()];
        assert_eq!(remote(attributes)["port"], expected, "{port:?}");
    }
}

#[test]
fn a_port_goes_with_its_own_address_only() {
    let attributes = vec![
        text("server.address", "redis"),
        attribute("net.peer.port", Any::IntValue(1)),
        attribute("server.port", Any::IntValue(2)),
    ];
    assert_eq!(remote(attributes), json!({ "serviceName": "redis", "port": 2 }));
    let attributes =
        vec![text("peer.service", "cache"), attribute("server.port", Any::IntValue(2))];
    assert_eq!(remote(attributes), json!({ "serviceName": "cache" }));
}

#[test]
fn addresses_are_told_from_names() {
    let port = || attribute("network.peer.port", Any::IntValue(80));
    for (address, expected) in [
        ("10.1.2.3", json!({ "ipv4": "10.1.2.3", "port": 80 })),
        ("2001:db8::c001", json!({ "ipv6": "2001:db8::c001", "port": 80 })),
        ("2001:DB8:0:0::C001", json!({ "ipv6": "2001:db8::c001", "port": 80 })),
        ("::ffff:10.1.2.3", json!({ "ipv4": "10.1.2.3", "port": 80 })),
        ("/run/redis.sock", json!({ "serviceName": "/run/redis.sock", "port": 80 })),
        ("10.1.2", json!({ "serviceName": "10.1.2", "port": 80 })),
        ("[::1]", json!({ "serviceName": "[::1]", "port": 80 })),
    ] {
        assert_eq!(remote(vec![text("network.peer.address", address), port()]), expected);
    }
}
