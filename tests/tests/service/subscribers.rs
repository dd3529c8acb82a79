//! Other subscribers in the program: each is explained, none costs the traces or the program more than it must.

use crate::support::{ASYNC, Arrived, FORMS, Program, SYNC, sending, taking};

#[test]
fn a_main_that_installs_its_own_subscriber_is_told_what_to_change() {
    for (program, does, code) in
        [(SYNC, "hint", 101), (ASYNC, "hint", 101), (SYNC, "hint-in-thread", 7)]
    {
        let backend = taking();
        let outcome = sending(Program::new(program, does), &backend).run();
        outcome.assert_code(code);
        outcome.assert_says("a global default trace dispatcher has already been set");
        outcome.assert_says(
            "`#[traced_service]` has installed the `tracing` subscriber of this process",
        );
        outcome.assert_says("leave out the call that panicked");
        outcome.assert_says("set `enable_tracing = false`");
    }
}

#[test]
fn a_panic_of_another_kind_is_not_explained() {
    let outcome = Program::new(SYNC, "panic").set("tracing_backend", "console").run();
    outcome.assert_never_says("subscriber");
}

#[test]
fn a_subscriber_that_was_there_first_stays_and_is_named() {
    let backend = taking();
    let outcome = sending(Program::new(FORMS, "late"), &backend).run();
    outcome.assert_code(0);
    outcome
        .assert_says("the program runs without tracing: another `tracing` subscriber is installed");
    assert_eq!(backend.requests(), 0, "no worker was left behind");
    assert_eq!(outcome.stdout.len(), 2, "its spans go there: {:?}", outcome.stdout);
}
