//! An agent system: a planner that calls its tools at once, and one tool that fails.
//!
//! ```text
//! cargo run --bin agents                                                  # as a tree on the console
//! SYN_OBSERVABILITY__TRACING_BACKEND=jaeger cargo run --bin agents        # to a Jaeger on this machine
//! ```

use anyhow::{Context, Result, bail};
use async_trait::async_trait;
use futures::future::join_all;
use synndicate::{traced, traced_service};
use tokio::time::{Duration, sleep};

#[async_trait]
trait Agent: Send + Sync {
    async fn process(&self, query: &str) -> Result<String>;
}

struct Planner {
    tools: Vec<Box<dyn Agent>>,
}

struct Search;
struct Mail;

#[traced]
#[async_trait]
impl Agent for Planner {
    async fn process(&self, query: &str) -> Result<String> {
        let answers = join_all(self.tools.iter().map(|tool| tool.process(query))).await;
        Ok(answers.into_iter().filter_map(Result::ok).collect::<Vec<_>>().join("; "))
    }
}

#[traced]
#[async_trait]
impl Agent for Search {
    async fn process(&self, query: &str) -> Result<String> {
        sleep(Duration::from_millis(20)).await;
        Ok(format!("three flights for {query}"))
    }
}

#[traced]
#[async_trait]
impl Agent for Mail {
    async fn process(&self, query: &str) -> Result<String> {
        sleep(Duration::from_millis(5)).await;
        bail!("the mailbox is full, {} more bytes do not fit", query.len())
    }
}

#[traced_service(tracing_backend = "console")]
async fn main() -> Result<()> {
    let planner = Planner { tools: vec![Box::new(Search), Box::new(Mail)] };
    let answer = planner.process("Lisbon in May").await.context("no plan")?;
    println!("{answer}");
    Ok(())
}
