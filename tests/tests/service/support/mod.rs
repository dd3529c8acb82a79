//! What the tests of services share: programs as child processes, and backends for them to send to.

mod backend;
mod program;
mod terminal;
mod untrusted;

pub(crate) use backend::{
    Arrived, Hanging, Silent, is_true, nobody, refusing, refusing_over, status, taking,
    taking_over, text_of,
};
pub(crate) use program::{ASYNC, COMMAND, FORMS, LAYERED, Outcome, Program, Running, SYNC};
pub(crate) use rustix::process::Signal;
pub(crate) use synndicate_tests::receiver::{Receiver, Wire};
pub(crate) use untrusted::Untrusted;

/// A program that sends its spans to this backend.
pub(crate) fn sending(program: Program, backend: &Receiver) -> Program {
    backend.settings().into_iter().fold(program, |program, (key, value)| program.set(key, &value))
}

/// A program that sends its spans over OTLP/HTTP, wherever that leads.
pub(crate) fn sending_to(program: Program, endpoint: &str) -> Program {
    sending_over(Wire::Http, program, endpoint)
}

/// A program that sends its spans over this wire, wherever that leads.
pub(crate) fn sending_over(wire: Wire, program: Program, endpoint: &str) -> Program {
    program
        .set("tracing_backend", "otlp")
        .set("tracing_protocol", wire.name())
        .set("tracing_endpoint", endpoint)
}

/// The signals that end a program, what they are called, and its code then.
pub(crate) const ENDING: [(Signal, &str, i32); 3] =
    [(Signal::TERM, "SIGTERM", 143), (Signal::INT, "SIGINT", 130), (Signal::HUP, "SIGHUP", 129)];

/// What the program says at its end of what became of its spans.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ledger {
    pub(crate) created: u64,
    pub(crate) exported: u64,
    pub(crate) dropped: u64,
    pub(crate) waiting: u64,
}

impl Outcome {
    /// That the program has ended by itself, or by us, with this code.
    #[track_caller]
    pub(crate) fn assert_code(&self, code: i32) {
        assert_eq!((self.code, self.signal), (Some(code), None), "{self:#?}");
    }

    #[track_caller]
    pub(crate) fn assert_says(&self, text: &str) {
        assert!(self.stderr.contains(text), "`{text}` is missing in:\n{}", self.stderr);
    }

    #[track_caller]
    pub(crate) fn assert_never_says(&self, text: &str) {
        assert!(!self.stderr.contains(text), "`{text}` is in:\n{}", self.stderr);
    }

    /// The line about where traces go.
    #[track_caller]
    pub(crate) fn place(&self) -> &str {
        self.stderr.lines().next().unwrap()
    }

    /// The ledger that was printed.
    #[track_caller]
    pub(crate) fn ledger(&self) -> Ledger {
        self.ledger_where_lost().unwrap_or_else(|| panic!("no ledger: {}", self.stderr))
    }

    /// The ledger, which is printed where spans were lost.
    #[track_caller]
    pub(crate) fn ledger_where_lost(&self) -> Option<Ledger> {
        let line = self.stderr.lines().find(|line| line.contains("spans created"))?;
        let numbers: Vec<u64> =
            line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        let [created, exported, dropped, waiting] = numbers[..] else {
            panic!("no ledger: {line}")
        };
        Some(Ledger { created, exported, dropped, waiting })
    }
}

impl Ledger {
    /// That of a program that lost nothing.
    pub(crate) fn of_taken(spans: u64) -> Ledger {
        Ledger { created: spans, exported: spans, dropped: 0, waiting: 0 }
    }
}
