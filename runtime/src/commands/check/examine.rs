//! One server: is it reached, does it take a span, does it show it?

use super::archive::Archive;
use super::finding::{Finding, Step, Verdict};
use super::marked::Marked;
use crate::batch::{Batch, Resource};
use crate::exporter::{Accepted, ExportError, Exporter, Question};
use crate::plan::{Remote, Wire};
use http::Uri;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// So often whoever shows traces is asked for one.
const PAUSE: Duration = Duration::from_millis(100);

/// What a server is examined with.
pub(super) struct Examiner<'a> {
    pub(super) remote: &'a Remote,
    pub(super) resource: Arc<Resource>,
    /// Where it shows its traces, where somebody has said so.
    pub(super) query: Option<&'a Uri>,
    /// How long a trace may take to be shown.
    pub(super) patience: Duration,
}

impl Examiner<'_> {
    /// Goes on until a step fails.
    pub(super) async fn examine(&self, mut exporter: Exporter) -> Finding {
        let marked = Marked::new();
        let mut steps = vec![self.reach(&mut exporter).await];
        let taken = exporter.chosen();
        if taken.is_some() {
            steps.push(self.send(&mut exporter, &marked).await);
        }
        if steps.iter().all(|step| step.verdict == Verdict::Well) {
            steps.push(self.read(taken, &marked).await);
        }
        Finding {
            name: self.remote.name,
            place: exporter.place(),
            wire: self.wire(taken),
            trace: taken.map(|_| marked.trace()),
            steps,
        }
    }

    fn wire(&self, taken: Option<usize>) -> Option<Wire> {
        self.remote.destinations.get(taken?).map(|destination| destination.wire)
    }

    async fn reach(&self, exporter: &mut Exporter) -> Step {
        let began = Instant::now();
        match exporter.export(&Batch::empty(self.resource.clone())).await {
            Ok(_) => {
                let wire = self.wire(exporter.chosen());
                let wire = wire.map_or_else(|| "spans".into(), |wire| wire.to_string());
                Step::well("reach", format!("takes {wire}"), Some(began.elapsed()))
            }
            Err(error) => failed("reach", error),
        }
    }

    async fn send(&self, exporter: &mut Exporter, marked: &Marked) -> Step {
        let began = Instant::now();
        match exporter.export(&marked.batch(self.resource.clone())).await {
            Ok(Accepted { rejected: 0, .. }) => {
                let text = format!("took the trace {}", marked.trace());
                Step::well("send", text, Some(began.elapsed()))
            }
            Ok(Accepted { message, .. }) => {
                let why = message.unwrap_or_else(|| "it does not say why".into());
                Step::failed("send", format!("rejected the span: {why}"), None)
            }
            Err(error) => failed("send", error),
        }
    }

    async fn read(&self, taken: Option<usize>, marked: &Marked) -> Step {
        match Archive::of(self.remote, taken, self.query) {
            Some(archive) => {
                read(&archive, &archive.remote(self.remote), marked, self.patience).await
            }
            None => Step::unknown(
                "read",
                format!("it is not known where `{}` shows its traces", self.remote.name),
                "`--query http://host:16686` names a Jaeger that shows them",
            ),
        }
    }
}

fn failed(step: &'static str, error: ExportError) -> Step {
    Step::failed(step, error.message, error.hint)
}

/// Asks for the trace until it is shown whole.
async fn read(archive: &Archive, remote: &Remote, marked: &Marked, patience: Duration) -> Step {
    let url = archive.url(&marked.trace());
    let unusable = |why: String| nobody(archive, format!("the trace cannot be read back: {why}"));
    let uri: Uri = match url.parse() {
        Ok(uri) => uri,
        Err(error) => return unusable(format!("`{url}` is no URL: {error}")),
    };
    let mut question = match Question::new(&uri, remote) {
        Ok(question) => question,
        Err(error) => return unusable(error.to_string()),
    };
    let began = Instant::now();
    loop {
        let reply = match question.ask().await {
            Ok(reply) => reply,
            Err(why) => return unusable(why),
        };
        match reply.status {
            200 if holds(&reply.body, &marked.span()) => {
                return Step::well(
                    "read",
                    format!("shown at {}", archive.page(&marked.trace())),
                    Some(began.elapsed()),
                );
            }
            200 | 404 if began.elapsed() < patience => sleep(PAUSE).await,
            200 | 404 => return missing(&url, patience),
            status => return unusable(format!("`{url}` answered {status}")),
        }
    }
}

fn holds(body: &[u8], id: &str) -> bool {
    body.windows(id.len()).any(|window| window == id.as_bytes())
}

fn missing(url: &str, patience: Duration) -> Step {
    let hint = "what takes the spans may drop or sample them, or keep them where this one does not look: its log \
                may say; `--wait` gives it more time, `--query` names another one";
    Step::failed("read", format!("not shown at {url} within {patience:?}"), Some(hint.into()))
}

/// Nobody answers: that is a failure only where somebody said that there is one.
fn nobody(archive: &Archive, text: String) -> Step {
    if archive.is_guessed {
        Step::unknown("read", text, "`--query URL` says where its traces are shown")
    } else {
        Step::failed("read", text, None)
    }
}
