//! What the body of a traced function is run with.

/// Runs the body of a function whose result is looked at. `R` is what the function declares, so that its body is inferred as
/// ever; and as it runs once, it may hand out what it borrows.
#[inline]
pub fn call<R>(body: impl FnOnce() -> R) -> R {
    body()
}

/// Names the type that a function returns, also where Rust lets nobody write it: `<fn() -> ! as Returned>::Type`.
pub trait Returned {
    /// What is returned.
    type Type;
}

impl<R> Returned for fn() -> R {
    type Type = R;
}
