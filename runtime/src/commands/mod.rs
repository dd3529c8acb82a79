//! What an operator asks for: `check`, `config`, `init`, `spool`. In the program `synndicate`, and in every service by
//! `SYN_COMMAND`, so that it works in a container without another binary.
//!
//! One table of commands (`table`) is behind parser, help and suggestions. A command reads the settings as a service does, never
//! installs a recorder, and writes what it found to standard output: lines for people, or JSON. Each says with its code how it
//! went.

mod arguments;
mod blocking;
mod check;
mod config;
mod init;
mod output;
#[cfg(feature = "spool")]
mod spool;
mod table;

use crate::report;
use crate::settings::Sources;
use arguments::{Request, parse};
use std::fmt::Display;

/// All is well.
const WELL: i32 = 0;
/// What the command is about is not as it should be: a backend takes no spans, a file cannot be written.
const NOT_WELL: i32 = 1;
/// The words make no command.
const USAGE: i32 = 2;
/// The operating system gives no threads: `EX_OSERR` of `sysexits.h`.
pub(crate) const NO_THREADS: i32 = 71;
/// The settings are wrong: `EX_CONFIG` of `sysexits.h`.
pub(crate) const BAD_SETTINGS: i32 = 78;

/// Runs a command as the program `synndicate`; with which code it ends.
#[must_use]
pub fn run_program() -> u8 {
    let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    let code = run(&words.collect::<Vec<_>>(), &Sources::from_process());
    u8::try_from(code).unwrap_or(u8::MAX)
}

/// Runs the command that these words are; with which code it ends.
pub(crate) fn run(words: &[String], sources: &Sources) -> i32 {
    match parse(words) {
        Ok(Request::Help(text)) => {
            output::write(&text);
            WELL
        }
        Ok(Request::Run(command, arguments)) => {
            (command.run)(&arguments, sources).unwrap_or_else(|refusal| {
                report::say(&refusal.why);
                refusal.code
            })
        }
        Err(mistake) => {
            report::say(&mistake);
            USAGE
        }
    }
}

/// The code of a command that was carried out, or why it was not.
type Outcome = Result<i32, Refusal>;

/// Why a command was not carried out.
struct Refusal {
    code: i32,
    /// For people.
    why: String,
}

impl Refusal {
    fn new(code: i32, why: impl Display) -> Refusal {
        Refusal { code, why: why.to_string() }
    }
}
