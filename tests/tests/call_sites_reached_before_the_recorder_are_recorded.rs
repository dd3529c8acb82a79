//! `tracing` remembers of each call site whether anybody wants it, for the whole process, and forgets to ask again in more than one
//! case. These are the cases, and that the recorder comes through them.
//!
//! One test in a program of its own, because the memory of the process is its subject.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::channel;
use synndicate::testing::Recording;
use synndicate::traced;
use tracing::level_filters::LevelFilter;
use tracing::{Dispatch, dispatcher, info_span};
use tracing_subscriber::EnvFilter;

/// Many call sites, each of which says whether somebody wants it.
macro_rules! call_sites {
    ($($site:ident)*) => {
        const CALL_SITES: &[fn() -> bool] = &[$(|| !info_span!(stringify!($site)).is_disabled()),*];
    };
}
call_sites! {
    a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 d0 d1 d2 d3 d4 d5 d6 d7 d8 d9
    e0 e1 e2 e3 e4 e5 e6 e7 e8 e9 f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 g0 g1 g2 g3 g4 g5 g6 g7 g8 g9 h0 h1 h2 h3 h4 h5 h6 h7 h8 h9
}

fn slot() -> bool {
    !info_span!("slot").is_disabled()
}

#[traced]
fn function() {}

/// Whether a question to the current subscriber, asked inside another such question, finds one.
fn is_seen_from_inside() -> bool {
    dispatcher::get_default(|_| dispatcher::get_default(|inner| !is_nobody(inner)))
}

fn is_nobody(dispatch: &Dispatch) -> bool {
    dispatch.is::<tracing::subscriber::NoSubscriber>()
}

#[test]
fn call_sites_reached_before_the_recorder_are_recorded() {
    assert!(!slot(), "nobody is there");
    function();
    a_rebuild_inside_a_dispatch_asks_nobody_while_there_is_one_dispatcher();
    let recording = install_while_call_sites_are_reached();
    assert!(
        slot() && CALL_SITES.iter().all(|is_wanted| is_wanted()),
        "all of them are asked about again"
    );
    function();
    assert_eq!(recording.spans().one("function").name, "function");

    dispatcher::with_default(&recording.dispatch(), rebuild_inside_a_dispatch);
    assert!(
        slot(),
        "while something is recorded for a test there are two dispatchers, and both are asked"
    );
    a_question_inside_a_question_depends_on_scopes_of_other_threads(&recording.dispatch());
    the_highest_level_is_that_of_all_dispatchers();
    assert!(slot());
}

/// Another thread reaches call sites for the first time just when the recorder is made, installed and made known.
fn install_while_call_sites_are_reached() -> Recording {
    let installed = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for is_wanted in CALL_SITES.iter().cycle() {
                is_wanted();
                if installed.load(Relaxed) {
                    break;
                }
            }
        });
        let recording = Recording::global();
        installed.store(true, Relaxed);
        recording
    })
}

fn rebuild_inside_a_dispatch() {
    dispatcher::get_default(|_| tracing::callsite::rebuild_interest_cache());
}

/// `tracing` switches every call site off then, for all threads. This is why the recorder never has them asked again where it may
/// be inside a dispatch.
fn a_rebuild_inside_a_dispatch_asks_nobody_while_there_is_one_dispatcher() {
    dispatcher::with_default(&Dispatch::new(tracing_subscriber::registry()), || {
        assert!(slot());
        rebuild_inside_a_dispatch();
        assert!(!slot());
    });
}

/// So whether a traced call in a `Debug` that `tracing` formats makes a span depends on other threads: nothing may rest on it.
fn a_question_inside_a_question_depends_on_scopes_of_other_threads(recorder: &Dispatch) {
    assert!(is_seen_from_inside(), "the process's own is not guarded");
    assert!(!dispatcher::with_default(recorder, is_seen_from_inside), "a scoped one is");
    let (scope_is_there, wait_for_scope) = channel();
    let (end_scope, wait_for_end) = channel::<()>();
    let recorder = recorder.clone();
    let scoped = std::thread::spawn(move || {
        dispatcher::with_default(&recorder, || {
            scope_is_there.send(()).unwrap();
            wait_for_end.recv().unwrap_err();
        });
    });
    wait_for_scope.recv().unwrap();
    assert!(!is_seen_from_inside(), "guarded here, because another thread has a scope");
    drop(end_scope);
    scoped.join().unwrap();
    assert!(is_seen_from_inside());
}

/// So it is good for a quick no and never for a yes.
fn the_highest_level_is_that_of_all_dispatchers() {
    let quiet = tracing_subscriber::fmt().with_env_filter(EnvFilter::new("error")).finish();
    dispatcher::with_default(&Dispatch::new(quiet), || {
        assert_eq!(LevelFilter::current(), LevelFilter::TRACE);
    });
}
