//! Rules for single spans, `[[observability.span]]`, over functions with the attribute: read from the file of a real process,
//! and swapped while functions run.

use anyhow::Result;
use std::fmt;
use std::sync::mpsc::channel;
use synndicate::testing::{AttributeValue, Recording, Span, Spans};
use synndicate::{callsites, traced};
use synndicate_tests::program::{Program, variable};
use synndicate_tests::receiver::{Export, Receiver, Wire};
use synndicate_tests::spans::show;

const SERVICE: &str = env!("CARGO_BIN_EXE_driven_service");

#[test]
fn the_rules_of_the_file_reach_the_wire() -> Result<()> {
    let receiver = Receiver::over(Wire::Http).listen()?;
    let rules = "
        [[observability.span]]
        function = 'driven_service::work'
        rename = 'ruled'
        redact = ['text']
        attributes = { team = 'search', tier = 2 }

        [[observability.span]]
        function = 'bad'
        capture = ['result']
        ";
    let settings = receiver.settings();
    let variables = settings.iter().map(|(key, value)| (variable(key), (*value).clone()));
    let mut service = Program::start_with(SERVICE, variables, Some(rules))?;
    service.ask("spans 1 10")?;
    service.ask("bad")?;
    service.shutdown()?;
    let noted = receiver.noted();
    let shown = show(noted.exports.iter().flat_map(Export::spans));
    let attributes = |name: &str| {
        let attributes = shown[name].attributes.iter().filter(|(key, _)| !key.starts_with("code."));
        attributes.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ")
    };
    let expected = "number=0 team=\"search\" text=\"[redacted]\" tier=2";
    assert_eq!(
        (attributes("ruled").as_str(), attributes("bad").as_str()),
        (expected, "result=\"made\"")
    );
    Ok(())
}

#[test]
fn the_end_tells_of_rules_that_were_for_no_call_site_that_was_reached() -> Result<()> {
    let receiver = Receiver::over(Wire::Http).listen()?;
    let rules = "
        [[observability.span]]
        function = 'driven_service::work'
        redact = ['text']

        [[observability.span]]
        function = 'driven_service::wrok'
        redact = ['token']
        ";
    let told = |spans: &str| -> Result<Vec<String>> {
        let settings = receiver.settings();
        let variables = settings.iter().map(|(key, value)| (variable(key), (*value).clone()));
        let mut service = Program::start_with(SERVICE, variables, Some(rules))?;
        service.ask(spans)?;
        let (_, log) = service.end()?;
        Ok(log.into_iter().filter(|line| line.contains("for no call site")).collect())
    };
    let idle = told("spans 100")?;
    assert!(
        idle.len() == 1
            && idle[0].starts_with("synndicate: warning: rules")
            && idle[0].contains("`function = \"driven_service::wrok\"` in "),
        "{idle:#?}"
    );
    assert!(idle[0].ends_with("Synndicate.toml:6:9"), "{idle:#?}");
    assert_eq!(told("spans 10")?, [""; 0], "too few to say so");
    Ok(())
}

mod planner {
    use super::*;

    pub(super) struct Planner;

    /// Without a value of its own in a span.
    pub(super) struct Order;

    impl fmt::Debug for dyn Secret {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("secret")
        }
    }

    pub(super) trait Secret {}
    impl Secret for Order {}

    #[traced]
    impl Planner {
        pub(super) fn plan(&self, query: &str, letter: char, order: &Order, steps: u32) -> String {
            let _ = (letter, order);
            format!("{query} {steps}")
        }

        pub(super) async fn search(&self, query: String, list: Vec<Order>) -> usize {
            query.len() + list.len()
        }
    }

    #[traced(skip(token), redact(query))]
    pub(super) fn guarded(token: &str, query: &str) {
        let _ = (token, query);
    }

    /// Compiles only if nobody asks whether the value is `Debug`, which it is for one lifetime alone.
    #[traced]
    pub(super) fn borrowed(secret: &dyn Secret) {
        let _ = secret;
    }
}

use planner::{Order, Planner, borrowed, guarded};

