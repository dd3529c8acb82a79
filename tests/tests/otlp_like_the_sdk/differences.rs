//! What we send otherwise than tracing-opentelemetry, on purpose. A row that is no difference any more fails the test.

/// What tracing-opentelemetry adds to every span by itself, and we do not; with the reason.
pub(crate) const LEFT_OUT_OF_SPANS: &[(&str, &str)] = &[
    ("thread.id", "spans move between threads, so the first one's says little"),
    ("thread.name", "spans move between threads, so the first one's says little"),
    (
        "busy_ns",
        "it costs two clock reads at each enter and exit; the children say where the time went",
    ),
    (
        "idle_ns",
        "it costs two clock reads at each enter and exit; the children say where the time went",
    ),
    ("code.module.name", "`code.file.path` says it already"),
    ("target", "`code.file.path` says it already"),
];

/// What it adds to every event by itself, and we do not; with the reason.
pub(crate) const LEFT_OUT_OF_EVENTS: &[(&str, &str)] = &[
    ("code.file.path", "the event's target says where it comes from"),
    ("code.module.name", "the event's target says where it comes from"),
    ("code.line.number", "the event's target says where it comes from"),
];

/// A fact of one span that both tell, each in its own way.
pub(crate) struct Otherwise {
    pub(crate) span: &'static str,
    pub(crate) fact: &'static str,
    pub(crate) theirs: &'static str,
    /// `None`: we do not tell it.
    pub(crate) ours: Option<&'static str>,
}

const fn fact(
    span: &'static str,
    fact: &'static str,
    theirs: &'static str,
    ours: &'static str,
) -> Otherwise {
    Otherwise { span, fact, theirs, ours: Some(ours) }
}

const fn untold(span: &'static str, fact: &'static str, theirs: &'static str) -> Otherwise {
    Otherwise { span, fact, theirs, ours: None }
}

const CHAIN: &str = "\"cannot start: cannot read: not found\"";
const SOURCES: &str = "[\"cannot read\", \"not found\"]";
const TOP: &str = "\"cannot start\"";
const ERROR: &str = "an event with an error";
const ALONE: &str = "an event with an error alone";
const TEXT: &str = "an event with an error as text";

/// The facts, by the reason why we tell them otherwise.
pub(crate) const OTHERWISE: &[(&str, &[Otherwise])] = &[
    (
        "whatever fits a signed 64-bit integer is an integer, so that backends can compare it",
        &[
            fact("unsigned integers", "tiny", "\"7\"", "7"),
            fact("unsigned integers", "small", "\"7\"", "7"),
            fact("unsigned integers", "size", "\"7\"", "7"),
            fact("wide integers", "small", "\"7\"", "7"),
            fact("wide integers", "below", "\"-7\"", "-7"),
            fact("wide integers", "unsigned", "\"7\"", "7"),
        ],
    ),
    (
        "bytes are bytes",
        &[
            fact("bytes", "some", "\"[00 01 ff]\"", "bytes [0, 1, 255]"),
            fact("bytes", "none", "\"[]\"", "bytes []"),
        ],
    ),
    (
        "a key stands once, since receivers refuse whole requests over a duplicate: the last value counts",
        &[
            untold("recorded twice", "number", "1"),
            untold("events with fields", "event 4: level", "\"INFO\""),
        ],
    ),
    (
        "an error is one text with all that caused it, where it was recorded and nowhere else",
        &[
            fact("an error as a field", "error", TOP, CHAIN),
            untold("an error as a field", "error.chain", SOURCES),
            untold("an error as a field", "exception.message", TOP),
            untold("an error as a field", "exception.stacktrace", SOURCES),
            fact(ERROR, "event 0: error", TOP, CHAIN),
            untold(ERROR, "event 0: error.chain", SOURCES),
            untold(ERROR, "event 0: exception.message", TOP),
            untold(ERROR, "event 0: exception.stacktrace", SOURCES),
            untold(ERROR, "exception.message", TOP),
            untold(ERROR, "exception.stacktrace", SOURCES),
            untold(ALONE, "event 0: error", TOP),
            untold(ALONE, "event 0: error.chain", SOURCES),
            fact(ALONE, "event 0: exception.message", TOP, CHAIN),
            untold(ALONE, "event 0: exception.stacktrace", SOURCES),
            untold(ALONE, "exception.message", TOP),
            untold(ALONE, "exception.stacktrace", SOURCES),
        ],
    ),
    (
        "an event that is an error and nothing else is an exception, however the error is given",
        &[fact(ALONE, "event 0", "event tests/tests/otlp_like_the_sdk/program", "exception")],
    ),
    (
        "an event's level says whether its span has failed, not its fields",
        &[fact(TEXT, "status", "ERROR cannot start", "UNSET ")],
    ),
    (
        "code and words of a status are kept in whatever order they come",
        &[fact("words and then a status", "status", "ERROR ", "ERROR out of paper")],
    ),
];
