//! What a span could not say in Jaeger's model, or had lost before, as sentences that Jaeger shows beside it.

use super::span::MAX_DURATION;
use crate::exporter::decoded::span::duration;
use opentelemetry_proto::tonic::trace::v1::Span;

/// The warnings of a span; most have none.
pub(super) fn warnings(span: &Span) -> Vec<String> {
    let lost = [
        (span.dropped_attributes_count, "attributes"),
        (span.dropped_events_count, "events"),
        (span.dropped_links_count, "links"),
    ];
    let lost = lost.into_iter().filter(|&(count, _)| count > 0);
    let lost =
        lost.map(|(count, what)| format!("{what} that were over the limits and dropped: {count}"));
    lost.chain(ids(span)).chain(times(span)).collect()
}

/// Jaeger refuses a whole request over an id of another length.
fn ids(span: &Span) -> impl Iterator<Item = String> {
    let own = [("trace id", &span.trace_id, 16), ("span id", &span.span_id, 8)];
    let parent = ("parent's span id", &span.parent_span_id, 8);
    let parent = (!span.parent_span_id.is_empty()).then_some(parent);
    let links = span.links.iter().flat_map(|link| {
        [("trace id of a link", &link.trace_id, 16), ("span id of a link", &link.span_id, 8)]
    });
    let odd = own.into_iter().chain(parent).chain(links).filter(|(_, id, len)| id.len() != *len);
    odd.map(|(what, id, len)| {
        format!("the {what} had a length of {} and was fitted into {len} bytes", id.len())
    })
}

fn times(span: &Span) -> Option<String> {
    if span.end_time_unix_nano < span.start_time_unix_nano {
        return Some("it ended before it started, and is shown without a duration".into());
    }
    (duration(span) > MAX_DURATION).then(|| "it took longer than Jaeger can show".into())
}
