//! Where spans go and how.

use super::ZIPKIN_ENDPOINT;
use super::key::{Key, key};
use crate::settings::Settings;
use crate::settings::kind::{Bounds, Choices, Kind, Times};
use crate::settings::quantity::Unit;
use crate::settings::typed::{BackendName, Compression, ConsoleFormat, Protocol};
use std::time::Duration;

pub(super) static KEYS: &[Key] = &[
    key(
        "tracing_backend",
        Kind::Choice(Choices {
            names: BackendName::NAMES,
            set: |to, name| BackendName::named(name).map(|it| to.tracing_backend = it).is_some(),
        }),
    )
    .default("\"jaeger\"")
    .otel(&["OTEL_TRACES_EXPORTER"])
    .doc(
        "What takes the spans. `otlp` sends them over OTLP, `jaeger` over OTLP or \
         Jaeger's own protocol, whichever its server takes, `zipkin` in Zipkin's own \
         format, `console` shows them on standard error, `disabled` installs nothing. \
         Where nobody sets this key and \
         OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is set, it \
         is `otlp`.",
    ),
    key("tracing_protocol", Kind::Choice(Choices { names: Protocol::NAMES, set: set_protocol }))
        .example("\"grpc\"")
        .otel(&["OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"])
        .doc(
            "What is spoken to the backend: `grpc`, `http` with protobuf, or `http/json`. \
         Where nobody sets it, it is `http` for an endpoint with port 4318 or a path \
         that ends in `/v1/traces`, and `grpc` otherwise. `zipkin` is always spoken \
         over HTTP; there it says what a collector gets that listens in Zipkin's \
         place.",
        ),
    key("tracing_endpoint", Kind::Endpoint(|to| &mut to.tracing_endpoint))
        .example("\"http://localhost:4317\"")
        .otel(&[
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            ZIPKIN_ENDPOINT,
        ])
        .doc(
            "Where the backend listens: `http://host:port`, `https://host:port` or \
         `unix:///run/otel.sock` (a relative `unix:otel.sock` starts beside this \
         file). For `http` the path `/v1/traces` is added where it is missing; for \
         `grpc` there is no path. For `zipkin` it is `/api/v2/spans`, and where the \
         endpoint has no path, a server that does not know that one is sent OTLP over \
         HTTP; port 4318 and the path `/v1/traces` stand for OTLP at once. Where nobody sets it: for `jaeger` \
         http://localhost:14250 and then http://localhost:4317, for `otlp` \
         http://localhost:4317, for both with `http` http://localhost:4318, for \
         `zipkin` http://localhost:9411 and then http://localhost:4318. A `jaeger` \
         over `grpc` is asked by an empty request whether it takes OTLP or its own \
         protocol (at port 14250 in the other order), and asked anew when it no \
         longer takes what it took. Users, \
         passwords and queries are refused, since logs would show them: write \
         `tracing_headers`. Of OTEL_EXPORTER_OTLP_TRACES_ENDPOINT and \
         OTEL_EXPORTER_ZIPKIN_ENDPOINT the path is taken as it is; the latter counts \
         where the attribute, the file or a variable says that the backend is `zipkin`.",
        ),
    key("otlp_endpoint", Kind::Endpoint(|to| &mut to.tracing_endpoint))
        .older_name_of("tracing_endpoint")
        .example("\"http://localhost:4317\"")
        .doc(
            "The older name of `tracing_endpoint`, which counts where one source sets \
             both.",
        ),
    key("tracing_headers", Kind::Headers)
        .example("{ \"x-team\" = \"search\" }")
        .otel(&["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"])
        .doc(
            "Headers of every request, such as an API key. The values are never printed. \
             Those of different sources add up; of the same name the highest source \
             counts. In a variable: `name=value,name=value`, percent-decoded, or a single \
             one as SYN_OBSERVABILITY__TRACING_HEADERS__X_TEAM (`_` stands for `-`). A \
             malformed header is an error even in a standard variable: without it the \
             backend would refuse everything.",
        ),
    key("tracing_tls.ca_file", Kind::Path(|to| &mut to.tracing_tls.ca_file))
        .example("\"ca.pem\"")
        .otel(&["OTEL_EXPORTER_OTLP_CERTIFICATE", "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE"])
        .doc(
            "A PEM file of authorities that are trusted besides those of the operating \
         system. A relative path starts beside this file, in a variable at the \
         working directory.",
        ),
    key("tracing_tls.cert_file", Kind::Path(|to| &mut to.tracing_tls.cert_file))
        .example("\"client.pem\"")
        .otel(&[
            "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",
            "OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE",
        ])
        .doc(
            "A PEM file with our certificate, for a server that asks for one; together \
         with `key_file`.",
        ),
    key("tracing_tls.key_file", Kind::Path(|to| &mut to.tracing_tls.key_file))
        .example("\"client.key\"")
        .otel(&["OTEL_EXPORTER_OTLP_CLIENT_KEY", "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY"])
        .doc("A PEM file with the private key of `cert_file`."),
    key("tracing_tls.server_name", Kind::OptionalText(|to| &mut to.tracing_tls.server_name))
        .example("\"collector.example\"")
        .doc(
            "The name that the server's certificate holds, where it is not the \
         endpoint's.",
        ),
    key(
        "tracing_compression",
        Kind::Choice(Choices {
            names: Compression::NAMES,
            set: |to, name| {
                Compression::named(name).map(|it| to.tracing_compression = it).is_some()
            },
        }),
    )
    .default("\"none\"")
    .otel(&["OTEL_EXPORTER_OTLP_COMPRESSION", "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION"])
    .doc(
        "How requests are packed. `gzip` costs processor time and pays off on a slow \
         or paid network.",
    ),
    key(
        "tracing_timeout",
        Kind::Duration(
            Times {
                unit: Unit::Milliseconds,
                bounds: Bounds {
                    min: Duration::from_millis(10),
                    max: Duration::from_secs(600),
                    low: "hardly any backend answers in time, and all would be sent again",
                    high: "a request that hangs keeps its spans from another attempt",
                },
                usual: (Duration::from_millis(100), Duration::from_secs(120)),
            },
            |to| &mut to.tracing_timeout,
        ),
    )
    .default("10000")
    .otel(&[
        "OTEL_BSP_EXPORT_TIMEOUT",
        "OTEL_EXPORTER_OTLP_TIMEOUT",
        "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
    ])
    .doc("How long one request may take, connecting included; then it is sent again."),
    key("tracing_fallbacks", Kind::Fallbacks)
        .example(
            "[\"http://other:4317\", { backend = \"otlp\", endpoint = \"https://third:4318\" }]",
        )
        .doc(
            "Where spans go while `tracing_backend` does not take them, in this order: a batch \
             goes to the first backend that is up. Each is the name of a backend, an endpoint, \
             which is taken for one of `otlp`, or a table with `backend`, `endpoint`, `protocol`, \
             `headers`, `tls`, `compression` and `timeout`, which mean what the keys \
             `tracing_backend`, `tracing_endpoint` and so on mean. `compression` and `timeout` are \
             those of the first backend where they are left out; headers and certificates are \
             never sent to another backend than their own. In a variable: names and endpoints \
             separated by commas, or the list in brackets. Where nobody sets this key and standard \
             error is a terminal, it is `[\"console\"]`; `[]` switches that off. A backend that \
             fails twice in a row, that does not answer in time or that fails a health check is \
             left, and is the first again after two good answers. While another backend is up, \
             in time is a second, or four times as long as the last answer took; spans that were \
             given up then may arrive twice.",
        ),
    key("tracing_health_check", Kind::Flag(|to| &mut to.tracing_health_check)).default("true").doc(
        "Whether each backend is asked regularly if it would accept spans, by an empty batch. \
         Without it each is asked at the start, and then only while it is down and another one \
         of `tracing_fallbacks` stands in for it.",
    ),
    key(
        "tracing_health_check_interval",
        Kind::Duration(
            Times {
                unit: Unit::Seconds,
                bounds: Bounds {
                    min: Duration::from_secs(1),
                    max: Duration::from_secs(86_400),
                    low: "it would be load without news",
                    high: "the answer says nothing: set `tracing_health_check = false`",
                },
                usual: (Duration::from_secs(1), Duration::from_secs(900)),
            },
            |to| &mut to.tracing_health_check_interval,
        ),
    )
    .default("30")
    .doc(
        "How long a backend may be sent nothing before it is asked. One that is down is asked \
         after a second, and then ever less often, down to this interval. One that goes down \
         again within a minute after it came back is not the first again before this interval is \
         over, then before twice as long, up to ten minutes.",
    ),
    key(
        "tracing_console_format",
        Kind::Choice(Choices {
            names: ConsoleFormat::NAMES,
            set: |to, name| {
                ConsoleFormat::named(name).map(|it| to.tracing_console_format = it).is_some()
            },
        }),
    )
    .default("\"tree\"")
    .doc(
        "How `console` shows spans: the finished trace as a `tree`, or one `json` \
         object a line and span.",
    ),
];

/// An empty name unsets the protocol; the others have a default, and so no such name.
fn set_protocol(to: &mut Settings, name: &str) -> bool {
    let protocol = Protocol::named(name);
    if protocol.is_some() || name.is_empty() {
        to.tracing_protocol = protocol;
    }
    protocol.is_some() || name.is_empty()
}
