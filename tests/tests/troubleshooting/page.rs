//! A block of the page: a command with its variables and what it prints.

use std::fs;
use std::process::Command;
use std::sync::LazyLock;
use synndicate_tests::printed::blanked;
use synndicate_tests::program::Program;

const PROGRAM: &str = env!("CARGO_BIN_EXE_driven_service");

static PAGE: LazyLock<String> = LazyLock::new(|| {
    let path = "/../runtime/src/guide/troubleshooting.md";
    fs::read_to_string(format!("{}{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
});

/// A command and what it prints.
pub(crate) struct Shown {
    variables: Vec<(String, String)>,
    /// The settings file that stands above it.
    file: Option<String>,
    printed: String,
}

/// The blocks below this heading.
#[track_caller]
pub(crate) fn shown(heading: &str) -> Vec<Shown> {
    let below = PAGE.split(&format!("\n## {heading}\n")).nth(1);
    let section = below.unwrap_or_else(|| panic!("there is no `{heading}`"));
    let section = section.split("\n## ").next().unwrap();
    let blocks = section.split("```").skip(1).step_by(2);
    let (mut shown, mut file) = (Vec::new(), None);
    for (language, text) in blocks.filter_map(|block| block.split_once('\n')) {
        match (language, text.strip_prefix("$ ")) {
            ("toml", _) => file = Some(text.to_owned()),
            ("text", Some(text)) => {
                let (command, printed) = text.split_once('\n').unwrap();
                let variables = variables(command);
                shown.push(Shown { variables, file: file.clone(), printed: printed.to_owned() });
            }
            _ => {}
        }
    }
    shown
}

fn variables(command: &str) -> Vec<(String, String)> {
    let (assignments, program) = command.rsplit_once(' ').unwrap_or(("", command));
    assert_eq!(program, "./shop");
    let assignments = assignments.split_whitespace();
    assignments
        .map(|it| it.split_once('=').unwrap())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// How many programs are started until one hears in time whether its backend answers.
const TRIES: usize = 20;

impl Shown {
    /// Starts the program, with the backend at `endpoint`.
    pub(crate) fn start(&self, endpoint: &str) -> Program {
        self.start_as(PROGRAM, endpoint)
    }

    /// The same with this program in the place of the usual one.
    fn start_as(&self, program: &str, endpoint: &str) -> Program {
        Program::start_with(program, self.environment(endpoint), self.file.as_deref()).unwrap()
    }

    fn environment(&self, endpoint: &str) -> Vec<(String, String)> {
        let variables = self.variables.iter();
        variables
            .map(|(name, value)| (name.clone(), value.replace(self.endpoint(), endpoint)))
            .chain([("OTEL_SERVICE_NAME".into(), "shop".into()), ("RUST_LOG".into(), "off".into())])
            .collect()
    }

    /// What the program prints in its body's place.
    pub(crate) fn print(&self, endpoint: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(PROGRAM);
        command.env_clear().envs(self.environment(endpoint)).current_dir(folder.path());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    /// The same where it asks a backend, of which it speaks in its first line if the machine is not too busy.
    pub(crate) fn start_and_hear(&self, endpoint: &str) -> Program {
        self.start_and_hear_as(PROGRAM, endpoint)
    }

    /// The same with this program in the place of the usual one.
    pub(crate) fn start_and_hear_as(&self, program: &str, endpoint: &str) -> Program {
        for _ in 0..TRIES {
            let program = self.start_as(program, endpoint);
            program.wait_for_log("traces of `shop` go to").unwrap();
            if !program.log().concat().contains("has not answered") {
                return program;
            }
        }
        panic!("the machine is too busy")
    }

    /// Where the backend is on the page.
    fn endpoint(&self) -> &str {
        let endpoint = self.variables.iter().find(|(name, _)| name.ends_with("_ENDPOINT"));
        endpoint.map_or("http://nowhere", |(_, value)| value)
    }

    /// Asserts that these lines are what the page shows, but for what differs each time.
    #[track_caller]
    pub(crate) fn assert_is(&self, log: &[String], endpoint: &str) {
        let printed = log.join("\n").replace(endpoint, self.endpoint());
        let [expected, found] = [&self.printed, &printed].map(|text| comparable(text));
        assert_eq!(found, expected, "the program prints\n{printed}\n");
    }
}

/// Without times and ids, and with numbers of spans as `0`.
fn comparable(text: &str) -> Vec<String> {
    blanked(text).iter().map(|line| without_numbers(line)).collect()
}

/// Numbers that stand alone, or as a value of JSON; those of ports and in names stay.
fn without_numbers(line: &str) -> String {
    let mut out = String::new();
    for piece in line.split_inclusive([' ', ':', ',', '}']) {
        let end =
            piece.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(piece.len());
        let is_number = end > 0 && piece.len() - end <= 1 && !out.ends_with("127.0.0.1:");
        out.push_str(if is_number { "0" } else { &piece[..end] });
        out.push_str(&piece[end..]);
    }
    out
}
