//! What backends do, what it may cost, and over which wires it means something.

use synndicate_tests::receiver::{Answer, Fault, Refusal, Retry, Wire};
use tonic::Code;

/// What the first backend does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Trouble {
    /// It listens to nobody, for a while.
    Gone,
    Restarts,
    ChangesAddress,
    /// It is replaced by a server that takes this wire and not the one before.
    ChangesWire,
    /// Its certificate is not renewed in time.
    CertificateExpires,
    /// Its name has no address.
    HasNoAddress,
    Commits(Fault),
    TakesAllBut(u64),
    Answers(u16, Code),
    TooLarge,
    AsksForASecond,
}

/// What may be lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Losses {
    Nothing,
    /// Some spans, for this reason and no other.
    Some(&'static str),
    /// The same, but all parts may be taken in the end.
    Perhaps(&'static str),
    Everything(&'static str),
}

/// One trouble.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) trouble: Trouble,
    /// Where nobody stands in, neither a backend nor a spool that outlasts it.
    pub(super) alone: Losses,
    pub(super) with_spool: Losses,
    pub(super) with_fallback: Losses,
    /// Whether requests may have been taken whose answers did not come.
    pub(super) may_come_twice: bool,
    /// Wires over which it means nothing, and why.
    left_out: &'static [(Wire, &'static str)],
}

pub(super) static TABLE: [Row; 19] = [
    Row::of(Trouble::Gone).may_come_twice(),
    Row::of(Trouble::Restarts).may_come_twice(),
    Row::of(Trouble::ChangesAddress).may_come_twice(),
    Row::of(Trouble::ChangesWire).may_come_twice(),
    Row::of(Trouble::CertificateExpires).may_come_twice(),
    Row::of(Trouble::HasNoAddress).costs_without_a_spool(Losses::Everything("ShutDown")),
    Row::of(Trouble::Commits(Fault::Reset)).may_come_twice(),
    Row::of(Trouble::Commits(Fault::Silence)).may_come_twice(),
    // What does not speak the protocol is asked once more.
    Row::of(Trouble::Commits(Fault::Garbage))
        .may_come_twice()
        .costs_alone(Losses::Perhaps("Refused")),
    Row::of(Trouble::Commits(Fault::LostAnswer)).may_come_twice(),
    Row::of(Trouble::TakesAllBut(3)).costs(Losses::Some("Rejected")).left_out(&[
        (Wire::Zipkin, "its servers take a list or refuse it"),
        (Wire::Jaeger, "its answer has no fields"),
    ]),
    Row::of(Trouble::TooLarge).costs(Losses::Perhaps("TooLarge")),
    Row::of(Trouble::AsksForASecond),
    Row::of(Trouble::Answers(400, Code::InvalidArgument)).costs(Losses::Perhaps("Invalid")),
    Row::of(Trouble::Answers(401, Code::Unauthenticated)).costs_alone(Losses::Some("Refused")),
    Row::of(Trouble::Answers(404, Code::Unimplemented)).costs_alone(Losses::Some("Refused")),
    Row::of(Trouble::Answers(500, Code::Internal)).costs_alone(Losses::Some("Refused")),
    Row::of(Trouble::Answers(502, Code::Unavailable)),
    Row::of(Trouble::Answers(503, Code::Unavailable)),
];

impl Row {
    /// A trouble that costs nothing.
    const fn of(trouble: Trouble) -> Row {
        Row {
            trouble,
            alone: Losses::Nothing,
            with_spool: Losses::Nothing,
            with_fallback: Losses::Nothing,
            may_come_twice: false,
            left_out: &[],
        }
    }

    const fn may_come_twice(self) -> Row {
        Row { may_come_twice: true, ..self }
    }

    const fn costs(self, losses: Losses) -> Row {
        Row { alone: losses, with_spool: losses, with_fallback: losses, ..self }
    }

    /// What a backend refuses for good no spool keeps.
    const fn costs_alone(self, losses: Losses) -> Row {
        Row { alone: losses, with_spool: losses, ..self }
    }

    const fn costs_without_a_spool(self, losses: Losses) -> Row {
        Row { alone: losses, ..self }
    }

    const fn left_out(self, left_out: &'static [(Wire, &'static str)]) -> Row {
        Row { left_out, ..self }
    }

    /// Where it means something.
    pub(super) fn wires(&self) -> impl Iterator<Item = Wire> {
        let is_left_out = |wire: &Wire| self.left_out.iter().any(|(left_out, _)| left_out == wire);
        let wires = [Wire::Grpc, Wire::Http, Wire::Zipkin, Wire::Jaeger];
        wires.into_iter().filter(move |wire| !is_left_out(wire))
    }
}

impl Trouble {
    /// What a request with spans is answered.
    pub(super) fn answer(self) -> Answer {
        let refusal = match self {
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
            _ => return Answer::Taken,
        };
        Answer::Refused(refusal)
    }
}

impl Losses {
    pub(super) fn reason(self) -> Option<&'static str> {
        match self {
            Losses::Nothing => None,
            Losses::Some(reason) | Losses::Perhaps(reason) | Losses::Everything(reason) => {
                Some(reason)
            }
        }
    }

    /// Whether so many of `all` spans may be what was lost.
    pub(super) fn allow(self, lost: u64, all: u64) -> bool {
        match self {
            Losses::Nothing => lost == 0,
            Losses::Some(_) => lost > 0,
            Losses::Perhaps(_) => true,
            Losses::Everything(_) => lost == all,
        }
    }
}
