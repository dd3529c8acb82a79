//! What is recorded.

use super::key::{Key, key};
use crate::settings::kind::{Bounds, Field, Kind, Names};
use crate::settings::typed::Propagator;

pub(super) static KEYS: &[Key] = &[
    key("tracing_sample_rate", Kind::Rate(|to| &mut to.tracing_sample_rate))
        .default("1.0")
        .otel(&["OTEL_TRACES_SAMPLER"])
        .doc(
            "The share of traces that is recorded, decided once for a whole trace. \
         OTEL_TRACES_SAMPLER may be `always_on`, `always_off` or `traceidratio` with \
         OTEL_TRACES_SAMPLER_ARG, each also with `parentbased_`.",
        ),
    key("tracing_filter", Kind::Filter(|to| &mut to.tracing_filter)).default("\"info\"").doc(
        "Which `tracing` spans and events are recorded, by level and target: \
             \"info,my_crate=debug,hyper=off\".",
    ),
    key("tracing_attribute_count_limit", count_limit(|to| &mut to.tracing_attribute_count_limit))
        .default("128")
        .otel(&["OTEL_ATTRIBUTE_COUNT_LIMIT", "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT"])
        .doc("The most attributes of one span; more are dropped and counted in the span."),
    key("tracing_event_count_limit", count_limit(|to| &mut to.tracing_event_count_limit))
        .default("128")
        .otel(&["OTEL_SPAN_EVENT_COUNT_LIMIT"])
        .doc("The most events of one span; more are dropped and counted in the span."),
    key("tracing_link_count_limit", count_limit(|to| &mut to.tracing_link_count_limit))
        .default("128")
        .otel(&["OTEL_SPAN_LINK_COUNT_LIMIT"])
        .doc("The most links of one span; more are dropped and counted in the span."),
    key(
        "tracing_attribute_value_limit",
        Kind::Size(
            Bounds {
                min: 1,
                max: 1 << 20,
                low: "an empty text says nothing: `skip` the argument instead",
                high: "a span with a few such texts would not fit into one request",
            },
            |to| &mut to.tracing_attribute_value_limit,
        ),
    )
    .default("\"64 KiB\"")
    .otel(&["OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT"])
    .doc(
        "The longest text of one attribute in bytes; a longer one is cut at a \
         character.",
    ),
    key("tracing_redaction_key", Kind::Secret(|to| &mut to.tracing_redaction_key))
        .example("\"\"")
        .doc(
            "What the hashes depend on that `#[traced(hash(...))]` records in place of values. Services \
             with the same key have the same hash for the same value; without one it is random, and \
             equal values are seen in one process only. It is a secret, such as `openssl rand -hex 16` \
             makes: who knows it can try values out. Better give it in the variable; the empty text \
             below is none.",
        ),
    key("tracing_propagators", Kind::Names(PROPAGATORS))
        .default("[\"tracecontext\", \"baggage\"]")
        .otel(&["OTEL_PROPAGATORS"])
        .doc(
            "The headers that carry a trace from one process to another: `tracecontext` and \
         `baggage` of W3C, `b3` and `b3multi` of Zipkin, `jaeger`. All of them are written; of \
         those that come, the first in this order that names a span counts. `[]`, in a variable \
         also `none`, reads and writes none.",
        ),
    key("tracing_http_exclude", Kind::UrlPaths(|to| &mut to.tracing_http_exclude))
        .default("[]")
        .doc(
            "The paths whose requests are not traced, nor what runs for them: `[\"/health\", \
         \"/internal/*\"]`, where `*` stands for anything. It counts where the program traces requests \
         with `synndicate::tower`.",
        ),
    key(
        "tracing_http_response_header",
        Kind::ResponseHeader(|to| &mut to.tracing_http_response_header),
    )
    .example("\"x-trace-id\"")
    .doc(
        "The header in which each response names its trace, if that is recorded, in 32 hexadecimal \
         digits: for people who report what went wrong. Without one no response does. It counts where \
         the program traces requests with `synndicate::tower` and says no header itself.",
    ),
    key("span", Kind::Rules),
];

const PROPAGATORS: Names = Names {
    names: Propagator::NAMES,
    set: |to, names| {
        to.tracing_propagators = names.iter().filter_map(|name| Propagator::named(name)).collect();
    },
};

const fn count_limit(field: Field<u64>) -> Kind {
    let bounds = Bounds {
        min: 0,
        max: 65_535,
        low: "",
        high: "a span as long as the program would grow without bound",
    };
    Kind::Count(bounds, field)
}
