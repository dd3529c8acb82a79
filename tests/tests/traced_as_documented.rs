//! What the documentation of `#[traced]` promises and no other test shows.

use futures::FutureExt as _;
use std::error::Error;
use std::fmt;
use std::mem::size_of_val;
use synndicate::testing::{AttributeValue, Span, Status, capture};
use synndicate::traced;

/// An error with a cause.
#[derive(Debug)]
struct Outer(Inner);

#[derive(Debug)]
struct Inner;

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no letter")
    }
}

impl fmt::Display for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ann@example.org has none")
    }
}

impl Error for Outer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

impl Error for Inner {}

fn words(span: &Span) -> Option<&AttributeValue> {
    span.events.first()?.attribute("exception.message")
}

#[test]
fn words_of_errors_are_kept_in_where_that_is_said() {
    #[traced]
    fn all() -> Result<(), Outer> {
        Err(Outer(Inner))
    }
    #[traced(err(Display))]
    fn without_sources() -> Result<(), Outer> {
        Err(Outer(Inner))
    }
    #[traced(err(if |_| false))]
    fn without_words() -> Result<(), Outer> {
        synndicate::set_attribute("otel.status_code", "ERROR");
        Err(Outer(Inner))
    }
    let spans = capture(|| {
        let _ = (all(), without_sources(), without_words());
    });
    assert_eq!(words(spans.one("all")), Some(&"no letter: ann@example.org has none".into()));
    assert_eq!(words(spans.one("without_sources")), Some(&"no letter".into()));
    assert_eq!(spans.one("without_words").events, []);
    assert_eq!(spans.one("without_words").status, Status::Error(String::new()));
}

#[test]
fn async_function_belongs_to_where_it_is_polled_first_unless_it_says_where() {
    #[traced]
    async fn plain() {}
    #[traced(parent = tracing::Span::current())]
    async fn placed() {}
    #[traced]
    fn calls() -> impl FnOnce() {
        let (plain, placed) = (plain(), placed());
        move || assert!(plain.now_or_never().and(placed.now_or_never()).is_some())
    }
    #[traced]
    fn polls(work: impl FnOnce()) {
        work();
    }
    let spans = capture(|| polls(calls()));
    assert!(spans.one("plain").is_child_of(spans.one("polls")), "{spans}");
    assert!(spans.one("placed").is_child_of(spans.one("calls")), "{spans}");
}

#[test]
fn future_that_stays_an_async_function_is_larger_by_its_arguments() {
    #[traced]
    async fn changed(bytes: [u8; 200]) -> usize {
        std::future::ready(()).await;
        bytes.len()
    }
    #[traced]
    #[must_use]
    async fn kept(bytes: [u8; 200]) -> usize {
        std::future::ready(()).await;
        bytes.len()
    }
    let [changed, kept] = [size_of_val(&changed([0; 200])), size_of_val(&kept([0; 200]))];
    assert!((200..300).contains(&(kept - changed)), "{kept} and {changed}");
}

#[test]
fn agent_or_tool_without_a_name_is_called_after_its_type_or_its_function() {
    struct Planner;
    #[traced(agent)]
    impl Planner {
        #[traced(agent)]
        fn process(&self) {}
        fn remember(&self) {}
    }
    #[traced(agent)]
    fn plan() {}
    let spans = capture(|| {
        Planner.process();
        Planner.remember();
        plan();
    });
    let names = ["invoke_agent Planner", "Planner::remember", "invoke_agent plan"];
    for (name, agent) in names.into_iter().zip(["Planner", "Planner", "plan"]) {
        assert_eq!(spans.one(name).attribute("gen_ai.agent.name"), Some(&agent.into()), "{name}");
    }
}
