//! Looking into a folder without taking anything over, and emptying it, beside the programs that use it.

use super::error::SpoolError;
use super::folder::{Folder, Name, is_in_use};
use super::segment::{Segment, Tail};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What is in a folder.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// In the order in which they were written, by number of the process.
    pub(crate) segments: Vec<Listed>,
    /// Files that were set aside.
    pub(crate) set_aside: usize,
}

/// One segment.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) file: String,
    /// Spans that are not sent; what is damaged is not counted.
    pub(crate) spans: u64,
    pub(crate) bytes: u64,
    /// When it was last written.
    pub(crate) written: Option<SystemTime>,
    /// It belongs to a program that runs.
    pub(crate) is_in_use: bool,
    /// Why not all of it can be read.
    pub(crate) damage: Option<String>,
}

/// What was deleted.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Emptied {
    pub(crate) segments: u64,
    /// Those that could be counted.
    pub(crate) spans: u64,
    /// Files that were damaged.
    pub(crate) damaged: u64,
}

/// Lists a folder. One that is not there is empty.
///
/// # Errors
///
/// When it cannot be read.
pub(crate) fn inspect(folder: &Path) -> Result<Contents, SpoolError> {
    let mut contents = Contents::default();
    let mut segments = Vec::new();
    for path in entries(folder).map_err(|cause| error(folder, "listed", cause))? {
        match Name::of(&path) {
            Name::Segment(number, sequence) => segments.push((number, sequence, path)),
            Name::Misnamed | Name::SetAside => contents.set_aside += 1,
            Name::Lock | Name::Foreign => {}
        }
    }
    segments.sort();
    for (number, _, path) in segments {
        contents.segments.extend(listed(&path, is_in_use(folder, number)));
    }
    Ok(contents)
}

/// Makes the folder where it is missing, takes a number in it for a moment, and lists it.
///
/// # Errors
///
/// When no program of this user could keep spans there, or when it cannot be read.
pub(crate) fn try_out(folder: &Path) -> Result<Contents, SpoolError> {
    Folder::open(folder)?;
    inspect(folder)
}

/// Deletes what no running program owns, damaged files included.
///
/// # Errors
///
/// When the folder cannot be used, or when a file cannot be deleted.
pub(crate) fn empty(folder: &Path) -> Result<Emptied, SpoolError> {
    let mut emptied = Emptied::default();
    if !folder.exists() {
        return Ok(emptied);
    }
    let failed = |cause| error(folder, "emptied", cause);
    let found = Folder::open(folder)?.list().map_err(failed)?;
    for (_, path) in found.segments {
        emptied.spans += Segment::look(&path).map_or(0, |(segment, _)| segment.spans());
        emptied.segments += 1;
        fs::remove_file(path).map_err(failed)?;
    }
    for path in found.misnamed.into_iter().chain(found.set_aside) {
        emptied.damaged += 1;
        fs::remove_file(path).map_err(failed)?;
    }
    Ok(emptied)
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// `None` where the file has gone meanwhile: its program has sent it.
fn listed(path: &Path, is_in_use: bool) -> Option<Listed> {
    let metadata = fs::metadata(path).ok()?;
    let (spans, damage) = match Segment::look(path) {
        Ok((segment, tail)) => (segment.spans(), damage(tail, is_in_use)),
        Err(fault) => (0, Some(fault.to_string())),
    };
    Some(Listed {
        file: path.file_name()?.display().to_string(),
        spans,
        bytes: metadata.len(),
        written: metadata.modified().ok(),
        is_in_use,
        damage,
    })
}

/// A program that runs may be about to write the end.
fn damage(tail: Tail, is_in_use: bool) -> Option<String> {
    match tail {
        Tail::Cut(spans) if !is_in_use => {
            Some(format!("it was cut in its last batch, which had {spans} spans"))
        }
        Tail::Garbage if !is_in_use => Some("a checksum is wrong".into()),
        _ => None,
    }
}

fn error(folder: &Path, done: &'static str, cause: io::Error) -> SpoolError {
    SpoolError { folder: folder.to_owned(), done, cause }
}

#[cfg(test)]
mod tests {
    use super::super::tests::batch;
    use super::*;
    use crate::spool::format::RecordHead;

    /// A segment of this name with a batch of two spans.
    fn segment(folder: &Path, name: &str) {
        let batch = batch(&["a", "b"]);
        let mut segment = Segment::create(folder.join(name), batch.resource()).unwrap();
        segment.append(RecordHead::of(&batch).unwrap(), &batch).unwrap();
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = entries(folder)
            .unwrap()
            .iter()
            .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_is_listed_with_owners_and_damage_and_stays_as_it_is() {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path();
        let _running = Folder::open(path).unwrap();
        for name in ["0-1.spool", "3-1.spool", "3-2.spool"] {
            segment(path, name);
        }
        let cut = fs::read(path.join("3-2.spool")).unwrap();
        fs::write(path.join("3-2.spool"), &cut[..cut.len() - 1]).unwrap();
        fs::write(path.join("4-1.spool"), "nonsense, and more of it than a header is long")
            .unwrap();
        fs::write(path.join("0-0.spool.damaged"), "").unwrap();
        let before = names(path);
        let contents = inspect(path).unwrap();
        let shown: Vec<_> = contents
            .segments
            .iter()
            .map(|one| (&*one.file, one.spans, one.is_in_use, one.damage.is_some()))
            .collect();
        let expected = [
            ("0-1.spool", 2, true, false),
            ("3-1.spool", 2, false, false),
            ("3-2.spool", 0, false, true),
            ("4-1.spool", 0, false, true),
        ];
        assert_eq!((shown, contents.set_aside), (expected.to_vec(), 1));
        assert_eq!(names(path), before);
        assert!(inspect(&path.join("nowhere")).unwrap().segments.is_empty());
    }

    #[test]
    fn what_a_running_program_owns_is_not_emptied() {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path();
        let _running = Folder::open(path).unwrap();
        for name in ["0-1.spool", "3-1.spool"] {
            segment(path, name);
        }
        fs::write(path.join("0-0.spool.damaged"), "").unwrap();
        fs::write(path.join("notes.txt"), "").unwrap();
        let emptied = empty(path).unwrap();
        assert_eq!(emptied, Emptied { segments: 1, spans: 2, damaged: 1 });
        let left = names(path);
        assert!(
            left.contains(&"0-1.spool".into()) && left.contains(&"notes.txt".into()),
            "{left:?}"
        );
        assert!(!left.iter().any(|name| name.starts_with("3-1") || name.ends_with("damaged")));
    }
}
