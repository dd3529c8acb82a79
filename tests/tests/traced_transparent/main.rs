//! A program behaves the same with `#[traced]` and without: what is dropped when, who the caller is, how large futures are. In
//! both editions.

mod auto_traits;
#[path = "../transparent"]
mod transparent {
    pub mod functions;
}

use futures::FutureExt as _;
use std::panic::{Location, catch_unwind};
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use synndicate::testing::{Status, capture};
use synndicate::traced;

/// Runs `plain` and `traced`, the latter recorded and not, and compares their logs.
#[track_caller]
fn compare(plain: impl FnOnce(), traced: impl Fn(), take_log: fn() -> Vec<String>) {
    plain();
    let expected = take_log();
    assert!(!expected.is_empty());
    traced();
    assert_eq!(take_log(), expected, "with nobody recording");
    let mut recorded = Vec::new();
    let spans = capture(|| {
        traced();
        recorded = take_log();
    });
    assert_eq!(recorded, expected, "recorded");
    assert_eq!(spans.len(), 1);
}

/// Polls a future once, says so, and drops it.
fn poll_once<F: Future>(future: F, log: fn(&str)) {
    let mut future = pin!(future);
    let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());
    log("polled");
}

macro_rules! tests_of {
    ($edition:ident, $functions:path) => {
        mod $edition {
            use super::*;
            use $functions::{Noisy, log, plain, take_log, traced};

            const A: Noisy = Noisy("a");
            const B: Noisy = Noisy("b");
            const C: Noisy = Noisy("c");
            const D: Noisy = Noisy("d");
            const E: Noisy = Noisy("e");

            #[test]
            fn sync_functions_drop_in_the_same_order() {
                macro_rules! same {
                    ($name:ident $arguments:tt) => {
                        compare(|| { let _ = plain::$name $arguments; }, || { let _ = traced::$name $arguments; }, take_log)
                    };
                }
                same!(unit(A, B, C, D));
                same!(value(A, B, C, D));
                same!(result(A, B, C, D));
                same!(tail_of_value(A, B));
                same!(tail_of_unit(A, B));
                same!(tail_of_result(A, B));
                same!(question(A, B));
                same!(early(A, B, true));
                same!(early(A, B, false));
                same!(moved(A, B, true));
                same!(moved(A, B, false));
                same!(moved_unit(A, B, true));
                same!(moved_unit(A, B, false));
                same!(patterns((A, B), (C, D), E));
                same!(patterns_unit((A, B), (C, D), E));
                same!(given_back(A, B));
                same!(opaque(A, B));
                same!(opaque_tail(A, B));
                same!(assigned(A, B));
            }

            #[test]
            fn async_functions_drop_in_the_same_order() {
                macro_rules! same {
                    ($name:ident $arguments:tt) => {
                        compare(|| { let _ = plain::$name $arguments.now_or_never(); }, || { let _ = traced::$name $arguments.now_or_never(); }, take_log)
                    };
                }
                same!(async_unit(A, B, C, D));
                same!(async_value(A, B, C, D));
                same!(async_tail(A, B));
                same!(async_tail_of_unit(A, B));
                same!(async_early(A, B, true));
                same!(async_early(A, B, false));
                same!(async_moved(A, B, true));
                same!(async_moved(A, B, false));
                same!(async_patterns((A, B), (C, D), E));
            }

            #[test]
            fn futures_that_do_not_end_drop_in_the_same_order() {
                let log = |line: &str| log(line);
                compare(|| poll_once(plain::async_pending(A, B, C, D), log), || poll_once(traced::async_pending(A, B, C, D), log), take_log);
                drop(plain::async_patterns((A, B), (C, D), E));
                let unpolled = take_log();
                drop(traced::async_patterns((A, B), (C, D), E));
                assert_eq!(take_log(), unpolled);
            }

            #[test]
            fn panics_drop_in_the_same_order() {
                macro_rules! same {
                    ($name:ident) => {
                        compare(
                            || assert!(catch_unwind(|| plain::$name(A, B, C, D)).is_err()),
                            || assert!(catch_unwind(|| traced::$name(A, B, C, D)).is_err()),
                            take_log,
                        )
                    };
                    ($name:ident later) => {
                        compare(
                            || assert!(catch_unwind(|| plain::$name(A, B, C, D).now_or_never()).is_err()),
                            || assert!(catch_unwind(|| traced::$name(A, B, C, D).now_or_never()).is_err()),
                            take_log,
                        )
                    };
                }
                same!(panics);
                same!(panics_unit);
                same!(async_panics later);
            }

            #[test]
            fn temporaries_may_borrow_arguments() {
                let m = || Mutex::new(vec![1]);
                assert_eq!(traced::locks(m()), 1);
                traced::locks_unit(m());
                assert_eq!(traced::locks_result(m()), Ok(1));
                assert_eq!(traced::async_locks(m()).now_or_never(), Some(1));
            }

            #[test]
            fn futures_borrow_what_their_arguments_borrow() {
                let noisy = A;
                let mut list = vec![];
                assert_eq!(traced::elided(&noisy, &mut list, &String::from("xy")).now_or_never(), Some(3));
                let named = {
                    let text = String::from("shorter");
                    traced::named(&noisy, &text).now_or_never()
                };
                assert_eq!(named.map(|noisy| noisy.0), Some("a"));
                assert_eq!(traced::generic(&7, [0; 3]).now_or_never(), Some(7));
                assert_eq!(traced::opaque_argument(|| list[0], "").now_or_never(), Some(3));
            }

            #[test]
            fn futures_grow_by_24_bytes_a_level() {
                use std::mem::size_of_val;
                let (a, b) = ([0; 8], [0; 8]);
                let is_larger_by = |more, plain, traced| assert!(traced <= plain + more, "{traced} and {plain}");
                is_larger_by(24, size_of_val(&plain::nothing()), size_of_val(&traced::nothing()));
                is_larger_by(24, size_of_val(&plain::large(a, b)), size_of_val(&traced::large(a, b)));
                is_larger_by(48, size_of_val(&plain::large_twice(a, b)), size_of_val(&traced::large_twice(a, b)));
                is_larger_by(72, size_of_val(&plain::large_thrice(a, b)), size_of_val(&traced::large_thrice(a, b)));
                // What is passed on stands twice in the future, in plain code, too.
                let plain = plain::passes_on(plain::passes_on(plain::large(a, b)));
                let traced = traced::passes_on(traced::passes_on(traced::large(a, b)));
                is_larger_by(24 * (1 + 2 + 4), size_of_val(&plain), size_of_val(&traced));
            }
        }
    };
}
tests_of!(edition_2024, super::transparent::functions);
tests_of!(edition_2021, synndicate_tests_2021::functions);

