//! The words after a command: `--name value` pairs and the rest.

use anyhow::{Context, Error, Result, bail};
use std::str::FromStr;

/// What a command was given; each question takes its answer out, so that [`Options::finish`] knows what nobody asked for.
pub(crate) struct Options(Vec<String>);

impl Options {
    pub(crate) fn new(arguments: &[String]) -> Self {
        Self(arguments.to_vec())
    }

    /// The value of `--name value`.
    pub(crate) fn value<T: FromStr<Err: Into<Error>>>(&mut self, name: &str) -> Result<Option<T>> {
        let Some(index) = self.0.iter().position(|word| word == name) else {
            return Ok(None);
        };
        self.0.remove(index);
        if index == self.0.len() {
            bail!("`{name}` needs a value");
        }
        let value = self.0.remove(index);
        let parsed = value.parse().map_err(Into::into);
        parsed.map(Some).with_context(|| format!("`{name} {value}` is not understood"))
    }

    /// The next word that must be there.
    pub(crate) fn word(&mut self, what: &str) -> Result<String> {
        if self.0.is_empty() {
            bail!("{what} is missing");
        }
        Ok(self.0.remove(0))
    }

    /// An error if a word is left over.
    pub(crate) fn finish(self) -> Result<()> {
        match self.0.first() {
            None => Ok(()),
            Some(word) => bail!("`{word}` is not understood"),
        }
    }
}

/// The one option of most commands: how often each figure is taken.
pub(crate) fn repetitions(arguments: &[String], default: usize) -> Result<usize> {
    let mut options = Options::new(arguments);
    let repetitions = options.value("--repetitions")?.unwrap_or(default);
    options.finish()?;
    Ok(repetitions)
}
