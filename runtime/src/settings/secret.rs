//! A text that is never shown.

use std::fmt;

/// A secret of the settings: it is in no `Debug`, log or error.
#[derive(Clone, PartialEq)]
pub(crate) struct Secret(String);

impl Secret {
    /// What is shorter can be guessed.
    pub(super) const SHORTEST: usize = 16;

    /// `None` where it is too short.
    pub(super) fn new(text: &str) -> Option<Secret> {
        (text.chars().count() >= Secret::SHORTEST).then(|| Secret(text.to_owned()))
    }

    /// The text, for those who need it and do not show it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}
