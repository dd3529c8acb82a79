//! Environments and folders of other times: their bytes are no text, and nobody minds where nobody asked for text.

use crate::support::{Arrived, Program, SYNC, sending, taking};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

#[test]
fn bytes_that_are_none_of_our_business_are_not_spoken_of() {
    let backend = taking();
    let (value, folder) = (OsStr::from_bytes(b"\xff"), OsStr::from_bytes(b"caf\xe9"));
    let outcome = sending(Program::new(SYNC, "work"), &backend)
        .env("OTHER", value)
        .env(OsStr::from_bytes(b"N\xc4ME"), value)
        .in_folder(folder, "[observability]\nservice_name = \"latin\"")
        .run();
    outcome.assert_code(7);
    assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
    assert_eq!(backend.names(), ["step", "work"]);
    assert_eq!(backend.resource("service.name"), ["latin"], "the file is found");
}

#[test]
fn a_mistake_in_such_a_folder_is_shown_with_its_place() {
    let folder = OsStr::from_bytes(b"caf\xe9");
    let outcome = Program::new(SYNC, "work").in_folder(folder, "[observability]\nname = 1").run();
    outcome.assert_code(78);
    outcome.assert_says("`name` is not a known key");
    outcome.assert_says("caf\u{fffd}/Synndicate.toml:2:1");
}

#[test]
fn a_setting_of_ours_that_is_no_text_is_a_mistake() {
    let name = "SYN_OBSERVABILITY__SERVICE_NAME";
    let outcome = Program::new(SYNC, "work").env(name, OsStr::from_bytes(b"\xff")).run();
    outcome.assert_code(78);
    outcome.assert_says(&format!("`{name}` is not UTF-8"));
}

#[test]
fn a_standard_variable_that_is_no_text_is_a_warning() {
    let backend = taking();
    let program = sending(Program::new(SYNC, "work"), &backend);
    let outcome = program.env("OTEL_SERVICE_NAME", OsStr::from_bytes(b"\xff")).run();
    outcome.assert_code(7);
    outcome.assert_says("synndicate: warning: `OTEL_SERVICE_NAME` is not UTF-8");
    assert_eq!(backend.names(), ["step", "work"]);
    assert_eq!(backend.resource("service.name"), ["synndicate-tests"]);
}
