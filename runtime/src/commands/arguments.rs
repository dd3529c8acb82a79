//! Words to a command and its options, and help.

use super::table::{COMMANDS, Command, Opt};
use std::fmt::Write as _;

/// What is asked for.
pub(super) enum Request {
    /// This text.
    Help(String),
    Run(&'static Command, Arguments),
}

/// The options that were given, with their values.
#[derive(Debug, Default)]
pub(super) struct Arguments(Vec<(&'static str, String)>);

impl Arguments {
    pub(super) fn has(&self, option: &str) -> bool {
        self.value(option).is_some()
    }

    /// The value of an option; where it stands twice, the last.
    pub(super) fn value(&self, option: &str) -> Option<&str> {
        let (_, value) = self.0.iter().rfind(|(name, _)| *name == option)?;
        Some(value)
    }
}

/// Understands the words, or says what is wrong with them.
pub(super) fn parse(words: &[String]) -> Result<Request, String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        [] | ["help" | "--help" | "-h", ..] => return Ok(Request::Help(overview())),
        ["--version" | "-V", ..] => {
            return Ok(Request::Help(
                concat!("synndicate ", env!("CARGO_PKG_VERSION"), "\n").into(),
            ));
        }
        _ => {}
    }
    let Some((command, rest)) = find(&words) else {
        return Err(unknown(&words));
    };
    if rest.iter().any(|word| matches!(*word, "--help" | "-h")) {
        return Ok(Request::Help(help(command)));
    }
    Ok(Request::Run(command, options(command, rest)?))
}

fn find<'a, 'w>(words: &'a [&'w str]) -> Option<(&'static Command, &'a [&'w str])> {
    COMMANDS.iter().find_map(|command| {
        let count = command.name.split(' ').count();
        let (name, rest) = words.split_at_checked(count)?;
        command.name.split(' ').eq(name.iter().copied()).then_some((command, rest))
    })
}

fn unknown(words: &[&str]) -> String {
    let said = words.join(" ");
    let names = COMMANDS.iter().map(|command| command.name);
    let near = |name: &&str| strsim::damerau_levenshtein(name, &said) <= 2;
    let hint = match names.clone().find(near) {
        Some(name) => format!("the nearest is `{name}`"),
        None => format!("the commands are {}", names.collect::<Vec<_>>().join(", ")),
    };
    format!("`{}` is no command\nhint: {hint}", said.escape_debug())
}

fn options(command: &'static Command, words: &[&str]) -> Result<Arguments, String> {
    let mut arguments = Arguments::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (name, joined) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (*word, None),
        };
        let option = command.options.iter().find(|option| option.name == name);
        let option = option.ok_or_else(|| unknown_option(command, name))?;
        let value = match (option.value, joined) {
            (None, None) => "",
            (None, Some(_)) => return Err(wrong(command, &format!("`{name}` takes no value"))),
            (Some(_), Some(value)) => value,
            (Some(value), None) => words
                .next()
                .ok_or_else(|| wrong(command, &format!("`{name}` needs a value, {value}")))?,
        };
        arguments.0.push((option.name, value.to_owned()));
    }
    Ok(arguments)
}

fn unknown_option(command: &Command, name: &str) -> String {
    wrong(command, &format!("`{}` does not know `{}`", command.name, name.escape_debug()))
}

/// A mistake in the options of a command, with what it takes.
pub(super) fn wrong(command: &Command, what: &str) -> String {
    format!("{what}\nhint: `synndicate {}`", usage(command))
}

fn usage(command: &Command) -> String {
    let mut usage = command.name.to_owned();
    for option in command.options {
        let _ = write!(usage, " [{}]", spelled(option));
    }
    usage
}

fn spelled(option: &Opt) -> String {
    option.value.map_or_else(|| option.name.into(), |value| format!("{} {value}", option.name))
}

fn overview() -> String {
    let mut text = String::from(
        "What an operator may ask of tracing by Synndicate, with the settings of this folder and environment.\n\n\
         usage: synndicate COMMAND [OPTIONS]\n\
         \u{20}      SYN_COMMAND='COMMAND [OPTIONS]' PROGRAM    for any program with #[traced_service]\n\n",
    );
    for command in COMMANDS {
        let _ = writeln!(text, "  {:14}{}", command.name, command.about);
    }
    text + "\nsynndicate COMMAND --help says more.\n"
}

fn help(command: &Command) -> String {
    let mut text = format!("usage: synndicate {}\n\n{}\n", usage(command), command.about);
    wrap(command.more, &mut text);
    text.push('\n');
    for option in command.options {
        let _ = writeln!(text, "  {:16}{}", spelled(option), option.about);
    }
    text
}

/// Adds words in lines of at most 80 columns.
fn wrap(words: &str, text: &mut String) {
    let mut column = 0;
    for word in words.split_whitespace() {
        let width = word.chars().count();
        let begins = column == 0 || column + 1 + width > 80;
        text.push(if begins { '\n' } else { ' ' });
        column = if begins { width } else { column + 1 + width };
        text.push_str(word);
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Request, String> {
        let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
        parse(&words)
    }

    #[track_caller]
    fn mistake(line: &str) -> String {
        parsed(line).err().unwrap_or_else(|| panic!("`{line}` is understood"))
    }

    #[track_caller]
    fn help_of(line: &str) -> String {
        match parsed(line) {
            Ok(Request::Help(text)) => text,
            _ => panic!("`{line}` gives no help"),
        }
    }

    #[test]
    fn options_and_their_values_are_found_in_both_spellings() {
        for line in
            ["check --json --query http://a --query http://q", "check --query=http://q --json"]
        {
            let Ok(Request::Run(command, arguments)) = parsed(line) else { panic!("{line}") };
            assert_eq!((command.name, arguments.value("--query")), ("check", Some("http://q")));
            assert!(arguments.has("--json") && !arguments.has("--wait"));
        }
    }

    #[test]
    fn what_is_no_command_is_told_the_nearest_or_all() {
        assert_eq!(mistake("chek"), "`chek` is no command\nhint: the nearest is `check`");
        assert!(mistake("spool").contains("hint: the commands are check, config, init"));
        assert!(mistake("colour\u{1b}").contains("`colour\\u{1b}`"));
    }

    #[test]
    fn what_is_no_option_is_told_those_that_are() {
        assert_eq!(
            mistake("config --jsn"),
            "`config` does not know `--jsn`\nhint: `synndicate config [--changed] [--json]`"
        );
        assert!(mistake("check --query").starts_with("`--query` needs a value, URL\n"));
        assert!(mistake("check --json=1").starts_with("`--json` takes no value\n"));
    }

    #[test]
    fn help_names_every_command_and_every_option() {
        for line in ["", "help", "--help", "-h"] {
            let text = help_of(line);
            assert!(COMMANDS.iter().all(|command| text.contains(command.name)), "{text}");
        }
        for command in COMMANDS {
            let text = help_of(&format!("{} --help", command.name));
            assert!(command.options.iter().all(|option| text.contains(option.name)), "{text}");
            assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
        }
        assert!(help_of("--version").starts_with("synndicate "));
    }
}
