//! Where traces go, for people.

use crate::exporter::Exporter;
use crate::pipeline::FirstProbe;
use std::sync::mpsc::Receiver;
use std::time::Duration;

/// How long the start waits to hear whether the backend answers.
const FIRST_ANSWER: Duration = Duration::from_millis(300);

/// Where traces go.
pub(super) struct Places {
    primary: String,
    /// Empty where there is no other one.
    fallbacks: String,
}

impl Places {
    pub(super) fn of(primary: &Exporter, fallbacks: &[Exporter]) -> Places {
        let fallbacks: Vec<_> = fallbacks.iter().map(Exporter::place).collect();
        Places { primary: primary.place(), fallbacks: fallbacks.join(" or ") }
    }

    /// Where traces go, and whether that place answers.
    pub(super) fn told(&self, probe: &Receiver<FirstProbe>) -> String {
        let Places { primary, fallbacks } = self;
        let meanwhile = match &**fallbacks {
            "" => "(the program runs on, spans wait)".to_owned(),
            _ => format!("(the program runs on, spans go to {fallbacks} meanwhile)"),
        };
        match probe.recv_timeout(FIRST_ANSWER) {
            Ok(FirstProbe { place, result: Ok(()) }) if fallbacks.is_empty() => place,
            Ok(FirstProbe { place, result: Ok(()) }) => format!("{place}, or else to {fallbacks}"),
            Ok(FirstProbe { place, result: Err(error) }) => {
                format!("{place}, which does not take them: {error}\n{meanwhile}")
            }
            Err(_) => {
                let waited = FIRST_ANSWER.as_millis();
                format!("{primary}, which has not answered within {waited} ms\n{meanwhile}")
            }
        }
    }
}
