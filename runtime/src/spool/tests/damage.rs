//! Files that are not what was written. Each is set aside or read as far as it goes, and none keeps the others from being read.

use super::*;
use std::fs;

/// A disk on which three processes one after the other left a batch each: `a`, `b`, `c`.
fn three_files() -> (Disk, Vec<PathBuf>) {
    let disk = Disk::new();
    for name in ["a", "b", "c"] {
        disk.store().0.put(&batch(&[name, name])).unwrap();
    }
    let files = disk.files(".spool");
    assert_eq!(files.len(), 3);
    (disk, files)
}

/// The second of three files is bad: the others are read, and it is set aside, said once and not read again.
#[track_caller]
fn assert_set_aside(why: &str, damage: impl FnOnce(&Path)) {
    let (disk, files) = three_files();
    damage(&files[1]);
    let (mut store, recovered, tally) = disk.store();
    assert_eq!((recovered.spans, recovered.segments, recovered.damaged), (4, 2, 1), "{why}");
    assert_eq!(rest(&mut store), ["a", "a", "c", "c"], "{why}");
    assert_eq!((tally.recovered(), tally.replayed(), tally.waiting()), (4, 4, 0), "{why}");
    let said = disk.said();
    assert!(said.len() == 1 && said[0].contains(why), "{said:?} has `{why}`");
    assert_eq!((disk.files(".spool").len(), disk.files(".damaged").len()), (0, 1), "{why}");
    drop(store);
    assert_eq!(disk.store().1, Recovered::default(), "{why}");
    assert_eq!(disk.said(), [""; 0]);
}

#[test]
fn what_is_no_segment_is_set_aside() {
    assert_set_aside("ends too early", |path| fs::write(path, "").unwrap());
    assert_set_aside("ends too early", |path| cut(path, 30));
    assert_set_aside("does not begin", |path| fs::write(path, [0xa5; 5000]).unwrap());
    assert_set_aside("version 2", |path| change(path, 8, 2));
    assert_set_aside("checksum", |path| change(path, 40, 0));
    assert_set_aside("is no file", |path| {
        fs::remove_file(path).unwrap();
        fs::create_dir(path).unwrap();
    });
    assert_set_aside("cannot be read", |path| {
        // Root reads whatever its mode says; nobody reads a link that leads to itself.
        fs::remove_file(path).unwrap();
        std::os::unix::fs::symlink(path, path).unwrap();
    });
}

#[test]
fn a_name_that_no_spool_gives_is_set_aside_and_foreign_files_are_left_alone() {
    let (disk, files) = three_files();
    fs::rename(&files[1], disk.path().join("copy of b.spool")).unwrap();
    fs::write(disk.path().join("README"), "hello").unwrap();
    fs::create_dir(disk.path().join("folder")).unwrap();
    let (mut store, recovered, _) = disk.store();
    assert_eq!((recovered.spans, recovered.damaged, recovered.foreign), (4, 1, 2));
    assert_eq!(rest(&mut store), ["a", "a", "c", "c"]);
    assert_eq!(fs::read_to_string(disk.path().join("README")).unwrap(), "hello");
    assert!(
        disk.path().join("folder").is_dir() && disk.files("copy of b.spool.damaged").len() == 1
    );
}

#[test]
fn a_file_that_was_cut_gives_its_whole_batches() {
    let disk = Disk::new();
    let mut store = disk.store().0;
    store.put(&batch(&["a", "b"])).unwrap();
    store.put(&batch(&["c"])).unwrap();
    let [file] = &disk.files(".spool")[..] else { panic!("one segment") };
    let two = fs::metadata(file).unwrap().len();
    store.put(&batch(&["d", "e", "f"])).unwrap();
    drop(store);
    cut(file, two + 20);
    let (mut store, recovered, tally) = disk.store();
    let expected = Recovered { spans: 3, segments: 1, lost: 3, ..Recovered::default() };
    assert_eq!(recovered, expected);
    assert_eq!(rest(&mut store), ["a", "b", "c"]);
    assert_eq!((tally.recovered(), tally.lost(Loss::Damaged), tally.waiting()), (6, 3, 0));
    assert!(disk.said()[0].contains("cut in its last batch, which had 3 spans"));
    assert_eq!((disk.files(".spool").len(), disk.files(".damaged").len()), (0, 0));
}

