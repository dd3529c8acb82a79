//! What the pipeline says to people: once when a backend stops taking spans, once when it takes them again, and in between
//! seldom. Never through the program's own spans or events.

use super::FirstProbe;
use super::ledger::Ledger;
use crate::exporter::{Accepted, ExportError};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// While a backend stays down, or goes up and down, it is spoken of at most this often.
pub(super) const REMINDER: Duration = Duration::from_secs(60);
/// How many different messages of a backend are shown.
const MESSAGES: usize = 16;

/// Takes a text for people.
pub(crate) type Say = Arc<dyn Fn(&str) + Send + Sync>;

/// Tells the state of one backend.
pub(crate) struct Notices {
    say: Say,
    down: Option<Down>,
    /// When a line about going down was last written.
    last: Option<Instant>,
    messages: Vec<String>,
}

/// The backend takes no spans.
#[derive(Clone, Copy, Debug)]
struct Down {
    since: Instant,
    /// People know.
    told: bool,
}

impl Notices {
    pub(crate) fn new(say: Say) -> Notices {
        Notices { say, down: None, last: None, messages: Vec::new() }
    }

    /// The first probe has failed, and whoever started the pipeline has said so.
    pub(super) fn begin_down(&mut self) {
        let now = Instant::now();
        self.down = Some(Down { since: now, told: true });
        self.last = Some(now);
    }

    /// The first probe was answered when whoever started the pipeline waited no more.
    pub(super) fn answered_late(&self, probe: &FirstProbe) {
        let place = &probe.place;
        match &probe.result {
            Ok(()) => (self.say)(&format!("{place} takes spans")),
            Err(error) => (self.say)(&format!("{place} does not take spans: {error}")),
        }
    }

    /// It takes spans again.
    pub(super) fn came_back(&mut self, place: &str) {
        if let Some(down) = self.down.take()
            && down.told
        {
            let seconds = down.since.elapsed().as_secs_f64();
            (self.say)(&format!("{place} takes spans again, after {seconds:.1} s"));
        }
    }

    /// A batch was taken.
    pub(super) fn delivered(&mut self, place: &str, accepted: &Accepted) {
        self.came_back(place);
        match (accepted.rejected, accepted.message.as_deref()) {
            (0, None) => {}
            (0, Some(message)) => self.remark(message, &format!("{place} says: {message}")),
            (rejected, message) => {
                let message = message.unwrap_or("it does not say why");
                self.remark(message, &format!("{place} rejected {rejected} spans: {message}"));
            }
        }
    }

    /// What a backend says while it takes spans; once per message.
    fn remark(&mut self, message: &str, line: &str) {
        if self.messages.len() < MESSAGES && !self.messages.iter().any(|known| known == message) {
            self.messages.push(message.to_owned());
            (self.say)(line);
        }
    }

    /// A batch or a probe was not taken; spans go to `next` meanwhile, or wait. `ledger` is asked only when a line is written.
    pub(super) fn failed(
        &mut self,
        place: &str,
        error: &ExportError,
        next: Option<&str>,
        ledger: impl FnOnce() -> Ledger,
    ) {
        let now = Instant::now();
        let down = self.down.get_or_insert(Down { since: now, told: false });
        if self.last.is_some_and(|last| now - last < REMINDER) {
            return;
        }
        down.told = true;
        self.last = Some(now);
        let ledger = ledger();
        let (waiting, dropped) = (ledger.waiting, ledger.dropped());
        let fate = match next {
            Some(next) => format!("spans go to {next} meanwhile"),
            None => format!("{waiting} spans wait"),
        };
        (self.say)(&format!(
            "{place} does not take spans: {error}\n({fate}, {dropped} were dropped so far)"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exporter::ErrorKind;
    use std::sync::Mutex;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<String>>>);

    impl Lines {
        fn notices(&self) -> Notices {
            let lines = self.0.clone();
            Notices::new(Arc::new(move |line| lines.lock().unwrap().push(line.to_owned())))
        }

        fn taken(&self) -> Vec<String> {
            std::mem::take(&mut self.0.lock().unwrap())
        }
    }

    fn fail(notices: &mut Notices) {
        let error = ExportError::new(ErrorKind::Unreachable, "connection refused");
        notices.failed("jaeger", &error, None, Ledger::default);
    }

    #[tokio::test(start_paused = true)]
    async fn a_backend_that_stays_down_is_spoken_of_once_a_minute_and_when_it_is_back() {
        let lines = Lines::default();
        let mut notices = lines.notices();
        for _ in 0..600 {
            fail(&mut notices);
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        let down = lines.taken();
        assert_eq!(down.len(), 10, "{down:?}");
        assert_eq!(
            down[0],
            "jaeger does not take spans: connection refused\n(0 spans wait, 0 were dropped so far)"
        );
        notices.delivered("jaeger", &Accepted::default());
        assert_eq!(lines.taken(), ["jaeger takes spans again, after 600.0 s"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_backend_that_flaps_is_spoken_of_once_a_minute() {
        let lines = Lines::default();
        let mut notices = lines.notices();
        for _ in 0..60 {
            fail(&mut notices);
            notices.delivered("jaeger", &Accepted::default());
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        assert_eq!(lines.taken().len(), 2, "one line down, one line back");
    }

    #[tokio::test]
    async fn what_a_backend_says_is_shown_once_per_text() {
        let lines = Lines::default();
        let mut notices = lines.notices();
        let says =
            |rejected, text: Option<&str>| Accepted { rejected, message: text.map(Into::into) };
        for _ in 0..3 {
            notices.delivered("jaeger", &says(3, Some("too old")));
            notices.delivered("jaeger", &says(0, Some("deprecated")));
            notices.delivered("jaeger", &says(2, None));
            notices.delivered("jaeger", &says(0, None));
        }
        let expected = [
            "jaeger rejected 3 spans: too old",
            "jaeger says: deprecated",
            "jaeger rejected 2 spans: it does not say why",
        ];
        assert_eq!(lines.taken(), expected);
    }
}
