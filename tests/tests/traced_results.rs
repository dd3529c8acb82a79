//! What `#[traced]` records of results: values by the rules, errors and panics as the span's status.

use futures::FutureExt as _;
use std::error::Error;
use std::fmt;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicU32, Ordering};
use synndicate::testing::{AttributeValue, Span, Status, capture};
use synndicate::traced;

#[track_caller]
fn span_of<R>(run: impl FnOnce() -> R) -> Span {
    let spans = capture(run);
    assert_eq!(spans.len(), 1, "{spans}");
    spans.iter().next().cloned().expect("a span")
}

/// `result` and `result_length`.
fn results(span: &Span) -> (Option<&AttributeValue>, Option<&AttributeValue>) {
    (span.attribute("result"), span.attribute("result_length"))
}

/// The type and the message of the exception that failed the span.
#[track_caller]
fn exception(span: &Span) -> (&str, &str) {
    assert!(matches!(span.status, Status::Error(_)), "{span:?}");
    let [event] = &span.events[..] else { panic!("{} events", span.events.len()) };
    assert_eq!(event.name, "exception");
    let text = |key| match event.attribute(key) {
        Some(AttributeValue::Text(text)) => text.as_str(),
        other => panic!("{key} is {other:?}"),
    };
    (text("exception.type"), text("exception.message"))
}

#[test]
fn values_are_recorded_by_the_rules_for_arguments() {
    #[traced]
    fn number() -> u8 {
        3
    }
    #[traced]
    fn text<'a>() -> &'a str {
        "four"
    }
    #[traced]
    fn list() -> Option<Vec<u8>> {
        Some(vec![1])
    }
    #[traced]
    fn none() -> Option<u8> {
        None
    }
    #[traced]
    fn other() -> (u8, u8) {
        (1, 2)
    }
    let three = 3.into();
    assert_eq!(results(&span_of(number)), (Some(&three), None));
    assert_eq!(results(&span_of(text)), (None, Some(&4.into())));
    assert_eq!(results(&span_of(list)), (None, Some(&1.into())));
    assert_eq!(results(&span_of(none)), (None, None));
    assert_eq!(results(&span_of(other)), (None, None));
}

#[test]
fn results_are_recorded_under_any_name_and_however_they_are_returned() {
    type Fallible<T> = Result<T, fmt::Error>;
    #[traced]
    fn early(n: u8) -> Fallible<u8> {
        if n == 0 {
            return Err(fmt::Error);
        }
        for step in 0..n {
            if step == 3 {
                return Ok(step);
            }
        }
        Ok(n)
    }
    #[traced]
    async fn question(n: u8) -> Fallible<String> {
        let n = early(n)?;
        Ok("x".repeat(n.into()))
    }
    assert_eq!(results(&span_of(|| early(9))).0, Some(&3.into()));
    assert_eq!(
        exception(&span_of(|| early(0))),
        ("core::fmt::Error", fmt::Error.to_string().as_str())
    );
    let spans = capture(|| question(2).now_or_never());
    assert_eq!(results(spans.one("question")).1, Some(&2.into()));
    let spans = capture(|| question(0).now_or_never());
    assert!(spans.one("question").is_root());
    assert_eq!(exception(spans.one("question")).0, "core::fmt::Error");
    assert_eq!(exception(spans.one("early")).0, "core::fmt::Error");
}

#[test]
fn a_failed_span_has_the_type_of_its_error_without_references() {
    fn error_type(span: &Span) -> Option<&AttributeValue> {
        span.attribute("error.type")
    }
    #[traced]
    fn text(fails: bool) -> Result<(), &'static str> {
        if fails { Err("no luck") } else { Ok(()) }
    }
    #[traced(err(Debug))]
    async fn asked() -> Result<(), fmt::Error> {
        Err(fmt::Error)
    }
    #[traced(fields("error.type" = "early"))]
    fn written() -> Result<(), fmt::Error> {
        Err(fmt::Error)
    }
    #[traced]
    fn written_later() -> Result<(), fmt::Error> {
        synndicate::set_attribute("error.type", "late");
        Err(fmt::Error)
    }
    #[traced(err(if |_| false))]
    fn no_failure() -> Result<(), fmt::Error> {
        Err(fmt::Error)
    }
    #[traced(on_none)]
    fn none() -> Option<u8> {
        None
    }
    assert_eq!(error_type(&span_of(|| text(true))), Some(&"str".into()));
    assert_eq!(error_type(&span_of(|| text(false))), None);
    assert_eq!(error_type(&span_of(|| asked().now_or_never())), Some(&"core::fmt::Error".into()));
    assert_eq!(error_type(&span_of(written)), Some(&"early".into()));
    assert_eq!(error_type(&span_of(written_later)), Some(&"late".into()));
    assert_eq!(error_type(&span_of(no_failure)), None);
    assert_eq!(error_type(&span_of(none)), Some(&"None".into()));
}

