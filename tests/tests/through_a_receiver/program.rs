//! The program: a server that lets a planner ask two tools at once, one of which fails, beside what only `tracing` knows.

use async_trait::async_trait;
use futures::executor::block_on;
use futures::future::join_all;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use synndicate::traced;
use tracing::{Instrument, error, field, info, info_span};

#[derive(Debug)]
pub(crate) struct MailboxFull {
    missing: usize,
    source: fmt::Error,
}

impl fmt::Display for MailboxFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes do not fit", self.missing)
    }
}

impl std::error::Error for MailboxFull {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

#[async_trait]
trait Agent: Send + Sync {
    async fn process(&self, query: &str) -> Result<String, MailboxFull>;
}

struct Planner {
    tools: Vec<Box<dyn Agent>>,
}

struct Search;
struct Mail;

#[traced]
#[async_trait]
impl Agent for Planner {
    async fn process(&self, query: &str) -> Result<String, MailboxFull> {
        let answers = join_all(self.tools.iter().map(|tool| tool.process(query))).await;
        Ok(answers.into_iter().filter_map(Result::ok).collect())
    }
}

#[traced]
#[async_trait]
impl Agent for Search {
    async fn process(&self, query: &str) -> Result<String, MailboxFull> {
        synndicate::set_attribute("pages", 3);
        Ok(query.to_uppercase())
    }
}

#[traced]
#[async_trait]
impl Agent for Mail {
    async fn process(&self, query: &str) -> Result<String, MailboxFull> {
        Err(MailboxFull { missing: query.len(), source: fmt::Error })
    }
}

#[traced(name = "rank pages", capture(best), fields(unit = "points", ratio = 0.5, raw = &[1_u8, 255][..]))]
fn rank(pages: u32, best: &str, strict: bool) -> i64 {
    info!(pages, strict, "ranked {}", best);
    -7
}

#[traced]
fn stumble() {
    panic!("no más: 🦀");
}

/// All of it, as one trace.
pub(crate) fn serve() {
    let request = info_span!(
        "request",
        otel.name = "GET /plan",
        otel.kind = "server",
        http.route = "/plan",
        http.response.status_code = field::Empty,
    );
    request.in_scope(|| {
        let planner = Planner { tools: vec![Box::new(Search), Box::new(Mail)] };
        let answer = block_on(planner.process("Lisbon").instrument(info_span!("plan", step = 1)));
        info!(is_ok = answer.is_ok(), "answered");
        rank(3, "página ½", true);
        let panicked = catch_unwind(AssertUnwindSafe(stumble));
        let audit = info_span!("audit", otel.status_code = "OK", panicked = panicked.is_err());
        audit.follows_from(&request);
        audit.in_scope(|| error!(code = 7, "to be looked at"));
    });
    request.record("http.response.status_code", 200);
}
