//! The first process of a container gets only those signals that it catches: nothing else would end it.

use crate::support::{
    ASYNC, Arrived, ENDING, Program, Receiver, Running, SYNC, Signal, sending, taking,
};
use std::io::{self, Write};
use std::process::Command;
use std::{env, fs};

/// Where this variable is set, a test that cannot be made here fails.
const SKIP_NOTHING: &str = "SYNNDICATE_SKIP_NOTHING";

#[test]
fn every_signal_that_ends_a_program_is_caught() {
    let running = Program::new(SYNC, "listen").set("tracing_backend", "console").start();
    running.wait_for("ready");
    let status =
        fs::read_to_string(format!("/proc/{}/status", running.pid().as_raw_nonzero())).unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
    let caught = u64::from_str_radix(mask.trim(), 16).unwrap();
    for (signal, name, _) in ENDING {
        assert_eq!(caught >> (signal.as_raw() - 1) & 1, 1, "{name}");
    }
    running.signal(Signal::TERM);
    running.end().assert_code(4);
}

#[test]
fn the_first_process_ends_like_any_other() {
    for (program, does, code) in
        [(SYNC, "sleep", 143), (SYNC, "busy", 143), (ASYNC, "ignore", 143), (SYNC, "listen", 4)]
    {
        let backend = taking();
        let Some(running) = start_first(program, does, "50ms", &backend) else { return };
        running.signal_child(Signal::TERM);
        running.end().assert_code(code);
        assert!(!backend.names().is_empty(), "{does}");
    }
}

#[test]
fn every_signal_ends_a_first_process_that_does_not_listen() {
    for (signal, name, code) in ENDING {
        let backend = taking();
        let Some(running) = start_first(SYNC, "sleep", "50ms", &backend) else { return };
        running.signal_child(signal);
        let outcome = running.end();
        outcome.assert_code(code);
        outcome.assert_says(name);
        assert_eq!(backend.names(), ["sleep"]);
    }
}

#[test]
fn a_second_signal_ends_a_first_process_that_has_time_left() {
    let backend = taking();
    let Some(running) = start_first(SYNC, "sleep", "10m", &backend) else { return };
    running.signal_child(Signal::TERM);
    running.wait_until_it_says("SIGTERM: the program has 600s to end");
    running.signal_child(Signal::INT);
    running.end().assert_code(130);
}

/// Starts a program as the first process of a namespace of its own; nothing where nobody may make one.
fn start_first(program: &str, does: &str, grace: &str, backend: &Receiver) -> Option<Running> {
    let words: Vec<&str> = unshare()?.iter().copied().chain([program, does]).collect();
    let running = sending(Program::within(&words), backend).set("shutdown_grace", grace).start();
    running.wait_for("ready");
    Some(running)
}

/// How a program becomes the first process of a namespace: as root, or as root of a user namespace.
fn unshare() -> Option<&'static [&'static str]> {
    const WAYS: [&[&str]; 2] = [
        &["unshare", "--pid", "--fork", "--kill-child"],
        &["unshare", "--map-root-user", "--pid", "--fork", "--kill-child"],
    ];
    let way = WAYS.into_iter().find(|way| {
        let tried = Command::new(way[0]).args(&way[1..]).args(["sh", "-c", "test $$ = 1"]).output();
        tried.is_ok_and(|output| output.status.success())
    });
    if way.is_none() {
        let said =
            "nobody may make a PID namespace here: no program was the first process of one\n";
        assert!(env::var_os(SKIP_NOTHING).is_none(), "{said}");
        io::stderr().write_all(said.as_bytes()).unwrap();
    }
    way
}
