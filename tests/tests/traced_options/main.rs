//! The options of `#[traced]` that say where a span belongs, what it is, and what of it is a failure or a secret.

mod foreign;

use futures::FutureExt as _;
use synndicate::testing::{AttributeValue, Span, Spans, Status, capture};
use synndicate::traced;

#[track_caller]
fn check_text(spans: &Spans, span: &str, key: &str, value: &str) {
    assert_eq!(spans.one(span).attribute(key), Some(&value.into()), "{spans}");
}

fn keys(span: &Span) -> Vec<&str> {
    let keys = span.attributes.iter().map(|(key, _)| key.as_str());
    keys.filter(|key| !key.starts_with("code.")).collect()
}

#[test]
fn kind_is_that_of_the_function_unless_a_field_says_otherwise() {
    #[traced(kind = client)]
    fn client() {}
    #[traced(kind = "SERVER")]
    async fn server() {}
    #[traced(kind = producer, fields(otel.kind = "consumer"))]
    fn consumer() {}
    #[traced]
    fn internal() {}
    let spans = capture(|| {
        client();
        server().now_or_never();
        consumer();
        internal();
    });
    let kinds: Vec<_> = spans.iter().map(|span| (span.name.as_str(), span.kind)).collect();
    assert_eq!(kinds, [("client", 3), ("server", 2), ("consumer", 5), ("internal", 1)]);
}

#[test]
fn special_fields_set_what_they_say() {
    #[traced(skip_all, fields(otel.name = %format!("GET /{id}"), otel.status_code = "ERROR", otel.status_description = ?id, id = id))]
    fn sync(id: u8) {}
    #[traced(skip_all, fields(otel.name = name, otel.status_code = "ok"))]
    async fn asynchronous(name: &str) {}
    let spans = capture(|| {
        sync(7);
        asynchronous("renamed").now_or_never();
    });
    let sync = spans.one("GET /7");
    assert_eq!(sync.status, Status::Error("7".into()));
    assert_eq!(keys(sync), ["id"]);
    assert_eq!(spans.one("renamed").status, Status::Ok);
}

#[test]
fn parent_and_root_place_the_span_elsewhere() {
    #[traced(parent = parent, skip_all)]
    fn below_span(parent: &tracing::Span) {
        innermost();
    }
    #[traced(parent = parent.clone(), skip_all)]
    async fn below_id(parent: Option<tracing::span::Id>, owned: String) -> usize {
        innermost();
        owned.len()
    }
    #[traced(parent = None)]
    fn below_nothing() {}
    #[traced(root)]
    fn sync_root() {
        innermost();
    }
    #[traced(root)]
    async fn async_root(_n: u8) {
        innermost();
    }
    #[traced]
    fn innermost() {}
    #[traced]
    fn current() {
        let elsewhere = tracing::info_span!(parent: None, "elsewhere");
        below_span(&elsewhere);
        below_id(elsewhere.id(), "owned".into()).now_or_never();
        below_nothing();
        sync_root();
        async_root(1).now_or_never();
    }
    let spans = capture(current);
    let elsewhere = spans.one("elsewhere");
    assert!(spans.one("below_span").is_child_of(elsewhere), "{spans}");
    assert!(spans.one("below_id").is_child_of(elsewhere), "{spans}");
    assert_eq!(spans.one("below_id").attribute("result"), Some(&5.into()));
    for root in ["below_nothing", "sync_root", "async_root", "current"] {
        assert!(spans.one(root).is_root(), "{root}");
        assert_ne!(spans.one(root).trace_id, elsewhere.trace_id);
    }
    assert_eq!(
        spans.named("innermost").filter(|span| span.is_child_of(spans.one("async_root"))).count(),
        1
    );
    assert_eq!(
        spans.named("innermost").filter(|span| span.is_child_of(spans.one("below_id"))).count(),
        1
    );
}

