//! The commands, and what each may be told.

use super::arguments::Arguments;
#[cfg(feature = "spool")]
use super::spool;
use super::{Outcome, check, config, init};
use crate::settings::Sources;

/// One command.
pub(super) struct Command {
    /// The words that call it.
    pub(super) name: &'static str,
    /// What it does, in one line.
    pub(super) about: &'static str,
    /// What else there is to know.
    pub(super) more: &'static str,
    pub(super) options: &'static [Opt],
    /// Does it, and says with which code.
    pub(super) run: fn(&Arguments, &Sources) -> Outcome,
}

/// One option of a command.
pub(super) struct Opt {
    pub(super) name: &'static str,
    /// What its value is called, where it has one.
    pub(super) value: Option<&'static str>,
    pub(super) about: &'static str,
}

const fn flag(name: &'static str, about: &'static str) -> Opt {
    Opt { name, value: None, about }
}

const JSON: Opt = flag("--json", "one JSON object, for programs");

/// In the order in which help lists them.
pub(super) static COMMANDS: &[Command] = &[
    Command {
        name: "check",
        about: "are the settings right, and does each backend take spans?",
        more: "Sends each backend an empty request and then one marked span, the root of a trace \
               of its own. Where a backend answers queries, the trace is read back: a `jaeger` at \
               port 16686 of its host, a `zipkin` at its own. Code 0: all is well; 1: a backend \
               does not take spans, or does not show the trace; 78: the settings are wrong.",
        options: &[
            Opt {
                name: "--query",
                value: Some("URL"),
                about: "where the first backend answers queries, as http://jaeger:16686",
            },
            Opt {
                name: "--wait",
                value: Some("SECONDS"),
                about: "how long a trace may take to be shown; 10 without it",
            },
            JSON,
        ],
        run: check::run,
    },
    Command {
        name: "config",
        about: "which value counts for each key, and who said so",
        more: "The values of headers and other secrets are never shown. Code 78: the settings are \
               wrong.",
        options: &[flag("--changed", "only what is not the default"), JSON],
        run: config::run,
    },
    Command {
        name: "init",
        about: "writes a `Synndicate.toml` with every key explained",
        more: "It goes into the working directory, and nothing is overwritten unasked. Code 1: it \
               cannot be written.",
        options: &[
            flag("--force", "also where there is one"),
            flag("--stdout", "to standard output instead"),
        ],
        run: init::run,
    },
    #[cfg(feature = "spool")]
    Command {
        name: "spool list",
        about: "what waits in `tracing_spool_dir`",
        more: "Works beside services that run. Code 78: there is no such folder in the settings.",
        options: &[JSON],
        run: spool::list,
    },
    #[cfg(feature = "spool")]
    Command {
        name: "spool replay",
        about: "sends what waits there to the first server that takes it",
        more: "What belongs to a service that runs is left to it. Code 1: something still waits.",
        options: &[JSON],
        run: spool::replay,
    },
    #[cfg(feature = "spool")]
    Command {
        name: "spool empty",
        about: "deletes what waits there, and what is damaged",
        more: "What belongs to a service that runs is left to it. Asks on a terminal; elsewhere \
               `--yes` must be said.",
        options: &[flag("--yes", "do not ask"), JSON],
        run: spool::empty,
    },
];
