//! The folder: who may use which of its files.
//!
//! Several processes share a folder. Each has a number of its own, the smallest that is free, by an exclusive lock on
//! `NUMBER.lock`, and writes only segments `NUMBER-SEQUENCE.spool`. The operating system lets go of the lock when the process
//! ends, however it ends; so whoever gets a lock owns the segments that a process with this number has left. Lock files are
//! never deleted, since another process may be about to lock them: there are as many as there were processes at once.

use super::error::SpoolError;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// What the name of a segment ends with.
const SEGMENT: &str = "spool";
/// So many processes may share a folder.
const PROCESSES: u32 = 4096;

/// The folder of a spool, and what of it is this process's own.
pub(super) struct Folder {
    path: PathBuf,
    number: u32,
    /// Each is held as long as the spool is open.
    locks: Vec<(u32, File)>,
}

/// What was found in the folder.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The segments that nobody else owns, in the order in which they were written; with their sequence.
    pub(super) segments: Vec<(u64, PathBuf)>,
    /// Files whose names say that they are segments of nobody.
    pub(super) misnamed: Vec<PathBuf>,
    /// Files that were damaged.
    pub(super) set_aside: Vec<PathBuf>,
    /// How many entries have nothing to do with a spool.
    pub(super) foreign: usize,
}

impl Folder {
    /// Makes the folder where it is missing, and takes a number in it.
    pub(super) fn open(path: &Path) -> Result<Folder, SpoolError> {
        let error = |done| move |cause| SpoolError { folder: path.to_owned(), done, cause };
        create(path).map_err(error("created"))?;
        for number in 0..PROCESSES {
            if let Some(lock) = lock(path, number).map_err(error("locked"))? {
                let locks = vec![(number, lock)];
                return Ok(Folder { path: path.to_owned(), number, locks });
            }
        }
        Err(error("shared by more processes")(io::ErrorKind::QuotaExceeded.into()))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The path of this process's segment number `sequence`.
    pub(super) fn segment(&self, sequence: u64) -> PathBuf {
        self.path.join(format!("{}-{sequence:016x}.{SEGMENT}", self.number))
    }

    /// Makes the folder again where it was deleted.
    pub(super) fn create_again(&self) -> io::Result<()> {
        create(&self.path)
    }

    /// Makes what was created or deleted last a crash of the machine too. Not every system can.
    pub(super) fn sync(&self) {
        let _ = File::open(&self.path).and_then(|folder| folder.sync_all());
    }

    /// Looks through the folder, and takes over what processes that have ended left behind.
    pub(super) fn list(&mut self) -> io::Result<Found> {
        let mut found = Found::default();
        let mut segments = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let path = entry?.path();
            match Name::of(&path) {
                Name::Segment(number, sequence) => segments.push((number, sequence, path)),
                Name::Misnamed => found.misnamed.push(path),
                Name::SetAside => found.set_aside.push(path),
                Name::Lock => {}
                Name::Foreign => found.foreign += 1,
            }
        }
        segments.sort();
        for (number, sequence, path) in segments {
            if self.owns(number) {
                found.segments.push((sequence, path));
            }
        }
        Ok(found)
    }

    fn owns(&mut self, number: u32) -> bool {
        if self.locks.iter().any(|(owned, _)| *owned == number) {
            return true;
        }
        // A lock that cannot be had for another reason is one that cannot be had.
        let lock = lock(&self.path, number).ok().flatten();
        let owns = lock.is_some();
        self.locks.extend(lock.map(|lock| (number, lock)));
        owns
    }
}

/// Not left to the end of the files: a process that was forked from this one would keep the locks.
#[cfg(unix)]
impl Drop for Folder {
    fn drop(&mut self) {
        for (_, lock) in &self.locks {
            let _ = rustix::fs::flock(lock, rustix::fs::FlockOperation::Unlock);
        }
    }
}

/// What a name says.
pub(super) enum Name {
    Segment(u32, u64),
    Misnamed,
    SetAside,
    Lock,
    Foreign,
}

impl Name {
    pub(super) fn of(path: &Path) -> Name {
        let extension = path.extension().and_then(|extension| extension.to_str());
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        match extension {
            Some(SEGMENT) => segment_of(stem)
                .map_or(Name::Misnamed, |(number, sequence)| Name::Segment(number, sequence)),
            Some("damaged") => Name::SetAside,
            Some("lock") if stem.parse::<u32>().is_ok() => Name::Lock,
            _ => Name::Foreign,
        }
    }
}

