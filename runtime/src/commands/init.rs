//! `init`: a settings file to begin with.

use super::arguments::Arguments;
use super::{NOT_WELL, Outcome, Refusal, USAGE, WELL, output};
use crate::settings::{FILE_NAME, Sources, reference};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

pub(super) fn run(arguments: &Arguments, sources: &Sources) -> Outcome {
    let is_forced = arguments.has("--force");
    if arguments.has("--stdout") {
        if is_forced {
            let why = "`--stdout` overwrites nothing: leave `--force` out";
            return Err(Refusal::new(USAGE, why));
        }
        output::write(&reference());
        return Ok(WELL);
    }
    let path = sources.directory.join(FILE_NAME);
    write(&path, is_forced).map_err(|error| unwritten(&path, &error))?;
    let path = path.display();
    output::write(&format!("wrote {path}: every key is explained there, at its default\n"));
    Ok(WELL)
}

fn unwritten(path: &Path, error: &io::Error) -> Refusal {
    let hint = match error.kind() {
        io::ErrorKind::AlreadyExists => {
            "\nhint: `--force` overwrites it, `--stdout` leaves it alone"
        }
        _ => "",
    };
    Refusal::new(NOT_WELL, format!("`{}` cannot be written: {error}{hint}", path.display()))
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
