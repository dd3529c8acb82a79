//! `#[traced]` on async functions and on functions that return futures.

use futures::FutureExt as _;
use std::cell::Cell;
use std::pin::Pin;
use synndicate::testing::{Spans, Status, capture};
use synndicate::traced;

#[track_caller]
fn check_number(spans: &Spans, span: &str, key: &str, value: i64) {
    assert_eq!(spans.one(span).attribute(key), Some(&value.into()), "{spans}");
}

fn ready<F: Future>(future: F) -> F::Output {
    future.now_or_never().expect("a future that is ready at once")
}

#[traced]
async fn leaf(n: u8) -> u8 {
    n
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Every way to write a function whose future does the work.
mod shapes {
    use super::*;
    use futures::future::BoxFuture;

    #[traced]
    pub(crate) fn opaque(n: u8) -> impl Future<Output = u8> {
        async move { leaf(n).await + 1 }
    }

    #[traced]
    pub(crate) fn opaque_with_sync_part(text: &str) -> impl Future<Output = usize> + use<> {
        let length = text.len();
        async move { length }
    }

    #[traced]
    pub(crate) fn early(n: u8) -> impl Future<Output = u8> {
        if n == 0 {
            return std::future::ready(7);
        }
        std::future::ready(n)
    }

    #[traced]
    pub(crate) fn boxed<'a>(text: &'a str) -> Boxed<'a, usize> {
        Box::pin(async move { text.len() })
    }

    #[traced]
    pub(crate) fn pinned(
        text: String,
    ) -> Pin<Box<dyn Future<Output = Result<String, String>> + Send>> {
        Box::pin(async move { Err(text) })
    }

    #[traced]
    pub(crate) fn pinned_early(n: u8) -> Pin<Box<dyn Future<Output = u8>>> {
        if n == 0 {
            return Box::pin(std::future::ready(9));
        }
        Box::pin(async move { n })
    }

    #[traced]
    pub(crate) fn named(n: u8) -> BoxFuture<'static, u8> {
        let doubled = n * 2;
        Box::pin(async move { doubled })
    }

    #[traced]
    pub(crate) fn unpin(n: u8) -> Box<dyn Future<Output = u8> + Unpin> {
        Box::new(std::future::ready(n))
    }
}

#[test]
fn returned_futures_are_traced_while_they_run() {
    let spans = capture(|| {
        ready(shapes::opaque(1));
        ready(shapes::opaque_with_sync_part("abc"));
        ready(shapes::early(0));
        let _ = ready(shapes::pinned("no".into()));
        ready(shapes::pinned_early(0));
        ready(shapes::named(4));
        ready(shapes::unpin(5));
    });
    assert!(spans.one("leaf").is_child_of(spans.one("opaque")));
    check_number(&spans, "opaque", "n", 1);
    check_number(&spans, "opaque", "result", 2);
    check_number(&spans, "opaque_with_sync_part", "text_length", 3);
    check_number(&spans, "opaque_with_sync_part", "result", 3);
    check_number(&spans, "early", "n", 0);
    check_number(&spans, "early", "result", 7);
    check_number(&spans, "pinned", "text_length", 2);
    assert!(matches!(spans.one("pinned").status, Status::Error(_)));
    check_number(&spans, "pinned_early", "result", 9);
    check_number(&spans, "named", "n", 4);
    check_number(&spans, "named", "result", 8);
    check_number(&spans, "unpin", "result", 5);
}

/// A boxed future behind a name that says nothing is what a sync function returns.
#[test]
fn alias_of_a_boxed_future_is_an_ordinary_result() {
    let spans = capture(|| ready(shapes::boxed("abc")));
    assert_eq!(spans.one("boxed").attribute("result"), None);
}

#[test]
fn future_that_is_never_polled_has_no_span() {
    let spans = capture(|| {
        drop(leaf(1));
        drop(shapes::early(1));
        drop(shapes::pinned_early(1));
    });
    assert!(spans.is_empty(), "{spans}");
}

#[test]
fn prepared_future_belongs_to_its_caller_and_starts_when_it_is_polled() {
    #[traced]
    fn caller() -> impl FnOnce() -> u8 {
        let future = shapes::early(3);
        move || ready(future)
    }
    let spans = capture(|| caller()());
    let (early, caller) = (spans.one("early"), spans.one("caller"));
    assert!(early.is_child_of(caller));
    assert!(early.start >= caller.end);
}

