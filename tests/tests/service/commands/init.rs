//! `init`: a settings file to begin with.

use super::desk;
use std::fs::{read_to_string, write};

const REFERENCE: &str = include_str!("../../../../config/Synndicate.toml");

#[test]
fn the_reference_file_is_written_once_and_again_only_if_that_is_meant() {
    let desk = desk();
    let file = desk.path().join("Synndicate.toml");
    desk.command("init").assert_code(0).assert_shows("Synndicate.toml");
    assert_eq!(read_to_string(&file).unwrap(), REFERENCE);
    desk.command("config --changed").assert_code(0).assert_shows("");
    write(&file, "[observability]\n").unwrap();
    desk.command("init").assert_code(1).assert_says("hint: `--force` overwrites it");
    assert_eq!(read_to_string(&file).unwrap(), "[observability]\n");
    desk.command("init --force").assert_code(0);
    assert_eq!(read_to_string(&file).unwrap(), REFERENCE);
}

#[test]
fn the_reference_file_can_be_shown_instead() {
    let desk = desk();
    let done = desk.command("init --stdout");
    done.assert_code(0);
    assert_eq!(done.stdout, REFERENCE);
    assert!(!desk.path().join("Synndicate.toml").exists());
    desk.command("init --stdout --force").assert_code(2);
}
