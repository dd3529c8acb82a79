//! A disk that takes no more, in the middle of a record.

use super::*;
use std::process::Command;

/// Where the second process finds the folder; only there the test fills it.
const FOLDER: &str = "SYNNDICATE_TEST_OF_A_FULL_DISK";

/// A second process may write no file beyond a limit, as on a disk that is full. It runs this test once more.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_whole_batches_and_refuses_the_others() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return fill(&PathBuf::from(folder));
    }
    let disk = Disk::new();
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ && ulimit -f 16 && exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg("spool::tests::full_disk::a_full_disk_leaves_whole_batches_and_refuses_the_others")
        .env(FOLDER, disk.path())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("1 passed"), "{output:?}");
    let (mut store, recovered, _) = disk.store();
    assert_eq!((recovered.spans, recovered.lost, recovered.damaged), (3, 0, 0));
    assert_eq!(rest(&mut store), ["a".repeat(3000), "b".repeat(3000), "small".into()]);
}

/// Writes until the limit is met, which is 8 or 16 KiB as the shell counts.
fn fill(folder: &Path) {
    let disk = Disk::new();
    let plan = SpoolPlan { dir: folder.to_owned(), max_bytes: 64 << 20 };
    let tally = Arc::new(Tally::default());
    let mut store = Store::open(&plan, tally.clone(), disk.say()).unwrap();
    store.recover();
    store.put(&batch(&[&"a".repeat(3000)])).unwrap();
    store.put(&batch(&[&"b".repeat(3000)])).unwrap();
    for name in ["c", "d"] {
        let refused = store.put(&batch(&[&name.repeat(14_000)])).unwrap_err();
        assert!(matches!(refused, Refusal::Io(_)), "{refused:?}");
    }
    store.put(&batch(&["small"])).unwrap();
    let said = disk.said();
    assert!(said.len() == 2, "once that it fails, once that it works again: {said:?}");
    assert!(said[0].contains("does not take a batch") && said[0].contains("hint:"));
}
