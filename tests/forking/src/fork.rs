//! A fork, seen from both sides.

use crate::say;
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use std::thread;
use std::time::{Duration, Instant};

/// How long a child may take. One that waits for a thread that it has not got waits for ever.
const PATIENCE: Duration = Duration::from_secs(30);

/// Which process this is.
pub(crate) enum Side {
    Child,
    /// The child has ended.
    Parent,
}

/// Forks. The parent comes back when the child has ended, and has said how.
pub(crate) fn fork() -> Side {
    match spawn() {
        None => Side::Child,
        Some(child) => {
            say(&format!("the child {}", end_of(child)));
            Side::Parent
        }
    }
}

/// The child's id, or `None` in the child.
#[expect(unsafe_code, reason = "there is no other way to fork without `exec`")]
fn spawn() -> Option<Pid> {
    // SAFETY: the child uses the allocator, standard output and threads, which the C libraries of the systems that we test on
    // keep in order over a fork; whether the rest goes well is what is tested.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "there can be no child");
    Pid::from_raw(child)
}

fn end_of(child: Pid) -> String {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        match waitpid(Some(child), WaitOptions::NOHANG) {
            Ok(Some((_, status))) => return format!("has ended with {:?}", status.exit_status()),
            Ok(None) => thread::sleep(Duration::from_millis(2)),
            Err(error) => return format!("is nowhere: {error}"),
        }
    }
    let _ = kill_process(child, Signal::KILL);
    let _ = waitpid(Some(child), WaitOptions::empty());
    "hangs".to_owned()
}
