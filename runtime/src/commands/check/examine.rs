//! One server: is it reached, does it take a span, does it show it?

use super::archive::Archive;
use super::finding::{Finding, Step};
use super::marked::Marked;
use crate::batch::{Batch, Resource};
use crate::exporter::{Accepted, ExportError, Exporter, Question};
use crate::plan::Remote;
use http::Uri;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// So often whoever shows traces is asked for one.
const PAUSE: Duration = Duration::from_millis(100);

/// What all backends are examined with.
pub(super) struct Examiner {
    pub(super) resource: Arc<Resource>,
    /// Where the first one shows its traces.
    pub(super) query: Option<Uri>,
    /// How long a trace may take to be shown.
    pub(super) patience: Duration,
}

/// Goes on until a step fails.
pub(super) async fn examine(
    remote: &Remote,
    mut exporter: Exporter,
    query: Option<&Uri>,
    examiner: &Examiner,
) -> Finding {
    let marked = Marked::new();
    let mut steps = vec![reach(&mut exporter, examiner).await];
    let taken = exporter.chosen();
    let destination = taken.and_then(|taken| remote.destinations.get(taken));
    let wire = destination.map(|destination| destination.wire);
    let mut finding = Finding {
        name: remote.name,
        place: exporter.place(),
        wire,
        trace: None,
        steps: Vec::new(),
    };
    if let Some(wire) = wire {
        steps.iter_mut().for_each(|step| step.text = format!("takes {wire}"));
        finding.trace = Some(marked.trace());
        steps.push(send(&mut exporter, &marked, examiner).await);
    }
    finding.steps = steps;
    if wire.is_some() && finding.is_well() {
        finding.steps.push(match Archive::of(remote, taken, query) {
            Some(archive) => {
                let remote = archive.remote(remote);
                read(&archive, &remote, &marked, examiner.patience).await
            }
            None => Step::unknown(
                "read",
                format!("it is not known where `{}` shows its traces", remote.name),
                "`--query http://host:16686` names a Jaeger that shows them",
            ),
        });
    }
    finding
}

async fn reach(exporter: &mut Exporter, examiner: &Examiner) -> Step {
    let began = Instant::now();
    match exporter.export(&Batch::empty(examiner.resource.clone())).await {
        Ok(_) => Step::well("reach", "", Some(began.elapsed())),
        Err(error) => failed("reach", error),
    }
}

async fn send(exporter: &mut Exporter, marked: &Marked, examiner: &Examiner) -> Step {
    let began = Instant::now();
    match exporter.export(&marked.batch(examiner.resource.clone())).await {
        Ok(Accepted { rejected: 0, .. }) => {
            Step::well("send", format!("took the trace {}", marked.trace()), Some(began.elapsed()))
        }
        Ok(Accepted { message, .. }) => {
            let why = message.unwrap_or_else(|| "it does not say why".into());
            Step::failed("send", format!("rejected the span: {why}"), None)
        }
        Err(error) => failed("send", error),
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
