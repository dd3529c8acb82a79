//! Functions that exist twice, plain and traced, and tell when they drop what.

#![allow(
    missing_docs,
    dead_code,
    unreachable_pub,
    unused_variables,
    unused_mut,
    unused_assignments,
    clippy::all,
    clippy::pedantic
)]

use std::cell::RefCell;
use std::future::Future;
use std::sync::Mutex;

thread_local! {
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Adds a line to the thread's log.
pub fn log(line: impl Into<String>) {
    LOG.with_borrow_mut(|log| log.push(line.into()));
}

/// Takes the thread's log.
pub fn take_log() -> Vec<String> {
    LOG.take()
}

/// Says so when it is dropped.
pub struct Noisy(pub &'static str);

impl Noisy {
    pub fn borrow(&self) -> Borrowed<'_> {
        Borrowed(self)
    }
}

impl Drop for Noisy {
    fn drop(&mut self) {
        log(format!("drop {}", self.0));
    }
}

/// A temporary that borrows, and says so when it is dropped.
pub struct Borrowed<'a>(&'a Noisy);

impl Borrowed<'_> {
    pub fn number(&self) -> u8 {
        3
    }

    pub fn nothing(&self) {}

    pub fn result(&self, ok: bool) -> Result<u8, String> {
        if ok { Ok(3) } else { Err("no".into()) }
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        log(format!("drop borrow of {}", self.0.0));
    }
}