fn under(rules: &str, body: impl FnOnce()) -> Spans {
    let recording = Recording::new();
    recording.set_rules(rules);
    recording.run(body);
    recording.spans()
}

fn text(span: &Span, key: &str) -> Option<String> {
    match span.attribute(key)? {
        AttributeValue::Text(text) => Some(text.clone()),
        other => Some(format!("{other:?}")),
    }
}

#[test]
fn arguments_and_results_are_captured_where_a_rule_asks_for_them() {
    let rules = "[[observability.span]]\nfunction = 'Planner::*'\ncapture = ['*']";
    let spans = under(rules, || {
        Planner.plan("rome", 'x', &Order, 3);
        futures::executor::block_on(Planner.search("oslo".to_owned(), vec![Order]));
        guarded("token", "query");
        borrowed(&Order);
    });
    let plan = spans.one("Planner::plan");
    assert_eq!(text(plan, "query").as_deref(), Some("rome"));
    assert_eq!(text(plan, "letter").as_deref(), Some("x"));
    assert_eq!(text(plan, "result").as_deref(), Some("rome 3"));
    assert_eq!((plan.attribute("steps"), plan.attribute("order")), (Some(&3.into()), None));
    let search = spans.one("Planner::search");
    assert_eq!(text(search, "query").as_deref(), Some("oslo"));
    assert_eq!(search.attribute("list_length"), Some(&1.into()));
}

#[test]
fn what_the_code_skips_or_redacts_stays_hidden() {
    let spans = under("[[observability.span]]\ncapture = ['*']", || guarded("abc", "def"));
    let span = spans.one("guarded");
    assert_eq!(text(span, "query").as_deref(), Some("[redacted]"));
    assert!(!format!("{span:?}").contains("abc") && !format!("{span:?}").contains("def"));
}

#[test]
fn methods_are_known_by_their_path_and_listed_with_their_rules() {
    let recording = Recording::new();
    recording.set_rules(
        "[[observability.span]]\nfunction = 'planner::Planner::plan'\nenabled = false\n\
         [[observability.span]]\ntarget = 'span_rules::planner'\nsample_rate = 0.5",
    );
    let listed = recording.run(|| {
        Planner.plan("rome", 'x', &Order, 3);
        callsites()
    });
    let plan =
        listed.iter().find(|site| site.path == "span_rules::planner::Planner::plan").unwrap();
    assert_eq!((plan.enabled, plan.sample_rate, plan.rules.len()), (false, Some(0.5), 2));
    assert_eq!(recording.spans().len(), 0);
}

#[traced]
async fn swapped(query: &str) {
    tokio::task::yield_now().await;
    let _ = query;
}

/// A span of a future is of one set of rules from its first poll to its end, whatever is swapped between its polls.
#[test]
fn rules_that_are_swapped_between_polls_tear_nothing() {
    const CALLS: usize = 20_000;
    let recording = Recording::new();
    let rules = ["['query']", "[]"].map(|capture| {
        let set = capture.len();
        format!(
            "[[observability.span]]\nfunction = 'swapped'\nrename = 'set {set}'\nattributes = {{ set = {set} }}\ncapture = {capture}"
        )
    });
    let (sender, receiver) = channel();
    recording.set_rules(&rules[0]);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            recording.run(|| (0..CALLS).for_each(|_| futures::executor::block_on(swapped("rome"))));
            let _ = sender.send(());
        });
        let mut sets = rules.iter().cycle();
        while receiver.try_recv().is_err() {
            recording.set_rules(sets.next().unwrap_or(&rules[0]));
        }
    });
    let spans = recording.spans();
    assert_eq!(spans.len() as u64 + recording.lost(), CALLS as u64);
    for span in &spans {
        let captures = span.name == "set 9";
        assert_eq!(span.attribute("set"), Some(&if captures { 9 } else { 2 }.into()), "{span:?}");
        assert_eq!(span.attribute("query").is_some(), captures, "{span:?}");
        assert_eq!(span.attribute("query_length").is_none(), captures, "{span:?}");
    }
}
