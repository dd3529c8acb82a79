//! How the program ends.

use super::key::{Key, key};
use crate::settings::kind::{Bounds, Field, Kind, Times};
use crate::settings::quantity::Unit;
use std::time::Duration;

pub(super) static KEYS: &[Key] = &[
    key("shutdown_grace", shutdown_time(Duration::ZERO, |to| &mut to.shutdown_grace))
        .default("4")
        .doc(
            "How long the program may go on after SIGTERM or SIGINT before its `main` is \
         dropped. `shutdown_grace` and `shutdown_timeout` together must stay below \
         the time after which the platform kills: 10 s with Docker, 30 s with \
         Kubernetes (terminationGracePeriodSeconds).",
        ),
    key(
        "shutdown_timeout",
        shutdown_time(Duration::from_millis(100), |to| &mut to.shutdown_timeout),
    )
    .default("5")
    .doc(
        "How long the last spans may take to leave at the end of the program, \
         everything included.",
    ),
];

const fn shutdown_time(min: Duration, field: Field<Duration>) -> Kind {
    let bounds = Bounds {
        min,
        max: Duration::from_secs(600),
        low: if min.is_zero() { "" } else { "nothing can be sent in time" },
        high: "every platform kills long before",
    };
    let usual = (Duration::ZERO, Duration::from_secs(120));
    Kind::Duration(Times { unit: Unit::Seconds, bounds, usual }, field)
}