#[test]
fn a_damaged_body_costs_its_own_batch_only() {
    let disk = Disk::new();
    let mut store = disk.store().0;
    store.put(&batch(&["a", "b"])).unwrap();
    let file = disk.files(".spool").remove(0);
    let end = fs::metadata(&file).unwrap().len();
    store.put(&batch(&["c", "d", "e"])).unwrap();
    drop(store);
    change(&file, end - 1, b'x');
    let (mut store, recovered, tally) = disk.store();
    assert_eq!(
        (recovered.spans, recovered.damaged),
        (5, 0),
        "bodies are checked when they are read"
    );
    assert_eq!(rest(&mut store), ["c", "d", "e"]);
    assert_eq!((tally.replayed(), tally.lost(Loss::Damaged), tally.waiting()), (3, 2, 0));
    let said = disk.said();
    assert!(said.len() == 1 && said[0].contains("2 spans in"), "{said:?}");
    assert_eq!((disk.files(".spool").len(), disk.files(".damaged").len()), (0, 1));
}

#[test]
fn a_damaged_head_costs_what_is_behind_it_and_leaves_what_is_before() {
    let disk = Disk::new();
    let mut store = disk.store().0;
    store.put(&batch(&["a"])).unwrap();
    let file = disk.files(".spool").remove(0);
    let end = fs::metadata(&file).unwrap().len();
    store.put(&batch(&["b"])).unwrap();
    drop(store);
    change(&file, end, 0xff);
    let (mut store, recovered, _) = disk.store();
    assert_eq!((recovered.spans, recovered.damaged), (1, 1));
    assert_eq!(rest(&mut store), ["a"]);
    assert_eq!((disk.files(".spool").len(), disk.files(".damaged").len()), (0, 1));
}

#[test]
fn a_damaged_position_reads_the_whole_file_again() {
    let disk = Disk::new();
    let mut store = disk.store().0;
    store.put(&batch(&["a"])).unwrap();
    store.put(&batch(&["b"])).unwrap();
    let first = store.next().unwrap();
    store.done(&first.token);
    drop(store);
    let (mut store, recovered, _) = disk.store();
    assert_eq!(
        (recovered.spans, store.next().map(|next| names(&next.batch))),
        (1, Some(vec!["b".into()]))
    );
    drop(store);
    change(&disk.files(".spool")[0], format::POSITION, 0xff);
    assert_eq!(rest(&mut disk.store().0), ["a", "b"]);
}

#[test]
fn a_file_that_vanishes_while_the_spool_is_open_is_counted() {
    let disk = Disk::new();
    disk.store().0.put(&batch(&["a", "b"])).unwrap();
    let (mut store, _, tally) = disk.store();
    fs::remove_file(&disk.files(".spool")[0]).unwrap();
    assert!(store.next().is_none());
    assert_eq!((tally.lost(Loss::Damaged), tally.waiting()), (2, 0));
}

#[test]
fn a_folder_that_was_deleted_is_made_again() {
    let disk = Disk::new();
    let (mut store, ..) = disk.store();
    fs::remove_dir_all(disk.path()).unwrap();
    store.put(&batch(&["a"])).unwrap();
    assert_eq!(rest(&mut store), ["a"]);
}

fn cut(path: &Path, len: u64) {
    fs::OpenOptions::new().write(true).open(path).unwrap().set_len(len).unwrap();
}

/// Another byte at this place.
fn change(path: &Path, at: u64, byte: u8) {
    let mut bytes = fs::read(path).unwrap();
    let old = &mut bytes[usize::try_from(at).unwrap()];
    *old = if *old == byte { !byte } else { byte };
    fs::write(path, bytes).unwrap();
}
