//! How spans wait for the backend.

use super::key::{Key, key};
use crate::settings::kind::{Bounds, Kind, Times};
use crate::settings::quantity::Unit;
use std::time::Duration;

const MIB: u64 = 1 << 20;

pub(super) static KEYS: &[Key] = &[
    key(
        "tracing_batch_timeout",
        Kind::Duration(
            Times {
                unit: Unit::Milliseconds,
                bounds: Bounds {
                    min: Duration::from_millis(1),
                    max: Duration::from_secs(600),
                    low: "every span would be a request of its own",
                    high: "a trace would be looked for in vain for too long",
                },
                usual: (Duration::from_millis(50), Duration::from_secs(60)),
            },
            |to| &mut to.tracing_batch_timeout,
        ),
    )
    .default("5000")
    .otel(&["OTEL_BSP_SCHEDULE_DELAY"])
    .doc("How long a span waits for others before a batch leaves that is not full."),
    key(
        "tracing_max_batch_size",
        Kind::Count(
            Bounds {
                min: 1,
                max: 1_000_000,
                low: "a batch without spans would never leave",
                high: "requests are cut by `tracing_max_request_bytes` long before",
            },
            |to| &mut to.tracing_max_batch_size,
        ),
    )
    .default("512")
    .otel(&["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"])
    .doc("The most spans of one batch; at most `tracing_max_queue_size`."),
    key(
        "tracing_max_request_bytes",
        Kind::Size(
            Bounds {
                min: MIB / 16,
                max: 64 * MIB,
                low: "a single span with a long text would be too large",
                high: "no common backend takes it, and what is refused goes again in parts",
            },
            |to| &mut to.tracing_max_request_bytes,
        ),
    )
    .default("\"3.5 MiB\"")
    .doc(
        "The largest request before compression. Collectors refuse more than 4 MiB \
         unless they are told otherwise.",
    ),
    key(
        "tracing_max_queue_size",
        Kind::Count(
            Bounds {
                min: 1,
                max: 100_000_000,
                low: "every span would be dropped",
                high: "no machine holds that many: see `tracing_max_queue_bytes`",
            },
            |to| &mut to.tracing_max_queue_size,
        ),
    )
    .default("2048")
    .otel(&["OTEL_BSP_MAX_QUEUE_SIZE"])
    .doc(
        "The most spans that wait for the backend, beyond those that the threads have \
         not handed over. More are dropped and counted: raise it where spans are \
         dropped because the queue is full.",
    ),
    key(
        "tracing_max_queue_bytes",
        Kind::Size(
            Bounds {
                min: MIB / 4,
                max: 64 * 1024 * MIB,
                low: "it would not hold what a busy thread hands over at once",
                high: "spans that wait are not worth the memory",
            },
            |to| &mut to.tracing_max_queue_bytes,
        ),
    )
    .default("\"64 MiB\"")
    .doc(
        "The most memory of the spans that wait for the backend; more are dropped and \
         counted.",
    ),
    key("tracing_spool_dir", Kind::Path(|to| &mut to.tracing_spool_dir))
        .example("\"/var/lib/shop/spans\"")
        .doc(
            "A folder in which spans wait while no backend takes them and the queue fills, \
             also beyond the end of the program, a crash and `kill -9`: the next start sends \
             them. It is made where it is missing, for the program's user only, since spans \
             may hold what is private; it must be on a disk that stays, which a container's \
             own is not. Programs may share it. A crash of the whole machine may take the \
             last second.",
        ),
    key(
        "tracing_spool_max_bytes",
        Kind::Size(
            Bounds {
                min: 16 * MIB,
                max: 1024 * 1024 * MIB,
                low: "a few batches would fill it",
                high: "it would take days to send what is in it",
            },
            |to| &mut to.tracing_spool_max_bytes,
        ),
    )
    .default("\"256 MiB\"")
    .doc(
        "The most bytes that each program keeps in `tracing_spool_dir`; when it is full, \
         the oldest spans are dropped and counted. At least four times \
         `tracing_max_request_bytes`.",
    ),
];