/// An error with a cause that it repeats, which has a cause that nobody repeats.
#[derive(Debug)]
struct Layered(u8);

impl fmt::Display for Layered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => write!(f, "cannot start: no plan"),
            1 => write!(f, "no plan"),
            _ => write!(f, "the disk is full"),
        }
    }
}

impl Error for Layered {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self.0 {
            0 => Some(&Layered(1)),
            1 => Some(&Layered(2)),
            _ => None,
        }
    }
}

#[test]
fn errors_are_told_with_all_their_causes_once() {
    #[traced]
    fn own() -> Result<(), Layered> {
        Err(Layered(0))
    }
    #[traced]
    fn boxed() -> Result<(), Box<dyn Error + Send + Sync>> {
        Err(Layered(1).into())
    }
    #[traced]
    fn anyhow() -> anyhow::Result<()> {
        Err(anyhow::Error::new(Layered(1)).context("cannot plan"))
    }
    let kind = concat!(module_path!(), "::Layered");
    assert_eq!(exception(&span_of(own)), (kind, "cannot start: no plan: the disk is full"));
    assert_eq!(exception(&span_of(boxed)).1, "no plan: the disk is full");
    assert_eq!(
        exception(&span_of(anyhow)),
        ("anyhow::Error", "cannot plan: no plan: the disk is full")
    );
}

#[test]
fn what_is_no_error_type_fails_the_span_all_the_same() {
    #[derive(Debug)]
    struct OnlyDebug;
    struct Mute;
    #[traced]
    fn text() -> Result<u8, String> {
        Err("no luck".into())
    }
    #[traced]
    fn debug() -> Result<u8, OnlyDebug> {
        Err(OnlyDebug)
    }
    #[traced]
    fn mute() -> Result<u8, Mute> {
        Err(Mute)
    }
    #[traced]
    fn generic<E>(error: E) -> Result<u8, E> {
        Err(error)
    }
    assert_eq!(exception(&span_of(text)), ("alloc::string::String", "no luck"));
    assert_eq!(exception(&span_of(debug)).1, "OnlyDebug");
    assert_eq!(exception(&span_of(mute)).1, "an error that has no text");
    assert_eq!(exception(&span_of(|| generic("text"))), ("&str", "an error that has no text"));
}

#[test]
fn ret_and_err_choose_the_words() {
    #[traced(ret, err(Debug))]
    fn plain(ok: bool) -> Result<Vec<u16>, Layered> {
        if ok { Ok(vec![1, 2]) } else { Err(Layered(2)) }
    }
    #[traced(ret(Display), err(Display, level = "warn"))]
    async fn shown(ok: bool) -> Result<char, Layered> {
        if ok { Ok('x') } else { Err(Layered(1)) }
    }
    #[traced(ret(Debug, level = tracing::Level::DEBUG))]
    fn debug() -> &'static str {
        "x"
    }
    #[traced(ret)]
    fn pair() -> (u8, u8) {
        (1, 2)
    }
    #[traced(ret)]
    fn opaque() -> impl fmt::Debug {
        Layered(1)
    }
    #[traced(ret)]
    fn integer() -> u8 {
        7
    }
    let numbers = AttributeValue::Array(vec![1.into(), 2.into()]);
    assert_eq!(results(&span_of(|| plain(true))).0, Some(&numbers));
    assert_eq!(exception(&span_of(|| plain(false))).1, "Layered(2)");
    assert_eq!(results(&span_of(|| shown(true).now_or_never())).0, Some(&"x".into()));
    assert_eq!(exception(&span_of(|| shown(false).now_or_never())).1, "no plan");
    assert_eq!(results(&span_of(debug)).0, Some(&"\"x\"".into()));
    assert_eq!(results(&span_of(pair)).0, Some(&numbers));
    assert_eq!(results(&span_of(opaque)).0, Some(&"Layered(1)".into()));
    assert_eq!(results(&span_of(integer)).0, Some(&7.into()));
}

