//! The W3C's own tests of trace context against the example `web`: each sends it headers, and looks at those that it sends on.
//!
//! `tests/backends/trace-context/build` makes the Python environment that they need.
#![cfg(feature = "real-backends")]

use std::error::Error;
use std::path::Path;
use std::process::Command;
use synndicate_tests::examples::Web;
use synndicate_tests::free_ports;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

#[test]
fn web_passes_the_w3c_tests_at_their_strictest() -> Result {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = tests.join("../target/cache/trace-context/bin/python");
    let hint = "run `tests/backends/trace-context/build` first";
    assert!(python.is_file(), "there is no Python at `{}`: {hint}", python.display());
    let web = Web::start(&["--errands"], [("SYN_OBSERVABILITY__TRACING_BACKEND", "console")])?;
    let [port] = free_ports()?;
    let output = Command::new(python)
        // Nothing is written beside the tests.
        .args(["-B", "test.py", &format!("{}/errands", web.address())])
        .current_dir(tests.join("backends/trace-context"))
        .env("HARNESS_PORT", port.to_string())
        .envs([("STRICT_LEVEL", "2"), ("SPEC_LEVEL", "2")])
        .output()?;
    let report = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}");
    assert!(report.contains("Ran 41 tests") && !report.contains("skipped"), "{report}");
    Ok(())
}