#[test]
fn causes_become_links() {
    #[traced(follows_from = causes, skip_all)]
    fn sync(causes: &[tracing::Id]) {}
    #[traced(follows_from = [cause.id(), None], skip_all)]
    async fn asynchronous(cause: tracing::Span) {}
    let spans = capture(|| {
        let (first, second) = (tracing::info_span!("first"), tracing::info_span!("second"));
        sync(&[first.id().expect("an id"), second.id().expect("an id")]);
        asynchronous(first).now_or_never();
    });
    let linked =
        |name: &str| spans.one(name).links.iter().map(|link| link.span_id).collect::<Vec<_>>();
    let ids = ["first", "second"].map(|name| spans.one(name).span_id);
    assert_eq!(linked("sync"), ids);
    assert_eq!(linked("asynchronous"), ids[..1]);
}

#[test]
fn hashed_arguments_show_whether_they_are_the_same_and_nothing_else() {
    #[derive(Debug)]
    #[expect(dead_code, reason = "shown by `Debug`")]
    struct Card(&'static str);
    #[traced(hash(email, card, to), capture_all)]
    async fn pay(email: &str, card: Card, (to, cents): (Option<&str>, u32)) {
        let _ = (email, card, to, cents);
    }
    struct Shop;
    #[traced(hash(customer))]
    impl Shop {
        fn visit(customer: String) {
            let _ = customer;
        }
    }
    let spans = capture(|| {
        pay("ann@example.com", Card("4111"), (Some("bob"), 1)).now_or_never();
        pay("bob@example.com", Card("4111"), (None, 2)).now_or_never();
        Shop::visit("ann@example.com".to_owned());
    });
    let [first, second] = &spans.named("pay").collect::<Vec<_>>()[..] else { panic!("{spans}") };
    let visit = spans.one("Shop::visit");
    assert_ne!(first.attribute("email"), second.attribute("email"));
    assert_eq!(first.attribute("email"), visit.attribute("customer"));
    assert_eq!(first.attribute("card"), second.attribute("card"));
    assert_eq!((second.attribute("to"), second.attribute("cents")), (None, Some(&2.into())));
    let text = spans.to_string();
    assert!(!["example", "4111", "bob"].iter().any(|seen| text.contains(seen)), "{text}");
    assert_eq!(text.matches("[hash:").count(), 6, "{text}");
}

#[test]
fn secrets_are_redacted_whatever_captures_everything() {
    #[traced(capture_all)]
    fn login(user: &str, password: &str, api_key: Option<&str>, token_count: u8) {
        let _ = (user, password, api_key, token_count);
    }
    #[traced(capture(session), redact(card))]
    fn pay(session: &str, card: &str, amount: u8) {
        let _ = (session, card, amount);
    }
    #[traced(capture_all, capture(token))]
    fn on_purpose(token: &str) {
        let _ = token;
    }
    let spans = capture(|| {
        login("ann", "hunter2", None, 3);
        pay("abc", "visa 4111", 5);
        on_purpose("public");
    });
    let shown = format!("{spans:?}");
    assert!(!shown.contains("hunter2") && !shown.contains("visa"), "{shown}");
    check_text(&spans, "login", "user", "ann");
    check_text(&spans, "login", "password", "[redacted]");
    check_text(&spans, "login", "api_key", "[redacted]");
    assert_eq!(spans.one("login").attribute("token_count"), Some(&3.into()));
    check_text(&spans, "pay", "session", "abc");
    check_text(&spans, "pay", "card", "[redacted]");
    check_text(&spans, "on_purpose", "token", "public");
}

#[test]
fn secrets_are_not_recorded_by_any_rule_unless_they_are_named() {
    #[traced]
    fn unlock(api_key: u64, token: u128, password: &str, user_pin: Option<u16>, max_tokens: u32) {
        let _ = (api_key, token, password, user_pin, max_tokens);
    }
    #[traced(capture(api_key))]
    fn on_purpose(api_key: u64) {
        let _ = api_key;
    }
    #[traced]
    fn session_token() -> u128 {
        7
    }
    #[traced(ret)]
    fn otp() -> u32 {
        7
    }
    let spans = capture(|| {
        unlock(1, 2, "hunter2", Some(3), 4);
        on_purpose(5);
        let _ = (session_token(), otp());
    });
    let keys = |name| -> Vec<&str> {
        let keys = spans.one(name).attributes.iter().map(|(key, _)| key.as_str());
        keys.filter(|key| !key.starts_with("code.")).collect()
    };
    assert_eq!(keys("unlock"), ["max_tokens"]);
    assert_eq!(spans.one("on_purpose").attribute("api_key"), Some(&5.into()));
    assert_eq!(keys("session_token"), Vec::<&str>::new());
    assert_eq!(spans.one("otp").attribute("result"), Some(&7.into()));
}

#[derive(Debug, PartialEq)]
enum Trouble {
    NotFound,
    Broken,
}

#[test]
fn condition_decides_which_errors_are_failures() {
    #[traced(err(if |error| *error != Trouble::NotFound, Debug))]
    fn sync(error: Trouble) -> Result<u8, Trouble> {
        let _ = &error;
        Err(error)
    }
    fn is_failure(error: &Trouble) -> bool {
        matches!(error, Trouble::Broken)
    }
    #[traced(err(if is_failure))]
    async fn asynchronous(error: Trouble) -> Result<u8, Trouble> {
        Err(error)
    }
    let failed = |error| {
        let copy = if error == Trouble::Broken { Trouble::Broken } else { Trouble::NotFound };
        let spans = capture(|| {
            let _ = sync(error);
            asynchronous(copy).now_or_never();
        });
        spans.iter().map(|span| matches!(span.status, Status::Error(_))).collect::<Vec<_>>()
    };
    assert_eq!(failed(Trouble::NotFound), [false, false]);
    assert_eq!(failed(Trouble::Broken), [true, true]);
}

#[test]
fn missing_values_are_failures_where_that_is_said() {
    #[traced(on_none)]
    fn option(n: Option<u8>) -> Option<u8> {
        n
    }
    #[traced(on_none)]
    async fn option_in_result(n: Option<u8>) -> Result<Option<u8>, Trouble> {
        Ok(n)
    }
    #[traced]
    fn harmless() -> Option<u8> {
        None
    }
    let spans = capture(|| {
        option(Some(1));
        option_in_result(None).now_or_never();
        harmless();
    });
    assert_eq!(spans.one("option").status, Status::Unset);
    assert_eq!(spans.one("option").attribute("result"), Some(&1.into()));
    assert!(matches!(spans.one("option_in_result").status, Status::Error(_)));
    assert_eq!(
        spans.one("option_in_result").events[0].attribute("exception.type"),
        Some(&"None".into())
    );
    assert_eq!(spans.one("harmless").status, Status::Unset);
}

#[test]
fn method_overrides_what_its_block_says_of_the_same_question() {
    struct Store;
    #[traced(skip_all, root, err, ret)]
    impl Store {
        #[traced(capture_all)]
        fn all(&self, key: &str) {
            let _ = key;
        }
        #[traced(capture(key))]
        fn one(&self, key: &str, other: u8) {
            let _ = (key, other);
        }
        #[traced(parent = parent.id())]
        fn placed(&self, parent: &tracing::Span) -> bool {
            parent.is_none()
        }
        fn length(&self) -> u8 {
            3
        }
    }
    struct Named;
    #[traced(skip(key), capture(name), parent = None)]
    impl Named {
        #[traced(capture(key), redact(name))]
        fn other_way(&self, key: &str, name: &str) {
            let _ = (key, name);
        }
        #[traced(skip_all)]
        fn nothing(&self, key: &str, name: &str) {
            let _ = (key, name);
        }
        #[traced(root)]
        fn as_said(&self, key: &str, name: &str) {
            let _ = (key, name);
        }
    }
    let spans = capture(|| {
        let outer = tracing::info_span!("outer");
        outer.in_scope(|| {
            Store.all("a");
            Store.one("b", 1);
            Store.placed(&outer);
            Store.length();
            Named.other_way("a", "b");
            Named.nothing("a", "b");
            Named.as_said("a", "b");
        });
    });
    check_text(&spans, "Store::all", "key", "a");
    check_text(&spans, "Store::one", "key", "b");
    assert_eq!(spans.one("Store::one").attribute("other"), None);
    assert!(spans.one("Store::one").is_root() && spans.one("Named::as_said").is_root());
    assert!(spans.one("Store::placed").is_child_of(spans.one("outer")));
    assert_eq!(spans.one("Store::length").attribute("result"), Some(&3.into()));
    assert_eq!(spans.one("Store::all").attribute("result"), None);
    check_text(&spans, "Named::other_way", "key", "a");
    check_text(&spans, "Named::other_way", "name", "[redacted]");
    let has = |name, key| spans.one(name).attribute(key).is_some();
    assert!(!has("Named::nothing", "name") && !has("Named::nothing", "key_length"));
    assert!(has("Named::as_said", "name") && !has("Named::as_said", "key_length"));
}

#[test]
fn methods_can_be_left_out() {
    struct List(Vec<u8>);
    #[traced(skip_methods(len, is_empty))]
    impl List {
        fn len(&self) -> usize {
            self.0.len()
        }
        fn is_empty(&self) -> bool {
            self.len() == 0
        }
        fn push(&mut self, n: u8) {
            self.0.push(n);
        }
    }
    let spans = capture(|| {
        let mut list = List(vec![]);
        list.push(1);
        list.is_empty()
    });
    assert_eq!(spans.iter().map(|span| span.name.as_str()).collect::<Vec<_>>(), ["List::push"]);
}

#[test]
fn agents_and_tools_speak_the_words_of_the_conventions() {
    struct Planner;
    #[traced(agent = "planner")]
    impl Planner {
        #[traced(agent)]
        fn process(&self) {
            self.remember();
            search("rust");
            named();
        }
        fn remember(&self) {}
    }
    #[traced(tool)]
    fn search(query: &str) {
        let _ = query;
    }
    #[traced(tool = "web search", name = "own name", kind = client)]
    fn named() {}
    const PLANNER: &str = "chief planner";
    #[traced(agent = PLANNER)]
    fn constant() {}
    #[traced(tool = concat!("a", 1), name = PLANNER)]
    fn expression() {}
    macro_rules! tool {
        ($function:ident, $name:expr, $literal:literal) => {
            #[traced(tool = $literal, name = $name)]
            fn $function() {}
        };
    }
    tool!(from_a_macro, concat!("from ", "a macro"), "hammer");
    let spans = capture(|| {
        constant();
        expression();
        from_a_macro();
    });
    check_text(&spans, "invoke_agent chief planner", "gen_ai.agent.name", PLANNER);
    check_text(&spans, PLANNER, "gen_ai.tool.name", "a1");
    check_text(&spans, "from a macro", "gen_ai.tool.name", "hammer");
    let spans = capture(|| Planner.process());
    check_text(&spans, "invoke_agent Planner", "gen_ai.operation.name", "invoke_agent");
    check_text(&spans, "invoke_agent Planner", "gen_ai.agent.name", "Planner");
    check_text(&spans, "invoke_agent Planner", "agent_type", "Planner");
    check_text(&spans, "Planner::remember", "gen_ai.agent.name", "planner");
    assert_eq!(spans.one("Planner::remember").attribute("gen_ai.operation.name"), None);
    check_text(&spans, "execute_tool search", "gen_ai.operation.name", "execute_tool");
    check_text(&spans, "execute_tool search", "gen_ai.tool.name", "search");
    assert_eq!(spans.one("execute_tool search").attribute("query_length"), Some(&4.into()));
    check_text(&spans, "own name", "gen_ai.tool.name", "web search");
    assert_eq!(spans.one("own name").kind, 3);
}

#[test]
fn level_decides_whether_a_span_is_made() {
    #[traced(level = "trace")]
    fn trace() {}
    #[traced(level = tracing::Level::ERROR)]
    fn error() {}
    #[traced(level = 2)]
    async fn debug() {}
    let run = || {
        trace();
        error();
        debug().now_or_never();
    };
    assert_eq!(capture(run).len(), 3);
    let only_errors = tracing_subscriber::filter::LevelFilter::ERROR;
    let subscriber =
        tracing_subscriber::fmt().with_max_level(only_errors).with_writer(std::io::sink).finish();
    tracing::subscriber::with_default(subscriber, run);
}

#[test]
fn values_are_cut_at_characters() {
    #[traced(capture(text), fields(note = %text))]
    fn b15(text: &str) {
        let _ = text;
    }
    let text = "é€😀".repeat(20_000);
    let spans = capture(|| b15(&text));
    for key in ["text", "note"] {
        match spans.one("b15").attribute(key) {
            Some(AttributeValue::Text(cut)) => {
                assert!(text.starts_with(cut.as_str()) && cut.len() < text.len());
            }
            other => panic!("{other:?}"),
        }
    }
}
