//! `init`: a settings file to begin with.

use super::arguments::Arguments;
use super::{NOT_WELL, USAGE, WELL, output};
use crate::report;
use crate::settings::{FILE_NAME, Sources, reference};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

pub(super) fn run(arguments: &Arguments, sources: &Sources) -> i32 {
    let is_forced = arguments.has("--force");
    match (arguments.has("--stdout"), is_forced) {
        (true, true) => {
            report::say("`--stdout` overwrites nothing: leave `--force` out");
            return USAGE;
        }
        (true, false) => {
            output::write(&reference());
            return WELL;
        }
        _ => {}
    }
    let path = sources.directory.join(FILE_NAME);
    let Err(error) = write(&path, is_forced) else {
        output::write(&format!(
            "wrote {}: every key is explained there, at its default\n",
            path.display()
        ));
        return WELL;
    };
    let hint = match error.kind() {
        io::ErrorKind::AlreadyExists => {
            "\nhint: `--force` overwrites it, `--stdout` leaves it alone"
        }
        _ => "",
    };
    report::say(&format!("`{}` cannot be written: {error}{hint}", path.display()));
    NOT_WELL
}

fn write(path: &Path, is_forced: bool) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true);
    if is_forced {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    options.open(path)?.write_all(reference().as_bytes())
}