#[test]
fn panic_fails_the_span_and_goes_on() {
    #[traced]
    fn sync(n: u8) -> u8 {
        assert!(n == 0, "no zero");
        n
    }
    #[traced]
    async fn asynchronous(n: u8) {
        sync(n);
    }
    let span = span_of(|| assert!(catch_unwind(|| sync(1)).is_err()));
    assert_eq!(exception(&span).0, "panic");
    assert_eq!(results(&span), (None, None));
    assert_eq!(span.attribute("n"), Some(&1.into()));
    let spans = capture(|| assert!(catch_unwind(|| asynchronous(1).now_or_never()).is_err()));
    assert_eq!(exception(spans.one("asynchronous")).0, "panic");
    assert!(spans.one("sync").is_child_of(spans.one("asynchronous")));
}

#[test]
fn panic_of_a_captured_value_does_not_go_through() {
    struct Bad;
    impl fmt::Debug for Bad {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("bad")
        }
    }
    #[traced(capture(before, bad))]
    fn b10(before: u8, bad: Bad) {
        let _ = (before, bad);
    }
    #[traced]
    fn after() {}
    let spans = capture(|| {
        assert!(catch_unwind(|| b10(1, Bad)).is_ok());
        after();
    });
    assert_eq!(spans.one("b10").attribute("before"), Some(&1.into()));
    assert_eq!(spans.one("b10").attribute("bad"), Some(&"<panicked>".into()));
    assert_eq!(spans.one("b10").status, Status::Unset);
    assert!(spans.one("after").is_root());
}

#[test]
fn panic_of_a_fields_expression_goes_through_once() {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    fn boom() -> u8 {
        CALLS.fetch_add(1, Ordering::Relaxed);
        panic!("boom")
    }
    #[traced(capture(before), fields(x = boom()))]
    fn sync(before: u8) {
        let _ = before;
    }
    #[traced(capture(before), fields(x = boom()))]
    async fn asynchronous(before: u8) {
        let _ = before;
    }
    #[traced]
    fn after() {}
    let spans = capture(|| {
        let poll = || {
            asynchronous(1).now_or_never();
        };
        for run in [|| sync(1), poll] {
            let payload = catch_unwind(run).expect_err("a panic");
            assert_eq!(payload.downcast_ref(), Some(&"boom"));
        }
        after();
    });
    assert_eq!(CALLS.load(Ordering::Relaxed), 2);
    for name in ["sync", "asynchronous"] {
        assert_eq!(exception(spans.one(name)).0, "panic");
        assert_eq!(spans.one(name).attribute("before"), Some(&1.into()));
    }
    assert!(spans.one("after").is_root());
}

#[test]
fn borrowed_results_stay_borrowed() {
    #[traced(ret, err)]
    fn a03(items: &mut Vec<u8>) -> Result<&mut u8, std::num::TryFromIntError> {
        let n: usize = u8::try_from(items.len()).map(usize::from)?;
        Ok(&mut items[n - 1])
    }
    #[traced]
    fn plain<'a>(first: &'a mut u8, _: &str) -> &'a mut u8 {
        first
    }
    #[traced(ret)]
    fn reborrowed(x: &mut u8) -> &u8 {
        x
    }
    let mut items = vec![1, 2];
    capture(|| *a03(&mut items).expect("an item") += 5);
    assert_eq!(items, [1, 7]);
    let mut n = 1;
    capture(|| *plain(&mut n, "") += *reborrowed(&mut 3));
    assert_eq!(n, 4);
}

#[test]
fn opaque_result_in_a_result_is_no_obstacle() {
    struct Numbers(Vec<u32>);
    impl Numbers {
        #[traced(err)]
        fn evens(&self) -> Result<impl Iterator<Item = u32> + '_, fmt::Error> {
            if self.0.is_empty() {
                return Err(fmt::Error);
            }
            Ok(self.0.iter().copied().filter(|n| n % 2 == 0))
        }
    }
    let span = span_of(|| assert_eq!(Numbers(vec![1, 2]).evens().expect("numbers").count(), 1));
    assert_eq!(results(&span), (None, None));
    assert_eq!(exception(&span_of(|| Numbers(vec![]).evens().is_err())).0, "core::fmt::Error");
}
