//! `#[traced]` on blocks: inherent and trait impls, traits, modules, and beside `#[async_trait]` in both orders.

use async_trait::async_trait;
use futures::FutureExt as _;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use synndicate::testing::{AttributeValue, Spans, Status, capture};
use synndicate::traced;

fn names(spans: &Spans) -> Vec<&str> {
    spans.iter().map(|span| span.name.as_str()).collect()
}

#[track_caller]
fn check_attribute(spans: &Spans, span: &str, key: &str, value: impl Into<AttributeValue>) {
    assert_eq!(spans.one(span).attribute(key), Some(&value.into()), "{spans}");
}

mod inherent {
    use super::*;

    #[derive(Clone)]
    pub(crate) struct Cart<T> {
        pub(crate) items: Vec<T>,
    }

    #[traced(capture(extra))]
    impl<T: Clone> Cart<T> {
        pub(crate) const fn untouched(&self) -> u8 {
            1
        }

        pub(crate) fn new(items: Vec<T>) -> Self {
            Cart { items }
        }

        pub(crate) fn by_reference(&self, extra: &str) -> usize {
            self.items.len() + extra.len()
        }

        pub(crate) fn by_mutable_reference(&mut self, item: T) {
            self.items.push(item);
        }

        pub(crate) fn by_value(mut self) -> Vec<T> {
            self.items.clear();
            self.items
        }

        pub(crate) fn by_box(self: Box<Self>) -> usize {
            self.items.len()
        }

        pub(crate) async fn by_arc(self: Arc<Self>, extra: u8) -> Result<usize, String> {
            match extra {
                0 => Err("nothing".into()),
                n => Ok(self.items.len() + usize::from(n)),
            }
        }

        pub(crate) async fn by_pin(self: Pin<&mut Self>) {}

        pub(crate) async fn by_rc(self: Rc<Self>) {}

        #[traced(name = "renamed", skip(secret), level = "debug")]
        pub(crate) fn own_options(&self, secret: u8, extra: &str) {
            let _ = (secret, extra);
        }
    }
}

#[test]
fn methods_are_named_after_their_type_whatever_the_receiver() {
    let mut cart = inherent::Cart::new(vec![1]);
    let spans = capture(|| {
        cart.untouched();
        inherent::Cart::<u8>::new(vec![]);
        cart.by_reference("x");
        cart.by_mutable_reference(2);
        cart.clone().by_value();
        Box::new(cart.clone()).by_box();
        Arc::new(cart.clone()).by_arc(0).now_or_never();
        Pin::new(&mut cart.clone()).by_pin().now_or_never();
        Rc::new(cart.clone()).by_rc().now_or_never();
        cart.own_options(1, "text");
    });
    let expected = [
        "new",
        "by_reference",
        "by_mutable_reference",
        "by_value",
        "by_box",
        "by_arc",
        "by_pin",
        "by_rc",
    ];
    let expected: Vec<_> =
        expected.iter().map(|name| format!("Cart::{name}")).chain(["renamed".into()]).collect();
    assert_eq!(names(&spans), expected);
    check_attribute(&spans, "Cart::by_reference", "extra", "x");
    check_attribute(
        &spans,
        "Cart::by_reference",
        "code.function.name",
        "traced_blocks::inherent::Cart::by_reference",
    );
    check_attribute(&spans, "renamed", "extra", "text");
    assert_eq!(spans.one("renamed").attribute("secret"), None);
    assert!(matches!(spans.one("Cart::by_arc").status, Status::Error(_)));
    assert_eq!(spans.one("Cart::by_reference").attribute("agent_type"), None);
}

mod payments {
    use super::*;

    pub(crate) struct Till;

    #[traced(fields(card, %code.number, at = "till"))]
    impl Till {
        pub(crate) fn shown(card: &str, code: &Code) {
            let _ = (card, code);
        }

        #[traced(redact(card), skip(code))]
        pub(crate) fn redacted(card: &str, code: &Code) {
            let _ = (card, code);
        }

        #[traced(hash(card), skip(code))]
        pub(crate) fn hashed(card: &str, code: &Code) {
            let _ = (card, code);
        }

        #[traced(skip(card, code))]
        pub(crate) fn skipped(card: &str, code: &Code) {
            let _ = (card, code);
        }

        #[traced(skip_all)]
        pub(crate) fn all_skipped(card: &str, code: &Code) {
            let _ = (card, code);
        }
    }

    pub(crate) struct Code {
        pub(crate) number: u32,
    }

