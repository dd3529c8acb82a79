//! The lints of rustc and clippy say of a program with `#[traced]` what they say of it without: rustc's the same, clippy's nothing
//! more, and less only where there is a reason.
#![cfg(feature = "lints")]

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// A lint and the line it points to.
type Finding = (String, u64);

const PROGRAM: &str = include_str!("program.rs");

const LINTS: [&str; 5] = [
    "--cap-lints=warn",
    "-Wclippy::pedantic",
    "-Wclippy::nursery",
    "-Wclippy::restriction",
    "-Aclippy::blanket_clippy_restriction_lints",
];

/// Lints that do not see everything in a traced function, and why.
const SILENCED: [(&str, &str); 9] = [
    ("clippy::implicit_return", "the body's value is returned by generated code"),
    ("clippy::manual_async_fn", "the future that is returned is that of the span"),
    ("clippy::missing_const_for_fn", "a traced function cannot be `const`"),
    ("clippy::missing_errors_doc", "of `async` functions, as below"),
    ("clippy::needless_lifetimes", "the argument's lifetime is named in the body's type"),
    ("clippy::needless_pass_by_value", "arguments are moved to where the body runs"),
    ("clippy::needless_return", "the body is not the last thing in its function"),
    ("clippy::unnecessary_wraps", "the body's value is kept before it is returned"),
    ("clippy::unused_async", "an `async fn` becomes a function that returns a future"),
];

/// Lints that see more.
const ROUSED: [(&str, &str); 1] = [(
    "clippy::min_ident_chars",
    "it lets an argument be called as in the trait, and that is bound again as a variable",
)];

fn plain() -> String {
    let is_attribute = |line: &str| line.trim_start().starts_with("#[traced");
    let lines = PROGRAM.lines().map(|line| if is_attribute(line) { "" } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

fn traced() -> String {
    PROGRAM.replace("#[traced", "#[synndicate::traced")
}

/// Makes a package of a library with this source.
fn write_package(folder: &Path, source: &str) -> std::io::Result<()> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let runtime = tests.join("../runtime");
    let dependency = format!("synndicate = {{ path = '{}' }}", runtime.display());
    let package = "[package]\nname = \"linted\"\nedition = \"2024\"\n\n[workspace]\n";
    fs::write(folder.join("Cargo.toml"), format!("{package}\n[dependencies]\n{dependency}\n"))?;
    // The versions that the workspace has been built with are there already.
    fs::copy(tests.join("../Cargo.lock"), folder.join("Cargo.lock"))?;
    fs::create_dir(folder.join("src"))?;
    fs::write(folder.join("src/lib.rs"), source)
}

/// What the lints find in a library with this source.
fn findings(source: &str) -> BTreeSet<Finding> {
    let folder = tempfile::tempdir().expect("a folder");
    write_package(folder.path(), source).expect("a package");
    let mut clippy = Command::new(env!("CARGO"));
    clippy.args(["clippy", "--quiet", "--message-format", "json", "--"]).args(LINTS);
    clippy.current_dir(folder.path());
    // Dependencies are built once for all runs.
    clippy.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("linted"));
    let output = clippy.stderr(Stdio::inherit()).output().expect("cargo runs");
    assert!(output.status.success(), "clippy is missing, or the program does not compile");
    let output = String::from_utf8(output.stdout).expect("text");
    output.lines().filter_map(finding).collect()
}

/// What one message of cargo says about the program.
fn finding(message: &str) -> Option<Finding> {
    let message: Value = serde_json::from_str(message).expect("JSON");
    let is_ours = message["target"]["name"] == "linted";
    let message = is_ours.then(|| &message["message"])?;
    let mut spans = message["spans"].as_array()?.iter();
    let line = spans.find(|span| span["is_primary"] == true)?["line_start"].as_u64()?;
    Some((message["code"]["code"].as_str()?.to_owned(), line))
}

/// The lints that find something in one program that they do not find in the other.
fn only_in<'a>(own: &'a BTreeSet<Finding>, others: &'a BTreeSet<Finding>) -> BTreeSet<&'a str> {
    own.difference(others).map(|(lint, _)| lint.as_str()).collect()
}

#[test]
fn lints_find_in_a_traced_program_what_they_find_in_the_plain_one() {
    let [plain, traced] = [plain(), traced()].map(|source| findings(&source));
    let kinds: BTreeSet<_> = plain.iter().map(|(lint, _)| lint).collect();
    assert!(kinds.len() > 60, "the program provokes too little: {kinds:?}");
    assert_eq!(only_in(&plain, &traced), SILENCED.map(|(lint, _)| lint).into());
    assert_eq!(only_in(&traced, &plain), ROUSED.map(|(lint, _)| lint).into());
}
