//! Files that are made from the table of keys, and checked in.

use std::fs;
use std::path::Path;

/// Asserts that the file at `path` in the repository has this text; the fresh one is left in a temporary folder.
#[track_caller]
pub(in crate::settings) fn assert_fresh(path: &str, text: &str) {
    let checked_in = format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"));
    if fs::read_to_string(&checked_in).unwrap_or_default() != text {
        let name = Path::new(path).file_name().unwrap().to_str().unwrap();
        let fresh = std::env::temp_dir().join(format!("{}.{name}", std::process::id()));
        fs::write(&fresh, text).unwrap();
        panic!("{path} is stale; the fresh text is in {0}: cp {0} {checked_in}", fresh.display());
    }
}
