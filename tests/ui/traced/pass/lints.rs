//! What a strict crate denies is not in the generated code. Clippy's lints are looked at when the tests are linted.
#![deny(
    warnings,
    missing_docs,
    unused,
    unused_qualifications,
    unreachable_pub,
    rust_2018_idioms,
    let_underscore_drop
)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]
#![allow(dead_code, clippy::unused_async, clippy::missing_const_for_fn, clippy::missing_errors_doc)]

use synndicate::traced;

/// Adds one.
#[traced]
pub fn unit(list: &mut Vec<u8>) {
    list.push(1);
}

/// Leaves early.
#[traced]
pub fn early(n: u8, out: &mut u8) {
    if n > 3 {
        return;
    }
    *out = n;
}

/// Has items first.
#[traced]
#[must_use]
pub fn items(n: u8) -> u8 {
    const ONE: u8 = 1;
    fn helper(n: u8) -> u8 {
        n + ONE
    }
    helper(n)
}

/// Has names that say they are unused.
#[traced(capture_all)]
#[must_use]
pub fn underscores(_id: u8, _: u16, used: u32) -> u32 {
    used
}

/// The same in a future.
#[traced(capture_all)]
pub async fn underscores_later(_id: u8, _: u16, mut _used: u32) {}

/// Panics.
///
/// # Panics
///
/// Always.
#[traced]
#[must_use]
pub fn diverges(n: u8) -> u8 {
    panic!("{n}")
}

/// Ends the program.
#[traced]
pub async fn exits(n: i32) -> u8 {
    std::process::exit(n)
}

/// Ends the program.
#[traced]
pub fn never(n: i32) -> ! {
    std::process::exit(n)
}

/// One expression.
#[traced]
#[must_use]
pub fn one(n: u8) -> u8 {
    n
}

/// A field with an argument.
#[traced(skip_all, fields(double = n * 2, text = %format!("{n}")))]
pub fn fields(n: u8) {}

/// An expectation that only plain code fulfils.
#[traced]
#[expect(clippy::needless_pass_by_value, reason = "a test")]
#[must_use]
pub fn expects(text: String, #[expect(unused_variables, reason = "a test")] unused: u8) -> usize {
    text.len()
}

fn main() {
    unit(&mut vec![]);
    early(1, &mut 2);
    let _ = items(1);
    let _ = underscores(1, 2, 3);
    drop(underscores_later(1, 2, 3));
    let _ = diverges as fn(u8) -> u8;
    drop(exits(1));
    let _ = never as fn(i32) -> !;
    let _ = one(1);
    fields(1);
    let _ = expects(String::new(), 1);
}