#[test]
fn dropped_future_ends_as_cancelled_with_what_its_locals_do() {
    struct Note;
    impl Drop for Note {
        fn drop(&mut self) {
            on_drop();
        }
    }
    #[traced]
    fn on_drop() {}
    #[traced]
    async fn b19(note: Note) -> u8 {
        let _note = note;
        std::future::pending::<u8>().await
    }
    let spans = capture(|| assert!(b19(Note).now_or_never().is_none()));
    assert!(spans.one("on_drop").is_child_of(spans.one("b19")));
    assert_eq!(spans.one("b19").attribute("synndicate.cancelled"), Some(&true.into()));
    assert_eq!(spans.one("b19").attribute("result"), None);
    let spans = capture(|| drop(b19(Note)));
    assert!(spans.one("on_drop").is_root());
}

#[test]
fn async_function_drives_the_inference_of_its_body() {
    type Callback = Box<dyn FnOnce() -> u8 + Send + Sync>;
    #[traced]
    async fn a05(n: u8) -> Result<Callback, std::io::Error> {
        if n == 0 {
            return Ok(Box::new(|| 0));
        }
        Ok(Box::new(move || n))
    }
    #[traced]
    async fn a05b() -> Result<Boxed<'static, u8>, std::io::Error> {
        let inner = async { 7 };
        Ok(Box::pin(inner))
    }
    #[traced]
    async fn a06(step: u32) -> impl Fn(u32) -> u32 {
        move |n| n + step
    }
    #[traced]
    async fn numbers() -> Vec<u64> {
        "1 2".split(' ').map(|n| n.parse().unwrap_or_default()).collect()
    }
    let spans = capture(|| {
        assert_eq!(ready(a05(3)).expect("a callback")(), 3);
        assert_eq!(ready(ready(a05b()).expect("a future")), 7);
        assert_eq!(ready(a06(1))(2), 3);
        assert_eq!(ready(numbers()), [1, 2]);
    });
    check_number(&spans, "numbers", "result_length", 2);
    assert_eq!(spans.len(), 4);
}

#[test]
fn argument_may_be_set_to_a_borrow_of_a_local() {
    #[traced]
    async fn a07(mut text: &str, flag: bool) -> usize {
        let local = String::from("replacement");
        if flag {
            text = &local;
        }
        text.len()
    }
    let spans = capture(|| assert_eq!(ready(a07("abc", true)), 11));
    check_number(&spans, "a07", "text_length", 3);
    check_number(&spans, "a07", "result", 11);
}

#[test]
fn mutable_arguments_and_patterns_stay_mutable() {
    #[traced(err)]
    async fn a08(mut name: String, (mut lo, hi): (u32, u32)) -> Result<String, std::fmt::Error> {
        while lo < hi {
            name.push('x');
            lo += 1;
        }
        Ok(name)
    }
    let spans = capture(|| assert_eq!(ready(a08("n".into(), (1, 3))).expect("a name"), "nxx"));
    check_number(&spans, "a08", "name_length", 1);
    check_number(&spans, "a08", "lo", 1);
    check_number(&spans, "a08", "result_length", 3);
}

#[test]
fn futures_stay_send_when_what_they_record_is_not_sync() {
    fn needs_send<T: Send>(value: T) -> T {
        value
    }
    #[traced(capture_all)]
    async fn a23(cell: Cell<u32>, (a, b): (Cell<u8>, u8)) -> u32 {
        tokio::task::yield_now().await;
        cell.get() + u32::from(a.get() + b)
    }
    drop(needs_send(a23(Cell::new(1), (Cell::new(1), 1))));
}

#[test]
fn diverging_functions_compile() {
    #[traced]
    fn a17(code: i32) -> ! {
        std::process::exit(code)
    }
    #[traced]
    async fn a17b() -> ! {
        loop {
            tokio::task::yield_now().await;
        }
    }
    let _: fn(i32) -> ! = a17;
    let spans = capture(|| assert!(a17b().now_or_never().is_none()));
    assert_eq!(spans.one("a17b").attribute("synndicate.cancelled"), Some(&true.into()));
}

#[test]
fn recursion_works() {
    #[traced]
    async fn down(n: u8) -> u8 {
        if n == 0 { 0 } else { 1 + Box::pin(down(n - 1)).await }
    }
    let spans = capture(|| assert_eq!(ready(down(3)), 3));
    assert_eq!(spans.len(), 4);
    assert_eq!(spans.iter().filter(|span| span.is_root()).count(), 1);
}