    #[traced(redact(card))]
    impl Code {
        #[traced(fields(card))]
        pub(crate) fn on_purpose(&self, card: &str) {
            let _ = card;
        }
    }
}

#[test]
fn what_a_function_hides_is_not_shown_by_a_field_of_its_block() {
    use payments::{Code, Till};
    let code = Code { number: 987_654_321 };
    let spans = capture(|| {
        Till::redacted("visa 4111", &code);
        Till::hashed("visa 4111", &code);
        Till::skipped("visa 4111", &code);
        Till::all_skipped("visa 4111", &code);
    });
    let shown: Vec<_> = spans.iter().flat_map(|span| &span.attributes).collect();
    let text = format!("{shown:?}");
    assert!(!text.contains("visa") && !text.contains("987654321"), "{text}");
    check_attribute(&spans, "Till::redacted", "card", "[redacted]");
    assert!(spans.one("Till::hashed").attribute("card").is_some());
    check_attribute(&spans, "Till::all_skipped", "at", "till");
    let spans = capture(|| {
        Till::shown("visa 4111", &code);
        code.on_purpose("visa 4111");
    });
    check_attribute(&spans, "Till::shown", "card", "visa 4111");
    check_attribute(&spans, "Till::shown", "code.number", "987654321");
    check_attribute(&spans, "Code::on_purpose", "card", "visa 4111");
}

mod agents {
    use super::*;

    #[async_trait]
    pub(crate) trait Agent {
        async fn process(&self, query: &str) -> Result<String, String>;
        async fn pair(&mut self, both: (u8, u8), _unused: &str) -> u8;
        async fn make(name: String) -> Self
        where
            Self: Sized;
        fn name(&self) -> &str;
    }

    pub(crate) struct Planner(pub(crate) String);
    pub(crate) struct Coder(pub(crate) String);
    pub(crate) struct Critic(pub(crate) String);

    #[traced(fields(who = self.0.len()))]
    #[async_trait]
    impl Agent for Planner {
        async fn process(&self, query: &str) -> Result<String, String> {
            if query.is_empty() {
                return Err("no query".into());
            }
            Ok(query.repeat(2))
        }

        async fn pair(&mut self, (left, mut right): (u8, u8), _unused: &str) -> u8 {
            right += left;
            right
        }

        #[traced(fields(who = std::any::type_name::<Self>()))]
        async fn make(name: String) -> Self {
            Self(name)
        }

        fn name(&self) -> &str {
            &self.0
        }
    }

    #[async_trait]
    #[traced]
    impl Agent for Coder {
        async fn process(&self, query: &str) -> Result<String, String> {
            Ok(query.repeat(3))
        }

        async fn pair(&mut self, (left, right): (u8, u8), _unused: &str) -> u8 {
            left + right
        }

        async fn make(name: String) -> Self {
            Self(name)
        }

        fn name(&self) -> &str {
            &self.0
        }
    }

    #[async_trait]
    impl Agent for Critic {
        #[traced(capture(query), fields(who = self.0.len(), kind = std::any::type_name::<Self>()))]
        async fn process(&self, query: &str) -> Result<String, String> {
            let Self(own) = self;
            Err(format!("{own} does not like {query}"))
        }

        async fn pair(&mut self, (left, right): (u8, u8), _unused: &str) -> u8 {
            left * right
        }

        async fn make(name: String) -> Self {
            Self(name)
        }

        fn name(&self) -> &str {
            &self.0
        }
    }
}

#[test]
fn agents_need_not_a_line_of_code() {
    use agents::{Agent, Coder, Critic, Planner};
    let spans = capture(|| {
        let mut planner = Planner::make("anna".into()).now_or_never().expect("ready");
        planner.process("plan").now_or_never().expect("ready").expect("a plan");
        assert_eq!(planner.pair((1, 2), "").now_or_never(), Some(3));
        planner.name();
        assert!(planner.process("").now_or_never().expect("ready").is_err());
        let coder = Coder::make("carl".into()).now_or_never().expect("ready");
        coder.process("code").now_or_never();
        Critic("cora".into()).process("bugs").now_or_never();
    });
    let process: Vec<_> = spans.named("Planner::process").collect();
    let [plan, failed] = process[..] else { panic!("{spans}") };
    for (key, value) in [("agent_type", "Planner"), ("agent_trait", "Agent")] {
        assert_eq!(plan.attribute(key), Some(&value.into()));
    }
    for (key, value) in [("query_length", 4), ("result_length", 8), ("who", 4)] {
        assert_eq!(plan.attribute(key), Some(&value.into()), "{spans}");
    }
    assert!(matches!(failed.status, Status::Error(_)));
    assert_eq!(failed.events[0].attribute("exception.message"), Some(&"no query".into()));
    check_attribute(&spans, "Planner::make", "who", "traced_blocks::agents::Planner");
    check_attribute(&spans, "Planner::name", "result_length", 4);
    check_attribute(&spans, "Coder::process", "agent_type", "Coder");
    check_attribute(&spans, "Coder::process", "result_length", 12);
    check_attribute(&spans, "process", "query", "bugs");
    check_attribute(&spans, "process", "who", 4);
    check_attribute(&spans, "process", "kind", "traced_blocks::agents::Critic");
    assert_eq!(
        spans.one("process").events[0].attribute("exception.message"),
        Some(&"cora does not like bugs".into())
    );
}

