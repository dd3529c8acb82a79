//! The same program, recorded and sent once by us and once by tracing-opentelemetry over the OpenTelemetry SDK and its OTLP
//! exporter, to the same receiver: span by span both send the same, but for what `differences` lists with its reason.

mod differences;
mod ours;
mod program;
mod sdk;

use anyhow::Result;
use differences::{LEFT_OUT_OF_EVENTS, LEFT_OUT_OF_SPANS, OTHERWISE, Otherwise};
use opentelemetry_proto::tonic::trace::v1::Span;
use std::collections::BTreeMap;
use synndicate_tests::receiver::{Noted, Receiver, Wire};
use synndicate_tests::spans::{Shown, assert_valid, attributes, show};

/// What is known of one span, sorted. An attribute's fact is its key, an event's begins with `event` and its number.
type Facts = Vec<(String, String)>;

/// What arrives when `send` runs the program against a receiver.
fn deliver(wire: Wire, send: fn(&Receiver) -> Result<()>) -> Result<Noted> {
    let receiver = Receiver::over(wire).listen()?;
    send(&receiver)?;
    Ok(receiver.noted())
}

fn facts(noted: &Noted) -> BTreeMap<String, Facts> {
    show(noted.spans()).into_iter().map(|(name, span)| (name, facts_of(&span))).collect()
}

fn facts_of(span: &Shown) -> Facts {
    let fact = |name: &str, value: String| (name.to_owned(), value);
    let mut facts = span.attributes.clone();
    for (at, (name, attributes)) in span.events.iter().enumerate() {
        facts.push((format!("event {at}"), without_line(name).to_owned()));
        facts.extend(
            attributes.iter().map(|(key, value)| (format!("event {at}: {key}"), value.clone())),
        );
    }
    facts.extend(span.links.iter().map(|link| fact("link", format!("{link:?}"))));
    facts.push(fact("parent", format!("{:?}", span.parent)));
    facts.push(fact("kind", span.kind.clone()));
    facts.push(fact("status", format!("{} {}", span.status.0, span.status.1)));
    facts.push(fact("flags", span.flags.to_string()));
    facts.push(fact("trace state", span.trace_state.clone()));
    facts.push(fact("dropped", format!("{:?}", span.dropped)));
    facts.sort();
    facts
}

/// An event without a message is named by its place in the code: here the file is enough.
fn without_line(name: &str) -> &str {
    let place = name.rsplit_once(".rs:").filter(|_| name.starts_with("event "));
    place.map_or(name, |(file, _)| file)
}

/// Takes out of the SDK's spans what we leave out on purpose, and turns into ours what we tell otherwise.
fn turn_into_ours(theirs: &mut BTreeMap<String, Facts>) {
    for facts in theirs.values_mut() {
        facts.retain(|(fact, _)| {
            let left_out = match fact.split_once(": ") {
                Some((event, key)) if event.starts_with("event ") => {
                    LEFT_OUT_OF_EVENTS.iter().any(|(left, _)| *left == key)
                }
                _ => LEFT_OUT_OF_SPANS.iter().any(|(left, _)| left == fact),
            };
            !left_out
        });
    }
    for (reason, all) in OTHERWISE {
        for Otherwise { span, fact, theirs: their_value, ours } in *all {
            let facts = theirs.get_mut(*span).unwrap_or_else(|| panic!("no span `{span}`"));
            if !their_value.is_empty() {
                let at =
                    facts.iter().position(|(name, value)| name == fact && value == their_value);
                let at = at.unwrap_or_else(|| {
                    panic!("`{fact}` of `{span}` is no difference any more ({reason}): {facts:#?}")
                });
                facts.remove(at);
            }
            facts.extend(ours.map(|value| ((*fact).to_owned(), value.to_owned())));
            facts.sort();
        }
    }
}

/// The facts that only one side tells of a span; nothing where both tell the same.
fn compare(name: &str, ours: &Facts, theirs: &Facts) -> Option<String> {
    let times = |facts: &Facts, fact: &(String, String)| {
        facts.iter().filter(|other| *other == fact).count()
    };
    let only = |these: &Facts, those: &Facts| {
        let only = these.iter().filter(|fact| times(these, fact) > times(those, fact));
        only.cloned().collect::<Facts>()
    };
    (ours != theirs).then(|| {
        format!("`{name}`\n  ours   {:?}\n  theirs {:?}", only(ours, theirs), only(theirs, ours))
    })
}

/// The resource, without the values that say who made it.
fn resource(noted: &Noted) -> Vec<(String, String)> {
    let mut resources = noted.exports.iter().flat_map(|export| &export.request.resource_spans);
    let resource = resources.next().and_then(|spans| spans.resource.clone()).unwrap_or_default();
    let mut attributes = attributes(&resource.attributes);
    let of_maker = |key: &str| ["telemetry.sdk.name", "telemetry.sdk.version"].contains(&key);
    attributes.iter_mut().filter(|(key, _)| of_maker(key)).for_each(|(_, value)| value.clear());
    attributes
}

fn check(wire: Wire) -> Result<()> {
    let (ours, theirs) = (deliver(wire, ours::send)?, deliver(wire, sdk::send)?);
    assert_valid(&ours.spans().collect::<Vec<&Span>>());
    assert_eq!(resource(&ours), resource(&theirs));
    let (ours, mut theirs) = (facts(&ours), facts(&theirs));
    turn_into_ours(&mut theirs);
    assert!(ours.keys().eq(theirs.keys()), "{:?}\n{:?}", ours.keys(), theirs.keys());
    let unlike: Vec<String> =
        ours.iter().filter_map(|(name, facts)| compare(name, facts, theirs.get(name)?)).collect();
    assert!(unlike.is_empty(), "{}", unlike.join("\n"));
    Ok(())
}

#[test]
fn over_grpc_both_send_the_same() -> Result<()> {
    check(Wire::Grpc)
}

#[test]
fn over_http_both_send_the_same() -> Result<()> {
    check(Wire::Http)
}
