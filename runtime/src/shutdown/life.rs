//! How far the service of this process has come: what its own thread and the thread of the signals tell each other.

use crate::forked;
use std::sync::LazyLock;
use std::time::Duration;
use tokio::sync::watch;

/// How long the end of a service may take.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Ends {
    /// The body, after it was asked to end.
    pub(crate) grace: Duration,
    /// What follows the body.
    pub(crate) timeout: Duration,
}

/// One service of this process. There is one at a time, but there may be many after one another.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Life {
    number: u64,
    ends: Ends,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Phase {
    /// The body runs, or its runtime has not ended yet.
    Body,
    /// What there is to send is being sent.
    Flush,
    /// No service runs.
    #[default]
    Gone,
}

/// What is known of the last service.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct State {
    life: Life,
    phase: Phase,
    /// It should come to its end: it was asked to, or its body has ended.
    pub(super) asked: bool,
    /// Its time is over: it ends with this code.
    pub(super) code: Option<i32>,
}

static STATE: LazyLock<watch::Sender<State>> =
    LazyLock::new(|| watch::Sender::new(State::default()));

/// The service that runs, or ran last.
pub(super) fn now() -> Life {
    STATE.borrow().life
}

/// Waits for a state and returns it. The sender is never dropped, so that there always is one.
pub(super) async fn until(reached: impl FnMut(&State) -> bool) -> State {
    let mut states = STATE.subscribe();
    let state = states.wait_for(reached).await.map(|state| *state);
    state.unwrap_or_default()
}

impl Life {
    /// Begins a service, unless one runs.
    pub(super) fn begin(ends: Ends) -> Option<Life> {
        if forked::is_child() {
            return None;
        }
        let mut begun = None;
        STATE.send_if_modified(|state| {
            if state.phase == Phase::Gone {
                let life = Life { number: state.life.number + 1, ends };
                *state = State { life, phase: Phase::Body, ..State::default() };
                begun = Some(life);
            }
            begun.is_some()
        });
        begun
    }

    pub(super) fn ends(&self) -> Ends {
        self.ends
    }

    pub(super) fn phase(self) -> Phase {
        self.phase_in(&STATE.borrow())
    }

    fn phase_in(self, state: &State) -> Phase {
        if state.life.number == self.number { state.phase } else { Phase::Gone }
    }

    /// Asks the body to end.
    pub(super) fn ask(self) {
        self.change(|state| state.asked = true);
    }

    /// Says that the body's time is over, unless it has ended.
    pub(super) fn abandon(self, code: i32) {
        self.change(|state| {
            if state.phase == Phase::Body {
                state.code = Some(code);
            }
        });
    }

    /// Asks what runs beside the body to end, when the body has ended.
    pub(crate) fn ask_when_dropped(self) -> Asking {
        Asking(self)
    }

    /// Nothing of the body runs any more. Says with which code the program must end, if its time was over before.
    pub(crate) fn flush(self) -> Option<i32> {
        let mut code = None;
        self.change(|state| {
            state.phase = Phase::Flush;
            code = state.code;
        });
        code
    }

    /// All is done.
    pub(crate) fn end(self) {
        self.change(|state| state.phase = Phase::Gone);
    }

    /// Comes when nothing of the body runs any more.
    pub(super) async fn until_flush(self) {
        until(|state| self.phase_in(state) != Phase::Body).await;
    }

    /// Comes when the service has ended.
    pub(super) async fn until_gone(self) {
        until(|state| self.phase_in(state) == Phase::Gone).await;
    }

    /// In a forked child nobody is there to be told, and whoever was at the state may have stayed with the parent.
    fn change(self, change: impl FnOnce(&mut State)) {
        if forked::is_child() {
            return;
        }
        STATE.send_if_modified(|state| {
            let is_mine = state.life.number == self.number;
            if is_mine {
                change(state);
            }
            is_mine
        });
    }
}

/// Asks for the end when it is dropped.
#[derive(Debug)]
pub(crate) struct Asking(Life);

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.ask();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One test, because there is one service at a time in this process.
    #[tokio::test]
    async fn a_life_goes_its_way_and_has_no_say_in_the_next() {
        let first = Life::begin(Ends::default()).unwrap();
        assert_eq!(Life::begin(Ends::default()), None, "there is one at a time");
        assert_eq!((now(), first.phase()), (first, Phase::Body));

        drop(first.ask_when_dropped());
        first.abandon(143);
        assert_eq!(until(|state| state.asked).await.code, Some(143));
        assert_eq!(first.flush(), Some(143));
        first.until_flush().await;
        first.end();
        assert_eq!(first.phase(), Phase::Gone);

        let second = Life::begin(Ends::default()).unwrap();
        // Whoever waits for the first one has missed its end, and must not take the second one for it.
        first.until_flush().await;
        first.until_gone().await;
        first.abandon(129);
        first.end();
        assert_eq!((first.phase(), second.phase()), (Phase::Gone, Phase::Body));
        assert_eq!(second.flush(), None);
        second.abandon(130);
        assert_eq!(second.flush(), None, "its body had ended in time");
        second.end();
    }
}