#[test]
fn location_is_the_callers_with_the_attributes_in_either_order() {
    #[traced]
    #[track_caller]
    fn below(n: u8) -> &'static Location<'static> {
        let _ = n;
        Location::caller()
    }
    #[track_caller]
    #[traced(ret, err)]
    fn above(n: u8) -> Result<&'static Location<'static>, String> {
        if n == 0 {
            return Err(String::from("zero"));
        }
        Ok(Location::caller())
    }
    struct Type;
    #[traced]
    impl Type {
        #[track_caller]
        fn method(&self) -> Option<&'static Location<'static>> {
            Some(Location::caller())
        }
    }
    let spans = capture(|| {
        assert_eq!(below(1).line(), line!());
        assert_eq!(above(1).map(Location::line), Ok(line!()));
        assert_eq!(Type.method().map(Location::line), Some(line!()));
    });
    assert_eq!(spans.len(), 3);
    assert!(spans.one("above").attribute("result").is_some());
}

#[test]
fn results_of_functions_that_track_their_caller_are_looked_at() {
    #[traced(err)]
    #[track_caller]
    fn leaves(n: u8) -> Result<&'static Location<'static>, String> {
        if n == 0 {
            return Err(String::from("zero"));
        }
        Ok(Location::caller())
    }
    #[traced]
    #[track_caller]
    fn stays(n: u8) -> Result<(&'static Location<'static>, u8), std::num::TryFromIntError> {
        let place = Location::caller();
        u8::try_from(i32::from(n) - 1).map(|n| (place, n))
    }
    #[track_caller]
    #[traced(capture_all)]
    fn generic<T: Default, const N: usize>(
        (a, mut b): (u8, u8),
        text: &str,
    ) -> Result<([u8; N], u32), String> {
        b = a.checked_sub(b).ok_or_else(|| text.to_owned())?;
        let _: T = Default::default();
        Ok(([b; N], Location::caller().line()))
    }
    let spans = capture(|| {
        assert_eq!(leaves(1).map(Location::line), Ok(line!()));
        assert_eq!(stays(1).map(|(place, n)| (place.line(), n)), Ok((line!(), 0)));
        assert_eq!(generic::<u8, 2>((3, 1), ""), Ok(([2, 2], line!())));
    });
    assert!(spans.iter().all(|span| span.status == Status::Unset), "{spans}");
    assert_eq!(spans.one("generic").attribute("b"), Some(&1.into()));
    let spans = capture(|| {
        assert!(leaves(0).is_err() && stays(0).is_err());
        assert_eq!(generic::<u8, 2>((1, 3), "no"), Err("no".to_owned()));
    });
    assert_eq!(spans.len(), 3);
    assert!(spans.iter().all(|span| matches!(span.status, Status::Error(_))), "{spans}");
}

