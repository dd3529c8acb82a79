//! What is played: spans of every kind, and what happens in them.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Keys of attributes, which are fields of every call site here too.
pub(super) const KEYS: [&str; 4] =
    ["a", "b", "long.key.that.does.not.fit.into.the.frame.of.a.key.known.at.compile.time", "é€😀"];
pub(super) const SPECIAL: [&str; 4] =
    ["otel.name", "otel.kind", "otel.status_code", "otel.status_description"];

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Function,
    Future,
    Slot,
}

/// One span.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// By the number of their key; each key once, as the macro writes them.
    pub(super) attributes: [Option<Val>; 2],
    /// A handle of it is kept to the end of the script.
    pub(super) is_kept: bool,
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    Set(usize, Val),
    /// `Span::current().record(…)`.
    Record(usize, Val),
    SetSpecial(usize, String),
    RecordSpecial(usize, String),
    Event {
        fails: bool,
        fields: [Option<Val>; 2],
        message: String,
    },
    /// To one of the spans whose handles are kept.
    Link(usize),
    Child(Node),
}

/// The value of an attribute.
#[derive(Clone, Debug)]
pub(super) enum Val {
    Signed(i64),
    Unsigned(u64),
    Wide(i128),
    WideUnsigned(u128),
    Double(f64),
    Boolean(bool),
    Text(String),
    Formatted(String),
    Bytes(Vec<u8>),
    /// Only where an attribute is set by name: `tracing` has no such fields.
    Array(Vec<Val>),
    Map(BTreeMap<String, Val>),
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        vec(any::<char>(), 0..12).prop_map(String::from_iter),
        "[a-c]{0,3}",
        Just("x".repeat(200))
    ]
}

fn value() -> impl Strategy<Value = Val> {
    prop_oneof![
        any::<i64>().prop_map(Val::Signed),
        any::<u64>().prop_map(Val::Unsigned),
        (any::<i128>(), 0..128_u32).prop_map(|(value, shift)| Val::Wide(value >> shift)),
        (any::<u128>(), 0..128_u32).prop_map(|(value, shift)| Val::WideUnsigned(value >> shift)),
        any::<f64>().prop_map(Val::Double),
        any::<bool>().prop_map(Val::Boolean),
        text().prop_map(Val::Text),
        text().prop_map(Val::Formatted),
        vec(any::<u8>(), 0..12).prop_map(Val::Bytes),
    ]
}

/// A value, or several that stand in each other.
fn composite() -> impl Strategy<Value = Val> {
    value().prop_recursive(3, 16, 4, |inner| {
        // The generated types leave empty ones out, so that lengths would differ.
        let key = text().prop_map(|text| format!("k{text}"));
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Val::Array),
            btree_map(key, inner, 0..4).prop_map(Val::Map),
        ]
    })
}

fn pair() -> impl Strategy<Value = [Option<Val>; 2]> {
    [prop::option::of(value()), prop::option::of(value())]
}

/// Texts that mean something, and others.
fn special() -> impl Strategy<Value = (usize, String)> {
    let meant = prop::sample::select(vec![
        "server", "CLIENT", "Producer", "consumer", "internal", "ok", "ERROR", "unset",
    ]);
    (0..SPECIAL.len(), prop_oneof![meant.prop_map(str::to_owned), text()])
}

fn step() -> impl Strategy<Value = Step> {
    let key = || 0..KEYS.len();
    prop_oneof![
        (key(), composite()).prop_map(|(key, value)| Step::Set(key, value)),
        (key(), value()).prop_map(|(key, value)| Step::Record(key, value)),
        special().prop_map(|(key, text)| Step::SetSpecial(key, text)),
        special().prop_map(|(key, text)| Step::RecordSpecial(key, text)),
        (any::<bool>(), pair(), text()).prop_map(|(fails, fields, message)| Step::Event {
            fails,
            fields,
            message
        }),
        (0..8_usize).prop_map(Step::Link),
    ]
}

/// A span without its steps.
fn span() -> impl Strategy<Value = Node> {
    let kind = prop_oneof![Just(Kind::Function), Just(Kind::Future), Just(Kind::Slot)];
    let node = |(kind, attributes, is_kept)| Node { kind, attributes, is_kept, steps: Vec::new() };
    (kind, pair(), any::<bool>()).prop_map(node)
}

/// A trace: steps as they come, of which some begin a span and some end one.
pub(super) fn node() -> impl Strategy<Value = Node> {
    let begin = span().prop_map(|node| Some(Step::Child(node)));
    let step = prop_oneof![6 => step().prop_map(Some), 2 => begin, 1 => Just(None)];
    (span(), vec(step, 0..32)).prop_map(|(root, steps)| grow(root, &mut steps.into_iter()))
}

/// Gives `node` its steps, up to the one that ends it.
fn grow(mut node: Node, steps: &mut impl Iterator<Item = Option<Step>>) -> Node {
    while let Some(Some(step)) = steps.next() {
        node.steps.push(match step {
            Step::Child(child) => Step::Child(grow(child, steps)),
            step => step,
        });
    }
    node
}