fn segment_of(stem: &str) -> Option<(u32, u64)> {
    let (number, sequence) = stem.split_once('-')?;
    let number = number.parse().ok().filter(|&number| number < PROCESSES)?;
    Some((number, u64::from_str_radix(sequence, 16).ok()?))
}

/// Renames a file so that it is not read again; nothing is overwritten. Where the system does not let us, the file is seen
/// again at the next start.
pub(super) fn set_aside(path: &Path) {
    let named = |at: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(if at == 0 { ".damaged".to_owned() } else { format!(".{at}.damaged") });
        PathBuf::from(name)
    };
    let free = (0..PROCESSES).map(named).find(|to| fs::symlink_metadata(to).is_err());
    let _ = free.map(|to| fs::rename(path, to));
}

/// Nobody but the program's user may read what is made here: spans may hold what is private.
fn create(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

/// How files are opened: to be read and written, by the program's user only.
pub(super) fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Whether a process that runs has this number.
pub(super) fn is_in_use(folder: &Path, number: u32) -> bool {
    let has_lock = folder.join(format!("{number}.lock")).exists();
    // A lock that cannot be asked for may well be held.
    has_lock && !matches!(lock(folder, number), Ok(Some(_)))
}

/// The lock of this number, or `None` where another process has it.
#[cfg(unix)]
fn lock(folder: &Path, number: u32) -> io::Result<Option<File>> {
    use rustix::fs::{FlockOperation, flock};
    let file = options().create(true).open(folder.join(format!("{number}.lock")))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The lock of this number, or `None` where another process has it: an open file that nobody else may open.
#[cfg(windows)]
fn lock(folder: &Path, number: u32) -> io::Result<Option<File>> {
    use std::os::windows::fs::OpenOptionsExt;
    const SHARING_VIOLATION: i32 = 32;
    match options().create(true).share_mode(0).open(folder.join(format!("{number}.lock"))) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.raw_os_error() == Some(SHARING_VIOLATION) => Ok(None),
        Err(error) => Err(error),
    }
}

/// There is no lock that a crash would end.
#[cfg(not(any(unix, windows)))]
fn lock(_: &Path, _: u32) -> io::Result<Option<File>> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_while_their_owner_lives() {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("a/b");
        let first = Folder::open(&path).unwrap();
        let second = Folder::open(&path).unwrap();
        assert_eq!((first.number, second.number), (0, 1));
        drop(first);
        assert_eq!(Folder::open(&path).unwrap().number, 0);
    }

    #[test]
    fn what_nobody_owns_is_taken_over_in_its_order() {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path();
        let mut first = Folder::open(path).unwrap();
        let second = Folder::open(path).unwrap();
        let names = ["1-000b.spool", "2-0001.spool", "0-000a.spool", "0-0002.spool"];
        let others = ["x.spool", "-1.spool", "7.lock", "notes.txt", "0-0003.spool.damaged"];
        for name in names.iter().chain(&others) {
            fs::write(path.join(name), "").unwrap();
        }
        let own = |found: &Found| {
            let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
            found.segments.iter().map(|(_, path)| name(path)).collect::<Vec<_>>()
        };
        let found = first.list().unwrap();
        assert_eq!(own(&found), ["0-0002.spool", "0-000a.spool", "2-0001.spool"]);
        assert_eq!((found.misnamed.len(), found.foreign), (2, 1));
        drop(second);
        assert_eq!(own(&first.list().unwrap()).len(), 4, "the second process has ended");
    }

    #[test]
    fn what_is_set_aside_overwrites_nothing() {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("0-1.spool");
        for text in ["first", "second"] {
            fs::write(&path, text).unwrap();
            set_aside(&path);
        }
        let read = |name| fs::read_to_string(temporary.path().join(name)).unwrap();
        assert_eq!(read("0-1.spool.damaged"), "first");
        assert_eq!(read("0-1.spool.1.damaged"), "second");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_programs_user_may_look() {
        use std::os::unix::fs::PermissionsExt;
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("spool");
        let _folder = Folder::open(&path).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&path.join("0.lock"))), (0o700, 0o600));
    }

    #[test]
    fn a_folder_that_cannot_be_is_explained() {
        let temporary = tempfile::tempdir().unwrap();
        let file = temporary.path().join("file");
        fs::write(&file, "").unwrap();
        let told = Folder::open(&file.join("spool")).err().unwrap().to_string();
        assert!(told.contains("`tracing_spool_dir` cannot be created") && told.contains("hint:"));
    }
}
