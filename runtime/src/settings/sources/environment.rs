//! The environment as an argument: names are compared as text, values may be no text at all.

use std::ffi::{OsStr, OsString};

/// The variables of the environment.
#[derive(Clone, Copy)]
pub(in crate::settings) struct Environment<'a>(&'a [(OsString, OsString)]);

/// A value that is not UTF-8.
#[derive(Debug, PartialEq)]
pub(in crate::settings) struct NotUtf8;

impl<'a> Environment<'a> {
    pub(in crate::settings) fn new(variables: &'a [(OsString, OsString)]) -> Environment<'a> {
        Environment(variables)
    }

    /// The value of a variable without the spaces around it. An empty one is as if it were not set:
    /// compose files and charts set many variables to nothing.
    pub(in crate::settings) fn get(&self, name: &str) -> Option<Result<&'a str, NotUtf8>> {
        let (_, value) = self.0.iter().find(|(other, _)| other == name)?;
        value_of(value)
    }

    /// Every variable that has a name in UTF-8 and a value; the others are none of our business.
    pub(super) fn iter(
        &self,
    ) -> impl Iterator<Item = (&'a str, Result<&'a str, NotUtf8>)> + use<'a> {
        self.0.iter().filter_map(|(name, value)| Some((name.to_str()?, value_of(value)?)))
    }
}

fn value_of(value: &OsStr) -> Option<Result<&str, NotUtf8>> {
    let value = value.to_str().map(str::trim).ok_or(NotUtf8);
    Some(value).filter(|value| *value != Ok(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_is_unset_and_spaces_around_do_not_count() {
        let variables = [("A", ""), ("B", " \n"), ("C", " x\n")]
            .map(|(name, value)| (name.into(), value.into()));
        let environment = Environment::new(&variables);
        assert_eq!((environment.get("A"), environment.get("B")), (None, None));
        assert_eq!(environment.get("C"), Some(Ok("x")));
        assert_eq!(environment.iter().count(), 1);
    }
}