mod native {
    use super::*;

    #[traced]
    pub(crate) trait Step {
        const NAME: &'static str;
        type Output: Send;

        fn declared(&self) -> Self::Output;

        fn sync(&self, n: u8) -> u8 {
            n + 1
        }

        async fn asynchronous<'a>(&'a self, text: &'a str) -> &'a str {
            text
        }
    }

    pub(crate) struct Inherits;
    pub(crate) struct Overrides;

    impl Step for Inherits {
        const NAME: &'static str = "inherits";
        type Output = u8;

        fn declared(&self) -> u8 {
            1
        }
    }

    #[traced]
    impl Step for Overrides {
        const NAME: &'static str = "overrides";
        type Output = String;

        fn declared(&self) -> String {
            Self::NAME.to_owned()
        }

        async fn asynchronous<'a>(&'a self, text: &'a str) -> &'a str {
            std::future::ready(()).await;
            text
        }
    }
}

#[test]
fn native_async_functions_in_traits_are_traced_in_both_places() {
    use native::{Inherits, Overrides, Step as _};
    let spans = capture(|| {
        Inherits.sync(1);
        Inherits.declared();
        Inherits.asynchronous("abc").now_or_never();
        Overrides.declared();
        Overrides.asynchronous("abcd").now_or_never();
    });
    assert_eq!(
        names(&spans),
        ["Step::sync", "Step::asynchronous", "Overrides::declared", "Overrides::asynchronous"]
    );
    check_attribute(&spans, "Step::asynchronous", "result_length", 3);
    check_attribute(&spans, "Overrides::asynchronous", "text_length", 4);
}

#[traced(skip_all)]
mod module {
    #![allow(clippy::needless_pass_by_value)]

    use std::fmt;

    pub(crate) const LIMIT: u8 = 3;

    pub(crate) struct Thing {
        pub(crate) n: u8,
    }

    macro_rules! helper {
        () => {
            1
        };
    }

    pub(crate) fn free(n: u8) -> u8 {
        n + helper!()
    }

    pub(crate) const fn constant() -> u8 {
        LIMIT
    }

    impl Thing {
        pub(crate) fn method(&self) -> u8 {
            inner::deep(self.n)
        }
    }

    impl fmt::Display for Thing {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "thing {}", self.n)
        }
    }

    pub(crate) mod inner {
        pub(crate) fn deep(n: u8) -> u8 {
            n
        }
    }

    #[synndicate::traced(capture_all)]
    impl From<u8> for Thing {
        fn from(n: u8) -> Thing {
            Thing { n }
        }
    }
}

#[test]
fn modules_are_traced_down_to_the_bottom_but_for_what_the_standard_library_calls() {
    let spans = capture(|| {
        module::free(module::constant());
        module::Thing::from(1).method().to_string();
        module::Thing { n: 2 }.to_string();
    });
    assert_eq!(names(&spans), ["free", "Thing::from", "deep", "Thing::method"]);
    assert_eq!(spans.one("free").attribute("n"), None);
    check_attribute(&spans, "Thing::from", "n", 1);
    check_attribute(&spans, "deep", "code.function.name", "traced_blocks::module::inner::deep");
}

/// A macro that makes sync functions of `async` ones, as test attributes do, must still find an `async fn`.
#[test]
fn macros_below_still_find_an_async_function() {
    #[traced]
    #[must_use]
    async fn kept(n: u8) -> u8 {
        n
    }
    let spans = capture(|| kept(1).now_or_never());
    check_attribute(&spans, "kept", "n", 1);
}

#[traced]
#[tokio::test]
async fn test_attribute_below_works() {
    tokio::task::yield_now().await;
}

#[tokio::test]
#[traced]
async fn test_attribute_above_works() -> Result<(), String> {
    tokio::task::yield_now().await;
    Ok(())
}
