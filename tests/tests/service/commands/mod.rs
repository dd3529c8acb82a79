//! What an operator asks for, by the program `synndicate` and by `SYN_COMMAND` of any service.

mod archive;
mod check;
mod config;
mod init;
mod spool;

use crate::support::{COMMAND, Receiver, SYNC};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A folder and an environment for commands.
struct Desk {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

/// What a command has done.
#[derive(Debug)]
struct Done {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn desk() -> Desk {
    Desk { folder: tempfile::tempdir().unwrap(), variables: Vec::new() }
}

impl Desk {
    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn env(mut self, name: &str, value: &str) -> Desk {
        self.variables.push((name.into(), value.into()));
        self
    }

    fn set(self, key: &str, value: &str) -> Desk {
        self.env(&synndicate_tests::program::variable(key), value)
    }

    fn file(self, text: &str) -> Desk {
        std::fs::write(self.path().join("Synndicate.toml"), text).unwrap();
        self
    }

    /// With settings that send spans to this backend.
    fn sending(self, backend: &Receiver) -> Desk {
        backend.settings().into_iter().fold(self, |desk, (key, value)| desk.set(key, &value))
    }

    /// The program `synndicate` with these words.
    fn command(&self, words: &str) -> Done {
        self.run(Command::new(COMMAND).args(words.split_whitespace()))
    }

    /// A service in which the command takes the place of the body.
    fn service(&self, words: &str) -> Done {
        self.run(Command::new(SYNC).arg("work").env("SYN_COMMAND", words))
    }

    /// A service that works.
    fn work(&self) -> Done {
        self.run(Command::new(SYNC).arg("work"))
    }

    fn run(&self, command: &mut Command) -> Done {
        let given: Vec<_> = command
            .get_envs()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
            .collect();
        let command = command.env_clear().envs(given);
        let variables = self.variables.iter().map(|(name, value)| (name, value));
        let output =
            command.envs(variables).current_dir(self.path()).stdin(Stdio::null()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Done {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

impl Done {
    #[track_caller]
    fn assert_code(&self, code: i32) -> &Done {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    #[track_caller]
    fn assert_says(&self, text: &str) -> &Done {
        assert!(self.stderr.contains(text), "`{text}` is missing in:\n{}", self.stderr);
        self
    }

    #[track_caller]
    fn assert_shows(&self, text: &str) -> &Done {
        assert!(self.stdout.contains(text), "`{text}` is missing in:\n{}", self.stdout);
        self
    }

    /// Standard output as the one JSON object that it is.
    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

#[test]
fn what_is_no_command_ends_with_2_and_the_body_does_not_run() {
    for done in [desk().command("chek"), desk().service("chek")] {
        done.assert_code(2)
            .assert_says("synndicate: `chek` is no command\n  hint: the nearest is `check`");
        assert_eq!(done.stdout, "");
    }
    desk().command("check --colour").assert_code(2).assert_says("does not know `--colour`");
}

#[test]
fn a_variable_that_was_meant_to_be_a_command_is_told_its_name() {
    let done = desk().env("SYN_COMAND", "check").work();
    done.assert_code(78).assert_says("the nearest is `SYN_COMMAND`");
}

#[test]
fn an_empty_command_is_none() {
    let done = desk().set("tracing_backend", "disabled").env("SYN_COMMAND", " ").work();
    done.assert_code(7);
}

#[test]
fn help_and_version_need_no_settings() {
    let desk = desk().file("nonsense");
    desk.command("").assert_code(0).assert_shows("usage: synndicate COMMAND");
    desk.command("check --help").assert_code(0).assert_shows("--query URL");
    desk.command("--version").assert_code(0).assert_shows("synndicate ");
    desk.service("help").assert_code(0).assert_shows("spool replay");
}
