//! Every trouble over both wires, alone and with a fallback, in programs of one thread and of several, under a load of 20,000 spans
//! a second: what became of every span is known at the end.

use super::{Result, arrivals, other, start};
use anyhow::ensure;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread;
use synndicate_tests::receiver::{Answer, Fault, Receiver, Refusal, Retry, Wire};
use tonic::Code;

const TROUBLES: [Trouble; 14] = [
    Trouble::Gone,
    Trouble::Commits(Fault::Reset),
    Trouble::Commits(Fault::Silence),
    Trouble::Commits(Fault::Garbage),
    Trouble::Commits(Fault::LostAnswer),
    Trouble::TakesAllBut(3),
    Trouble::TooLarge,
    Trouble::AsksForASecond,
    Trouble::Answers(400, Code::InvalidArgument),
    Trouble::Answers(401, Code::Unauthenticated),
    Trouble::Answers(404, Code::Unimplemented),
    Trouble::Answers(500, Code::Internal),
    Trouble::Answers(502, Code::Unavailable),
    Trouble::Answers(503, Code::Unavailable),
];

/// So many requests meet the trouble.
const TIMES: usize = 3;
/// Before and in the trouble.
const SPANS: u64 = 1000;

/// What the first backend does to [`TIMES`] requests.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    /// It listens to nobody, for a while.
    Gone,
    Commits(Fault),
    TakesAllBut(u64),
    Answers(u16, Code),
    TooLarge,
    AsksForASecond,
}

impl Trouble {
    fn answer(self) -> Answer {
        let refusal = match self {
            Trouble::Gone | Trouble::Commits(_) => return Answer::Taken,
            Trouble::TakesAllBut(rejected) => {
                return Answer::TakenBut { rejected, message: "too old".into() };
            }
            Trouble::Answers(status, code) => Refusal::new(status, code, "no"),
            Trouble::TooLarge => {
                let said = "grpc: received message larger than max (5000000 vs. 4194304)";
                Refusal::new(413, Code::ResourceExhausted, said)
            }
            Trouble::AsksForASecond => {
                Refusal::new(429, Code::Unavailable, "slow down").retry(Retry::Seconds(1))
            }
        };
        Answer::Refused(refusal)
    }

    /// What is lost at the most.
    fn losses(self, has_fallback: bool) -> Losses {
        match self {
            Trouble::TakesAllBut(_) => Losses::Some("Rejected"),
            Trouble::Answers(400, _) => Losses::Perhaps("Invalid"),
            Trouble::TooLarge => Losses::Perhaps("TooLarge"),
            Trouble::Answers(401 | 404 | 500, _) if !has_fallback => Losses::Some("Refused"),
            // What does not speak the protocol is asked once more.
            Trouble::Commits(Fault::Garbage) if !has_fallback => Losses::Perhaps("Refused"),
            _ => Losses::None,
        }
    }

    /// Whether a request may have been taken whose answer did not come.
    fn may_duplicate(self) -> bool {
        matches!(self, Trouble::Gone | Trouble::Commits(_))
    }
}

/// For which reason spans are dropped.
#[derive(Debug)]
enum Losses {
    None,
    Some(&'static str),
    /// All parts may be taken in the end.
    Perhaps(&'static str),
}

impl Losses {
    fn reason(&self) -> Option<&'static str> {
        match self {
            Losses::None => None,
            Losses::Some(reason) | Losses::Perhaps(reason) => Some(reason),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    trouble: Trouble,
    wire: Wire,
    has_fallback: bool,
    flavour: &'static str,
}

impl Cell {
    fn all() -> Vec<Cell> {
        let mut cells = Vec::new();
        for trouble in TROUBLES {
            for wire in Wire::ALL {
                for has_fallback in [false, true] {
                    for flavour in ["current", "several"] {
                        cells.push(Cell { trouble, wire, has_fallback, flavour });
                    }
                }
            }
        }
        cells
    }

    fn run(self) -> Result<()> {
        let Cell { trouble, wire, flavour, .. } = self;
        let left = Arc::new(AtomicUsize::new(0));
        let first = Receiver::over(wire).answering({
            let left = left.clone();
            move |export| {
                let meets = |left: usize| left.checked_sub(1);
                let is_met = export.spans().count() > 0
                    && left.fetch_update(Relaxed, Relaxed, meets).is_ok();
                if is_met { trouble.answer() } else { Answer::Taken }
            }
        });
        let first = first.listen()?;
        let second = Receiver::over(other(wire)).listen()?;
        let receivers = if self.has_fallback { vec![&first, &second] } else { vec![&first] };
        let settings = [("tracing_timeout", "500"), ("tracing_health_check_interval", "1")];
        let mut program = start(&receivers, &settings)?;
        let make_spans = format!("tasks {flavour} {SPANS}");
        program.ask(&make_spans)?;
        assert!(program.flush()?);
        match trouble {
            Trouble::Gone => first.go_away(),
            Trouble::Commits(fault) => (0..TIMES).for_each(|_| first.disturb(fault)),
            _ => left.store(TIMES, Relaxed),
        }
        program.ask(&make_spans)?;
        if let Trouble::Gone = trouble {
            program.wait_for_log("does not take spans")?;
            if self.has_fallback {
                assert!(program.flush()?, "the fallback takes all of it");
            }
            first.come_back()?;
        }
        assert!(program.flush()?);
        let account = program.shutdown()?;
        ensure!(account.balances() && account.waiting == 0, "{account:?}");
        ensure!(account.created == 2 * SPANS, "{account:?}");
        let losses = trouble.losses(self.has_fallback);
        let of_reason = losses.reason().map_or(0, |reason| account.dropped_for(reason));
        ensure!(account.dropped() == of_reason, "{account:?}, but {losses:?}");
        ensure!(of_reason > 0 || !matches!(losses, Losses::Some(_)), "{account:?}");
        let arrivals = arrivals(&receivers);
        let is_known = !matches!(trouble, Trouble::TakesAllBut(_));
        ensure!(!is_known || arrivals.len() as u64 == account.exported, "{account:?}");
        let is_twice = arrivals.values().any(|&times| times > 1);
        ensure!(!is_twice || trouble.may_duplicate(), "only what may have arrived is sent twice");
        Ok(())
    }
}

#[test]
fn what_became_of_every_span_is_known_whatever_the_first_backend_does() {
    let cells = Mutex::new(Cell::all());
    let next = || cells.lock().expect("nobody panics with it").pop();
    let failed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        let work = || {
            while let Some(cell) = next() {
                if let Err(error) = cell.run() {
                    let mut failed = failed.lock().expect("nobody panics with it");
                    failed.push(format!("{cell:?}: {error:#}"));
                }
            }
        };
        (0..6).for_each(|_| drop(scope.spawn(work)));
    });
    let failed = failed.into_inner().expect("nobody panics with it");
    assert!(failed.is_empty(), "{failed:#?}");
}
