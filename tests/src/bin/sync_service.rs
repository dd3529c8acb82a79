//! A service with a plain `fn main`, for tests that look at the whole process. Its argument says what the body does; it writes
//! `ready` to standard output when a test may go on.

use futures::executor::block_on;
use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use synndicate::{traced, traced_service};

const FOREVER: Duration = Duration::from_secs(3600);

/// So often it has worked before it is said to be under load.
const LOAD: usize = 1000;

#[traced_service]
fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("work") => work(),
        Some("return") => return early(),
        Some("panic") => fail(),
        Some("thread-panic") => drop(thread::spawn(fail).join()),
        Some("panic-again") => panic_twice(),
        Some("exit") => exit_after(work),
        Some("shutdown-exit") => exit_after(|| {
            work();
            synndicate::shutdown();
        }),
        Some("leave") => leave(),
        Some("hook") => {
            end_by_hook();
            fail();
        }
        Some("hook-while-recording") => {
            end_by_hook();
            show(&Unshown);
        }
        Some("shutdown-together") => shutdown_together(),
        Some("flush-in-task-hook") => flush_beside_others(),
        Some("hint") => tracing_subscriber::fmt().init(),
        Some("hint-in-thread") => drop(thread::spawn(|| tracing_subscriber::fmt().init()).join()),
        Some("own-subscriber") => {
            tracing_subscriber::fmt().with_writer(io::stdout).init();
            tracing::info!("kept");
        }
        Some("sleep") => sleep(),
        Some("busy") => busy(),
        Some("load") => load(),
        Some("listen") => return listen(),
        Some("tls-first") => {
            CLOSING.with(|_| ());
            work();
        }
        Some("tls-last") => {
            work();
            CLOSING.with(|_| ());
        }
        Some("flood") => flood(),
        Some("wait") => wait_with(10_000),
        Some("last") => {
            work();
            say("ready");
        }
        other => panic!("`{other:?}` is nothing to do"),
    }
    ExitCode::from(7)
}

#[traced]
fn work() {
    step();
}

#[traced]
fn step() {}

/// What is recorded in the destructor of a thread-local: that of `main`'s own thread runs when `main` has returned.
struct Closing;

thread_local! {
    static CLOSING: Closing = const { Closing };
}

impl Drop for Closing {
    fn drop(&mut self) {
        close();
        tracing::info!("closed");
        say("closed");
    }
}

#[traced]
fn close() {
    synndicate::set_attribute("closing", true);
    tracing::info!("closing");
    step();
}

#[expect(clippy::needless_return, reason = "it is what is tried")]
fn early() -> ExitCode {
    work();
    return ExitCode::SUCCESS;
}

#[traced]
fn fail() {
    step();
    panic!("out of ink");
}

/// Two panics that say different things, each in a span of its own.
fn panic_twice() {
    #[traced]
    fn first() {
        panic!("the first");
    }
    #[traced]
    fn second() {
        panic!("the second");
    }
    for function in [first, second] {
        let _ = std::panic::catch_unwind(function);
    }
}

/// Does not return, and sends what there is before it ends the program.
#[traced]
fn leave() -> ! {
    step();
    synndicate::shutdown();
    std::process::exit(6)
}

fn exit_after(before: impl FnOnce()) {
    before();
    std::process::exit(5);
}

/// The hook sends what there is and ends the program.
fn end_by_hook() {
    std::panic::set_hook(Box::new(|_| {
        synndicate::flush();
        std::process::exit(3);
    }));
}

/// A value that cannot be shown.
struct Unshown;

impl fmt::Debug for Unshown {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("there is nothing to see")
    }
}

#[traced(capture(value))]
#[expect(unused_variables, reason = "it is recorded, or would be")]
fn show(value: &Unshown) {}

/// All at once; each learns the same.
fn shutdown_together() {
    work();
    let threads: Vec<_> = (0..4).map(|_| thread::spawn(synndicate::shutdown)).collect();
    for thread in threads {
        let exported = thread.join().map(|ledger| ledger.exported);
        say(&format!("{exported:?}"));
    }
}

/// A hook that only sends does not cut short what other threads do.
fn flush_beside_others() {
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        previous(panic);
        synndicate::flush();
    }));
    let (go_on, may_go_on) = mpsc::channel();
    let (begun, has_begun) = mpsc::channel::<()>();
    let other = thread::spawn(move || other(begun, &may_go_on));
    let _ = has_begun.recv();
    let _ = thread::spawn(fail).join();
    drop(go_on);
    let _ = other.join();
}

#[traced(skip_all)]
fn other(begun: mpsc::Sender<()>, may_go_on: &mpsc::Receiver<()>) {
    drop(begun);
    let _ = may_go_on.recv();
    synndicate::set_attribute("went.on", true);
}

#[traced]
fn sleep() {
    say("ready");
    thread::sleep(FOREVER);
}

#[traced]
fn busy() {
    say("ready");
    loop {
        std::hint::spin_loop();
    }
}

/// Two threads make spans as fast as they can, without an end.
fn load() {
    for _ in 0..2 {
        thread::spawn(|| {
            loop {
                work();
            }
        });
    }
    (0..LOAD).for_each(|_| work());
    sleep();
}

fn listen() -> ExitCode {
    say("ready");
    block_on(synndicate::shutdown_requested());
    work();
    ExitCode::from(4)
}

/// Nobody reads standard error, and whoever writes to it holds its lock.
fn flood() {
    let (full, is_full) = mpsc::channel::<()>();
    thread::spawn(move || {
        let mut stderr = io::stderr().lock();
        let _ = stderr.write_all(&vec![b'.'; 60 * 1024]);
        drop(full);
        let _ = stderr.write_all(&vec![b'.'; 1024 * 1024]);
    });
    let _ = is_full.recv();
    sleep();
}

/// So many spans wait for the backend.
fn wait_with(spans: u64) {
    (0..spans).for_each(|_| step());
    sleep();
}

fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}