#[test]
fn caller_is_tracked_where_nobody_can_look_at_the_result() {
    struct Type<T>(T);
    impl<T: Default> Type<T> {
        #[traced]
        #[track_caller]
        fn of_self(&self, n: u8) -> Result<u32, String> {
            let _ = &self.0;
            if n == 0 {
                return Err(String::new());
            }
            Ok(Location::caller().line())
        }
        #[traced]
        #[track_caller]
        fn of_block(n: u8) -> Result<u32, String> {
            if n == 0 {
                return Err(String::new());
            }
            let _: T = T::default();
            Ok(Location::caller().line())
        }
    }
    let spans = capture(|| {
        assert_eq!(Type(1_u8).of_self(1), Ok(line!()));
        assert_eq!(Type::<u8>::of_block(1), Ok(line!()));
        assert!(Type(1_u8).of_self(0).is_err() && Type::<u8>::of_block(0).is_err());
    });
    assert_eq!(spans.len(), 4);
}

#[test]
fn declared_result_drives_the_inference_of_the_body() {
    type Callback = Box<dyn FnOnce() -> u8 + Send + Sync>;
    type Later = std::pin::Pin<Box<dyn Future<Output = u8> + Send>>;
    #[traced]
    fn coerced(n: u8) -> Result<Callback, std::io::Error> {
        Ok(Box::new(move || n))
    }
    #[traced]
    fn coerced_early(n: u8) -> Result<Callback, std::io::Error> {
        if n == 0 {
            return Ok(Box::new(|| 0));
        }
        Ok(Box::new(move || n))
    }
    #[traced]
    fn future() -> Result<Later, std::io::Error> {
        let inner = async { 7 };
        Ok(Box::pin(inner))
    }
    #[traced]
    fn counter(step: u32) -> impl FnMut() -> u32 {
        let mut n = 0;
        move || {
            n += step;
            n
        }
    }
    let spans = capture(|| {
        assert_eq!(coerced(3).expect("a callback")(), 3);
        assert_eq!(coerced_early(4).expect("a callback")(), 4);
        assert_eq!(future().expect("a future").now_or_never(), Some(7));
        let mut count = counter(2);
        assert_eq!((count(), count()), (2, 4));
    });
    assert_eq!(spans.len(), 4);
}

#[test]
fn what_a_function_takes_is_dropped_in_its_span() {
    struct Noted;
    impl Drop for Noted {
        fn drop(&mut self) {
            on_drop();
        }
    }
    #[traced]
    fn on_drop() {}
    impl Noted {
        #[traced]
        fn consumed(self) -> u8 {
            3
        }
    }
    #[traced]
    fn taken(noted: Noted, _unused: Noted, _: Noted) -> u8 {
        let _ = &noted;
        3
    }
    let spans = capture(|| Noted.consumed() + taken(Noted, Noted, Noted));
    let children =
        |name| spans.named("on_drop").filter(|span| span.is_child_of(spans.one(name))).count();
    assert_eq!((children("consumed"), children("taken")), (1, 3), "{spans}");
}

#[test]
fn function_pointers_and_closures_take_traced_functions() {
    #[traced]
    fn length(text: &str) -> usize {
        text.len()
    }
    #[traced]
    async fn later(text: &str) -> usize {
        text.len()
    }
    async fn call<F>(run: F) -> usize
    where
        F: AsyncFn(&str) -> usize,
    {
        run("abc").await
    }
    let pointer: for<'a> fn(&'a str) -> usize = length;
    assert_eq!(pointer("ab") + ["c"].iter().map(|text| length(text)).sum::<usize>(), 3);
    assert_eq!(call(later).now_or_never(), Some(3));
    assert!(matches!(
        pin!(later("x")).poll(&mut Context::from_waker(Waker::noop())),
        Poll::Ready(1)
    ));
}
