//! A terminal for a program to write to.

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::Stdio;

/// The side of a terminal where people sit.
pub(crate) struct Terminal(OwnedFd);

impl Terminal {
    /// A new one, and the side that is the program's.
    pub(crate) fn open() -> (Terminal, Stdio) {
        let people = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&people).unwrap();
        unlockpt(&people).unwrap();
        let name = ptsname(&people, Vec::new()).unwrap();
        let program = open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
        (Terminal(people), program.into())
    }

    /// Writes as people do.
    pub(crate) fn type_in(&self, text: &str) {
        File::from(self.0.try_clone().unwrap()).write_all(text.as_bytes()).unwrap();
    }

    /// Reads what the program writes, until nobody has the other side.
    pub(crate) fn reader(self) -> Box<dyn Read + Send> {
        Box::new(File::from(self.0))
    }
}
