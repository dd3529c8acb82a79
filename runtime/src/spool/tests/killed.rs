//! A process that is killed while it writes and reads.

use super::*;
use std::io::{BufRead, BufReader, Write, stdout};
use std::process::{Command, Stdio};

/// Where the process to be killed finds the folder.
const FOLDER: &str = "SYNNDICATE_TEST_OF_A_KILLED_SPOOL";
const NAME: &str = "spool::tests::killed::nothing_that_was_put_is_lost_and_one_batch_comes_twice";

#[test]
fn nothing_that_was_put_is_lost_and_one_batch_comes_twice() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return work(PathBuf::from(folder));
    }
    for lines in (1..600).step_by(29) {
        let disk = Disk::new();
        let said = killed_after(lines, &disk);
        let acknowledged = |what: &str| -> Vec<u64> {
            said.iter().filter_map(|line| line.strip_prefix(what)?.parse().ok()).collect()
        };
        let (put, done) = (acknowledged("put "), acknowledged("done "));
        let left: Vec<u64> =
            rest(&mut disk.store().0).iter().map(|name| name.parse().unwrap()).collect();
        // The last acts may have been done and not acknowledged.
        let first = left.first().map_or(put.len(), |&first| first as usize);
        assert!((done.len()..=done.len() + 1).contains(&first), "{done:?}, then {left:?}");
        let end = left.last().map_or(put.len(), |&last| last as usize + 1);
        assert!((put.len()..=put.len() + 1).contains(&end), "{put:?}, then {left:?}");
        assert!(left.iter().copied().eq(first as u64..end as u64), "{left:?}");
    }
}

/// Starts this test in a process of its own and kills it after it has said so many lines: all that it said.
fn killed_after(lines: usize, disk: &Disk) -> Vec<String> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "--nocapture", NAME]).env(FOLDER, disk.path());
    let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(process.stdout.take().unwrap()).lines();
    let acts = said.by_ref().map(Result::unwrap).filter(|line| line.contains(' '));
    let mut heard: Vec<_> = acts.take(lines).collect();
    process.kill().unwrap();
    heard.extend(said.map_while(Result::ok));
    process.wait().unwrap();
    heard
}

/// Writes three batches for each that it reads, and says after each act that it is done.
fn work(dir: PathBuf) {
    let plan = SpoolPlan { dir, max_bytes: 1 << 30 };
    let mut store = Store::open(&plan, Arc::default(), Arc::new(|_| ())).unwrap();
    let say = |text: String| stdout().lock().write_all(text.as_bytes()).unwrap();
    for at in 0_u64.. {
        store.put(&batch(&[&at.to_string()])).unwrap();
        say(format!("put {at}\n"));
        if at % 3 == 2 {
            let next = store.next().unwrap();
            store.done(&next.token);
            say(format!("done {}\n", names(&next.batch).concat()));
        }
    }
}