macro_rules! plain_and_traced {
    ($($function:item)*) => {
        pub mod plain {
            use super::*;
            $($function)*
        }
        pub mod traced {
            use super::*;
            $(#[synndicate::traced] $function)*
        }
    };
}

plain_and_traced! {
    pub fn unit(a: Noisy, b: Noisy, _c: Noisy, _: Noisy) {
        let local = Noisy("local");
        log("body");
    }

    pub fn value(a: Noisy, b: Noisy, _c: Noisy, _: Noisy) -> u8 {
        let local = Noisy("local");
        log("body");
        3
    }

    pub fn result(a: Noisy, b: Noisy, _c: Noisy, _: Noisy) -> Result<u8, String> {
        let local = Noisy("local");
        log("body");
        Ok(3)
    }

    pub fn tail_of_value(a: Noisy, b: Noisy) -> u8 {
        let local = Noisy("local");
        a.borrow().number()
    }

    pub fn tail_of_unit(a: Noisy, b: Noisy) {
        let local = Noisy("local");
        a.borrow().nothing()
    }

    pub fn tail_of_result(a: Noisy, b: Noisy) -> Result<u8, String> {
        let local = Noisy("local");
        a.borrow().result(true)
    }

    pub fn question(a: Noisy, b: Noisy) -> Result<u8, String> {
        let local = Noisy("local");
        a.borrow().result(false)?;
        Ok(1)
    }

    pub fn early(a: Noisy, b: Noisy, leaves: bool) -> u8 {
        let local = Noisy("local");
        if leaves {
            return a.borrow().number();
        }
        drop(b);
        4
    }

    pub fn moved(a: Noisy, b: Noisy, moves: bool) -> Result<u8, String> {
        if moves {
            drop(a);
            log("moved");
        }
        log("body");
        Ok(3)
    }

    pub fn moved_unit(a: Noisy, b: Noisy, moves: bool) {
        if moves {
            drop(a);
            log("moved");
        }
        log("body");
    }

    pub fn patterns((a, b): (Noisy, Noisy), (c, _): (Noisy, Noisy), e: Noisy) -> u8 {
        log("body");
        drop(b);
        3
    }

    pub fn patterns_unit((a, b): (Noisy, Noisy), (c, _): (Noisy, Noisy), e: Noisy) {
        log("body");
    }

    pub fn given_back(a: Noisy, b: Noisy) -> Noisy {
        log("body");
        a
    }

    pub fn opaque(a: Noisy, b: Noisy) -> impl Fn() -> u8 {
        log("body");
        move || a.borrow().number()
    }

    pub fn opaque_tail(a: Noisy, b: Noisy) -> impl Iterator<Item = u8> {
        let local = Noisy("local");
        std::iter::once(a.borrow().number())
    }

    pub fn assigned(mut a: Noisy, b: Noisy) -> u8 {
        a = Noisy("new");
        log("body");
        3
    }

    pub fn panics(a: Noisy, b: Noisy, _c: Noisy, _: Noisy) -> u8 {
        let local = Noisy("local");
        std::panic::resume_unwind(Box::new(1))
    }

    pub fn panics_unit(a: Noisy, b: Noisy, _c: Noisy, _: Noisy) {
        let local = Noisy("local");
        std::panic::resume_unwind(Box::new(1))
    }

    pub fn locks(m: Mutex<Vec<u8>>) -> usize {
        m.lock().unwrap().len()
    }

    pub fn locks_unit(m: Mutex<Vec<u8>>) {
        m.lock().unwrap().push(1)
    }

    pub fn locks_result(m: Mutex<Vec<u8>>) -> Result<usize, String> {
        Ok(m.lock().unwrap().len())
    }

    pub async fn async_unit(a: Noisy, b: Noisy, _c: Noisy, _: Noisy) {
        let local = Noisy("local");
        log("body");
    }

    pub async fn async_value(a: Noisy, b: Noisy, _c: Noisy, _: Noisy) -> u8 {
        let local = Noisy("local");
        log("body");
        std::future::ready(()).await;
        3
    }

    pub async fn async_tail(a: Noisy, b: Noisy) -> u8 {
        let local = Noisy("local");
        a.borrow().number()
    }

    pub async fn async_tail_of_unit(a: Noisy, b: Noisy) {
        let local = Noisy("local");
        a.borrow().nothing()
    }

    pub async fn async_early(a: Noisy, b: Noisy, leaves: bool) -> u8 {
        let local = Noisy("local");
        if leaves {
            return a.borrow().number();
        }
        drop(b);
        4
    }

    pub async fn async_moved(a: Noisy, b: Noisy, moves: bool) -> Result<u8, String> {
        if moves {
            drop(a);
            log("moved");
        }
        log("body");
        Ok(3)
    }

    pub async fn async_patterns((a, b): (Noisy, Noisy), (c, _): (Noisy, Noisy), e: Noisy) -> u8 {
        log("body");
        drop(b);
        3
    }

    pub async fn async_pending(a: Noisy, b: Noisy, _c: Noisy, _: Noisy) -> u8 {
        let local = Noisy("local");
        log("body");
        std::future::pending::<()>().await;
        3
    }

    pub async fn async_panics(a: Noisy, b: Noisy, _c: Noisy, _: Noisy) -> u8 {
        let local = Noisy("local");
        std::panic::resume_unwind(Box::new(1))
    }

    pub async fn async_locks(m: Mutex<Vec<u8>>) -> usize {
        m.lock().unwrap().len()
    }

    pub async fn elided(a: &Noisy, b: &mut Vec<u8>, c: &str) -> usize {
        std::future::ready(()).await;
        b.push(a.borrow().number());
        b.len() + c.len()
    }

    pub async fn named<'a>(a: &'a Noisy, c: &str) -> &'a Noisy {
        std::future::ready(()).await;
        a
    }

    pub async fn generic<T: Clone + Send, const N: usize>(a: &T, b: [u8; N]) -> T
    where
        T: Sync,
    {
        std::future::ready(()).await;
        a.clone()
    }

    pub async fn opaque_argument(a: impl Fn() -> u8, b: &str) -> u8 {
        a()
    }

    pub async fn nothing() {}

    pub async fn large(a: [u64; 8], b: [u64; 8]) -> u64 {
        std::future::pending::<()>().await;
        a[0] + b[0]
    }

    pub async fn large_twice(a: [u64; 8], b: [u64; 8]) -> u64 {
        large(a, b).await
    }

    pub async fn large_thrice(a: [u64; 8], b: [u64; 8]) -> u64 {
        large_twice(a, b).await
    }

    pub async fn passes_on<F: Future<Output = u64>>(future: F) -> u64 {
        future.await
    }
}
