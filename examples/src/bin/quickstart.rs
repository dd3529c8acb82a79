//! Two attributes and a trace on the console. Nothing else is needed:
//!
//! ```text
//! cargo run --bin quickstart
//! ```

use std::io;
use synndicate::{traced, traced_service};
use tracing::info;

#[traced_service(tracing_backend = "console")]
fn main() {
    answer("how do I make a paper boat?");
}

#[traced]
fn answer(question: &str) -> String {
    let pages = search(question, 3);
    info!(pages = pages.len(), "read");
    let draft = write(&pages);
    // An error is on the span without a word about it in the code.
    send(&draft).unwrap_or_else(|error| format!("not sent: {error}"))
}

/// The text of `topic` stays here unless somebody asks for it; its length is recorded by itself.
#[traced(capture(topic))]
fn search(topic: &str, limit: usize) -> Vec<String> {
    (1..=limit).map(|page| format!("page {page} about {topic}")).collect()
}

#[traced]
fn write(pages: &[String]) -> String {
    synndicate::set_attribute("draft.style", "brief");
    pages.join(", ")
}

#[traced]
fn send(draft: &str) -> io::Result<String> {
    let message = format!("nobody listens to {} letters", draft.len());
    Err(io::Error::new(io::ErrorKind::ConnectionRefused, message))
}
