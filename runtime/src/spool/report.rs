//! What the spool says to people: what it found, once; that it cannot write, once until it can.

use super::error::Refusal;
use super::segment::Tail;
use super::{Recovered, Say};
use std::fmt::Display;
use std::io;
use std::path::Path;

/// So many damaged files are named at the start.
const NAMED: usize = 8;

/// Collects what was found and says what is new.
pub(super) struct Report {
    say: Say,
    /// What was found and is not said yet.
    findings: Vec<String>,
    is_failing: bool,
    is_sync_failing: bool,
}

impl Report {
    pub(super) fn new(say: Say) -> Report {
        Report { say, findings: Vec::new(), is_failing: false, is_sync_failing: false }
    }

    pub(super) fn unreadable_folder(&self, folder: &Path, error: &io::Error) {
        let folder = folder.display();
        (self.say)(&format!(
            "the spool in `{folder}` cannot be listed: {error}\nwhat earlier runs left there stays until it can"
        ));
    }

    /// A file was set aside.
    pub(super) fn damaged(&mut self, path: &Path, why: &dyn Display) {
        self.findings.push(format!("`{}`: {why}", name(path)));
    }

    /// What stands at the end of a file that is read.
    pub(super) fn tail(&mut self, path: &Path, tail: Tail) {
        match tail {
            Tail::Nothing => {}
            Tail::Cut(spans) => self.damaged(
                path,
                &format!(
                    "it was cut in its last batch, which had {spans} spans; those before are sent"
                ),
            ),
            Tail::Garbage => {
                self.damaged(path, &"a checksum is wrong; the batches before that are sent");
            }
        }
    }

    /// Says what was found at the start.
    pub(super) fn found(&mut self, folder: &Path, recovered: &Recovered) {
        let findings = std::mem::take(&mut self.findings);
        if findings.is_empty() {
            return;
        }
        let mut text = format!(
            "the spool in `{}` has damaged files; those set aside as `*.damaged` ({}) may be deleted",
            folder.display(),
            recovered.damaged
        );
        findings.iter().take(NAMED).for_each(|finding| {
            text.push('\n');
            text.push_str(finding);
        });
        if findings.len() > NAMED {
            text.push_str("\nand others");
        }
        (self.say)(&text);
    }

    /// A record was skipped.
    pub(super) fn lost(&self, path: &Path, spans: u64) {
        let path = path.display();
        (self.say)(&format!(
            "{spans} spans in `{path}` are damaged and lost; the file will be set aside as `*.damaged`"
        ));
    }

    /// A batch was written, or not.
    pub(super) fn written(&mut self, folder: &Path, refusal: Option<&Refusal>) {
        let was_failing = std::mem::replace(&mut self.is_failing, refusal.is_some());
        let folder = folder.display();
        match refusal {
            Some(refusal) if !was_failing => (self.say)(&format!(
                "the spool in `{folder}` does not take a batch: {refusal}\nhint: make room on the disk, or name another folder as \
                 `tracing_spool_dir`"
            )),
            None if was_failing => {
                (self.say)(&format!("the spool in `{folder}` takes batches again"));
            }
            _ => {}
        }
    }

    /// What was written was asked to last, and may not.
    pub(super) fn synced(&mut self, folder: &Path, synced: io::Result<()>) {
        let was_failing = std::mem::replace(&mut self.is_sync_failing, synced.is_err());
        if let Err(error) = synced
            && !was_failing
        {
            let folder = folder.display();
            (self.say)(&format!(
                "the spool in `{folder}` may not outlast a crash of the machine: {error}"
            ));
        }
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().display().to_string()
}
