//! Each symptom, made to happen.

use crate::page::shown;
use std::sync::Arc;
use synndicate_tests::built::built;
use synndicate_tests::receiver::{Answer, Export, Receiver, Refusal, Wire};
use tokio::sync::Semaphore;
use tonic::Code;

/// No backend is asked.
const NONE: &str = "http://127.0.0.1:1";

#[test]
fn nothing_arrives() {
    let [debug, check, disabled] = &shown("Nothing arrives")[..] else { panic!("three blocks") };
    let mut program = debug.start(NONE);
    program.ask("spans 1 5").unwrap();
    debug.assert_is(&program.end().unwrap().1, NONE);
    let backend = Receiver::over(Wire::Grpc).listen().unwrap();
    check.assert_is(&check.print(&backend.endpoint()), &backend.endpoint());
    let mut program = disabled.start(NONE);
    program.ask("spans 1 5").unwrap();
    disabled.assert_is(&program.end().unwrap().1, NONE);
}

#[test]
fn connection_refused() {
    let [refused] = &shown("Connection refused")[..] else { panic!("one block") };
    let backend = Receiver::over(Wire::Grpc).away().unwrap();
    let mut program = refused.start_and_hear(&backend.endpoint());
    program.ask("spans 3 5").unwrap();
    backend.come_back().unwrap();
    program.wait_for_log("takes spans again").unwrap();
    assert!(program.flush().unwrap());
    refused.assert_is(&program.end().unwrap().1, &backend.endpoint());
}

#[test]
fn the_backend_answers_but_takes_nothing() {
    let [protocol, token] = &shown("The backend answers, but takes nothing")[..] else {
        panic!("two blocks")
    };
    let backend = Receiver::over(Wire::Http).listen().unwrap();
    let program = protocol.start_and_hear(&backend.endpoint());
    protocol.assert_is(&program.end().unwrap().1, &backend.endpoint());
    let no = |_: &_| Answer::Refused(Refusal::new(401, Code::Unauthenticated, "no such token"));
    let backend = Receiver::over(Wire::Grpc).answering(no).listen().unwrap();
    let program = token.start_and_hear(&backend.endpoint());
    token.assert_is(&program.end().unwrap().1, &backend.endpoint());
}

#[test]
fn half_of_the_spans_are_missing() {
    let [queue] = &shown("Half of the spans are missing")[..] else { panic!("one block") };
    let backend = Receiver::over(Wire::Grpc).away().unwrap();
    let mut program = queue.start_and_hear(&backend.endpoint());
    program.ask("spans 400").unwrap();
    program.wait_for_log("dropped so far").unwrap();
    queue.assert_is(&program.end().unwrap().1, &backend.endpoint());
}

#[test]
fn memory_grows() {
    let [memory] = &shown("Memory grows")[..] else { panic!("one block") };
    let backend = Receiver::over(Wire::Grpc).away().unwrap();
    let mut program = memory.start_and_hear(&backend.endpoint());
    program.ask("spans 100").unwrap();
    program.wait_for_log("the program runs on").unwrap();
    let health = program.ask("health").unwrap();
    memory.assert_is(&[program.log(), vec![health]].concat(), &backend.endpoint());
}

#[test]
fn the_end_of_the_program_is_slow() {
    let [end] = &shown("The end of the program is slow")[..] else { panic!("one block") };
    let never = Arc::new(Semaphore::new(0));
    let is_empty = |export: &Export| export.spans().count() == 0;
    let script = move |export: &_| {
        if is_empty(export) { Answer::Taken } else { Answer::TakenAfter(never.clone()) }
    };
    let backend = Receiver::over(Wire::Grpc).answering(script).listen().unwrap();
    let mut program = end.start_and_hear(&backend.endpoint());
    program.ask("spans 3").unwrap();
    end.assert_is(&program.end().unwrap().1, &backend.endpoint());
}

#[test]
fn a_child_process_sends_nothing() {
    let [forked] = &shown("A child process sends nothing")[..] else { panic!("one block") };
    let backend = Receiver::over(Wire::Http).listen().unwrap();
    let name = "synndicate-tests-forking";
    let program = forked.start_and_hear_as(&built(name, name).unwrap(), &backend.endpoint());
    forked.assert_is(&program.end().unwrap().1, &backend.endpoint());
}

#[test]
fn secrets_are_in_the_spans() {
    let [redact] = &shown("Secrets are in the spans")[..] else { panic!("one block") };
    let mut program = redact.start(NONE);
    program.ask("spans 1 5").unwrap();
    redact.assert_is(&program.end().unwrap().1, NONE);
}

#[test]
fn a_setting_has_no_effect() {
    let [typo, standard] = &shown("A setting has no effect")[..] else { panic!("two blocks") };
    let (status, log) = typo.start(NONE).end().unwrap();
    assert_eq!(status.code(), Some(78));
    typo.assert_is(&log, NONE);
    let mut program = standard.start(NONE);
    program.ask("spans 1 5").unwrap();
    standard.assert_is(&program.end().unwrap().1, NONE);
}
