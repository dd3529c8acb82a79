//! Errors in words.

use std::error::Error;
use std::fmt::{self, Write};

/// How many causes of one error are told.
const CAUSES: usize = 64;

/// Tells an error and all that caused it: `cannot start: cannot read the file: not found`. Many errors say what their source says;
/// then it is not said twice.
pub(crate) fn tell_chain<E: Error + ?Sized>(
    error: &E,
    formatter: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let mut told = String::new();
    write!(told, "{error}")?;
    // Bounded, because an error that is its own source would never end.
    let causes = std::iter::successors(error.source(), |&cause| cause.source()).take(CAUSES);
    for cause in causes {
        let end = told.len();
        write!(told, ": {cause}")?;
        if told
            .get(end + 2..)
            .is_some_and(|cause| told.get(..end).unwrap_or_default().ends_with(cause))
        {
            told.truncate(end);
        }
    }
    formatter.write_str(&told)
}

/// An error with its causes, as a value.
pub(crate) struct Chain<'a>(pub(crate) &'a (dyn Error + 'a));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        tell_chain(self.0, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An error with causes, the first of which is its own.
    #[derive(Debug)]
    struct Told(&'static str, Option<Box<Told>>);

    impl fmt::Display for Told {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Told {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref().map(|cause| cause as &dyn Error)
        }
    }

    fn chain(words: &[&'static str]) -> Told {
        let cause = (words.len() > 1).then(|| Box::new(chain(&words[1..])));
        Told(words[0], cause)
    }

    #[test]
    fn causes_are_told_once() {
        for (words, told) in [
            (&["alone"][..], "alone"),
            (&["cannot start", "cannot read", "not found"], "cannot start: cannot read: not found"),
            (&["cannot read: not found", "not found"], "cannot read: not found"),
            (&["not found", "not found", "not there"], "not found: not there"),
            (&["", "", "é"], ": é"),
        ] {
            assert_eq!(Chain(&chain(words)).to_string(), told);
        }
    }

    #[test]
    fn an_error_that_is_its_own_cause_is_told_to_an_end() {
        #[derive(Debug)]
        struct Circle(std::sync::atomic::AtomicU32);
        impl fmt::Display for Circle {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let turn = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                write!(f, "turn {turn}")
            }
        }
        impl Error for Circle {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(self)
            }
        }
        let told = Chain(&Circle(0.into())).to_string();
        assert!(told.starts_with("turn 0: turn 1: ") && told.ends_with(": turn 64"), "{told}");
    }
}
