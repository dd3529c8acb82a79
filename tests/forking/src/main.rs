//! A program that forks without `exec` while it traces, or before; the argument says how. Both sides tell on standard output what
//! they see.

mod fork;

use fork::{Side, fork};
use rustix::process::{Signal, getpid, kill_process};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::channel;
use std::thread;
use synndicate::{Builder, DistributedTracingManager, Tracing, traced, traced_service};

/// More spans than a thread keeps.
const MANY: usize = 3_000;

fn main() {
    match std::env::args().nth(1).as_deref() {
        None | Some("service") => service(),
        Some("async") => asynchronous(),
        Some("panic") => failing(),
        Some("exit") => exiting(),
        Some("signal") => signalled(),
        Some("manager") => managed(),
        Some("guard") => guarded(),
        Some("spool") => spooled(),
        Some("early") => early(),
        Some("late") => late(),
        Some("exec") => executed(),
        Some("executed") => both_sides(),
        Some("crowd") => crowded(),
        Some("log") => logging(),
        other => panic!("`{other:?}` is nothing to do"),
    }
}

#[traced_service]
fn service() {
    before();
    match fork() {
        Side::Child => child(),
        Side::Parent => after(),
    }
}

#[traced_service]
async fn asynchronous() {
    before();
    let _ = tokio::spawn(async { before() }).await;
    let _ = tokio::task::spawn_blocking(before).await;
    match fork() {
        Side::Child => child(),
        Side::Parent => after(),
    }
}

#[traced_service]
async fn failing() {
    before();
    let _ = tokio::spawn(async { before() }).await;
    match fork() {
        Side::Child => panic!("in the child"),
        Side::Parent => after(),
    }
}

#[traced_service]
fn exiting() {
    before();
    match fork() {
        Side::Child => {
            child();
            std::process::exit(3)
        }
        Side::Parent => after(),
    }
}

#[traced_service]
fn signalled() {
    before();
    match fork() {
        Side::Child => {
            kill_process(getpid(), Signal::TERM).unwrap();
            child();
        }
        Side::Parent => after(),
    }
}

fn managed() {
    let manager = DistributedTracingManager::new();
    manager.setup().unwrap();
    before();
    match fork() {
        Side::Child => {
            child();
            say(&format!("its manager: {}", manager.shutdown().unwrap().exported));
        }
        Side::Parent => {
            after();
            manager.shutdown().unwrap();
        }
    }
}

fn guarded() {
    let tracing = start();
    before();
    match fork() {
        Side::Child => {
            drop(tracing);
            child();
            say(&Builder::new().start().unwrap_err().to_string());
        }
        Side::Parent => {
            after();
            drop(tracing);
        }
    }
}

/// While no backend is there.
fn spooled() {
    let tracing = start();
    before();
    synndicate::flush();
    match fork() {
        Side::Child => {
            child();
            synndicate::shutdown();
        }
        Side::Parent => {
            say(&format!("the spool is locked: {}", is_spool_locked()));
            after();
            drop(tracing);
        }
    }
}

fn is_spool_locked() -> bool {
    use rustix::fs::{FlockOperation, flock};
    let folder = PathBuf::from(std::env::var_os("SYN_OBSERVABILITY__TRACING_SPOOL_DIR").unwrap());
    let lock = std::fs::File::open(folder.join("0.lock")).unwrap();
    flock(lock, FlockOperation::NonBlockingLockExclusive).is_err()
}

fn early() {
    match fork() {
        Side::Child | Side::Parent => both_sides(),
    }
}

/// After tracing has ended in the parent.
fn late() {
    let tracing = start();
    before();
    drop(tracing);
    match fork() {
        Side::Child | Side::Parent => both_sides(),
    }
}

/// Traces wherever this is, and says who that is.
fn both_sides() {
    let tracing = start();
    after();
    say(&format!("{} has sent {}", std::process::id(), tracing.shutdown().exported));
}

#[traced_service]
fn executed() {
    before();
    let started = Command::new(std::env::current_exe().unwrap()).arg("executed").status().unwrap();
    say(&format!("the child has ended with {:?}", started.code()));
    after();
}

/// While other threads keep every lock of the recorder busy.
fn crowded() {
    static DONE: AtomicBool = AtomicBool::new(false);
    let tracing = start();
    let crowd: Vec<_> = (0..3)
        .map(|_| {
            thread::spawn(|| {
                while !DONE.load(Relaxed) {
                    // Each thread needs a ring, slots and frames of its own, and gives them back.
                    let _ = thread::spawn(|| (0..3).for_each(|_| other_threads())).join();
                }
            })
        })
        .collect();
    for _ in 0..30 {
        if let Side::Child = fork() {
            let _ = thread::spawn(|| (0..100).for_each(|_| in_child())).join();
            (0..MANY).for_each(|_| in_child());
            synndicate::flush();
            let _ = synndicate::health();
            return drop(tracing);
        }
    }
    DONE.store(true, Relaxed);
    for thread in crowd {
        thread.join().unwrap();
    }
    let ledger = tracing.shutdown();
    assert_eq!(ledger.created, ledger.exported + ledger.dropped(), "{ledger}");
    say(&format!("the parent has sent {}", ledger.exported));
}

/// While another thread of the parent holds standard error.
#[traced_service]
fn logging() {
    let ((is_held, held), (done, is_done)) = (channel(), channel::<()>());
    let holder = thread::spawn(move || {
        let _held = io::stderr().lock();
        let _ = is_held.send(());
        let _ = is_done.recv();
    });
    held.recv().unwrap();
    match fork() {
        Side::Child => tracing::info!("in the child"),
        Side::Parent => {
            drop(done);
            holder.join().unwrap();
            tracing::info!("in the parent");
        }
    }
}

fn start() -> Tracing {
    Builder::new().start().unwrap()
}

/// What a child does that knows nothing of its parent's tracing.
fn child() {
    (0..MANY).for_each(|_| in_child());
    let _ = thread::spawn(|| (0..MANY).for_each(|_| in_child())).join();
    let flushed = synndicate::flush();
    let (ledger, health) = (synndicate::ledger(), synndicate::health());
    say(&format!("flush: {flushed}"));
    say(&format!("backends: {}", health.backends.len()));
    say(&format!("ledger: {ledger}"));
}

#[traced]
fn before() {}

#[traced]
fn after() {}

#[traced]
fn in_child() {
    tracing::info_span!("inside").in_scope(|| tracing::info!("seen"));
}

#[traced]
fn other_threads() {
    let span = tracing::info_span!("handed over");
    let handle = span.clone();
    span.in_scope(|| tracing::info!("handed over"));
    drop((span, handle));
}

fn say(text: &str) {
    let mut stdout = io::stdout().lock();
    let _ = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
}
