//! One line says where traces go and whether that place answers; a place that does not never stops the program.

use crate::support::{
    Arrived, Hanging, Outcome, Program, SYNC, Signal, Silent, Wire, nobody, refusing, sending,
    sending_over, sending_to, status, taking,
};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use synndicate_tests::receiver::Receiver;

/// Runs a body to its end, whatever becomes of its spans, and returns what was said.
#[track_caller]
fn work(program: impl FnOnce(Program) -> Program) -> Outcome {
    let outcome = program(Program::new(SYNC, "work").set("shutdown_timeout", "1s")).run();
    outcome.assert_code(7);
    outcome
}

#[test]
fn the_console_is_named() {
    let outcome = work(|program| program.set("tracing_backend", "console"));
    assert_eq!(outcome.place(), "synndicate: traces of `synndicate-tests` go to the console");
    outcome.assert_says("└─ work");
}

#[test]
fn a_backend_that_takes_spans_is_named() {
    let backend = taking();
    for name in ["otlp", "jaeger"] {
        let outcome = work(|program| sending(program, &backend).set("tracing_backend", name));
        let place = format!("go to `{}/v1/traces`", backend.endpoint());
        assert_eq!(outcome.place(), format!("synndicate: traces of `synndicate-tests` {place}"));
    }
}

#[test]
fn a_backend_over_grpc_is_named_and_takes_spans() {
    let backend = Receiver::over(Wire::Grpc).listen().unwrap();
    let outcome = work(|program| sending(program, &backend));
    let place = format!("go to `{}`", backend.endpoint());
    assert_eq!(
        outcome.stderr,
        format!("synndicate: traces of `synndicate-tests` {place}\n"),
        "nothing was lost"
    );
    assert_eq!(backend.names(), ["step", "work"]);
}

#[test]
fn a_backend_that_is_not_there_is_named_and_costs_nothing_but_its_spans() {
    for protocol in ["grpc", "http"] {
        let outcome =
            work(|program| sending_to(program, &nobody()).set("tracing_protocol", protocol));
        assert!(
            outcome.place().contains("which does not take them: cannot reach"),
            "{}",
            outcome.stderr
        );
        outcome.assert_says("(the program runs on, spans wait)");
        outcome.assert_says("2 spans created: 0 exported, 2 dropped, 0 waiting");
    }
}

#[test]
fn a_backend_to_which_one_cannot_connect_is_named() {
    let backend = Hanging::listen();
    for wire in Wire::ALL {
        let outcome = work(|program| sending_over(wire, program, &backend.endpoint()));
        outcome.assert_says("which has not answered within 300 ms");
        outcome.assert_says("2 spans created: 0 exported, 2 dropped, 0 waiting");
    }
}

#[test]
fn a_port_that_speaks_something_else_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut connection in listener.incoming().map_while(Result::ok) {
            let _ = connection.write_all(b"SSH-2.0-OpenSSH_9.2\r\n");
        }
    });
    for protocol in ["grpc", "http"] {
        let outcome =
            work(|program| sending_to(program, &endpoint).set("tracing_protocol", protocol));
        assert!(outcome.place().contains("which does not take them"), "{}", outcome.stderr);
        outcome.assert_says("2 spans created: 0 exported, 2 dropped, 0 waiting");
    }
}

#[test]
fn a_port_that_answers_in_another_protocol_and_hangs_up_is_told_in_the_same_words_by_check() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut connection in listener.incoming().map_while(Result::ok) {
            let _ = connection.read(&mut [0; 1024]);
            let _ = connection.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
        }
    });
    let grpc = |program| sending_to(program, &endpoint).set("tracing_protocol", "grpc");
    let told = format!("`{endpoint}` does not speak gRPC over HTTP/2: it answered in HTTP/1\n");
    let hint = "hint: set `tracing_protocol = \"http\"`, or name the port of OTLP over gRPC";
    let outcome = work(grpc);
    outcome.assert_says(&told);
    outcome.assert_says(hint);
    let checked = grpc(Program::new(SYNC, "work")).env("SYN_COMMAND", "check").run();
    checked.assert_code(1);
    let shown = checked.stdout.join("\n");
    assert!(shown.contains(&told) && shown.contains(hint), "{shown}");
}

#[test]
fn a_backend_that_does_not_answer_is_named_and_told_of_when_it_does() {
    let backend = Silent::listen();
    let endpoint = backend.endpoint();
    let running =
        sending_to(Program::new(SYNC, "listen"), &endpoint).set("shutdown_grace", "10m").start();
    running.wait_for("ready");
    answer_everything(backend.into_listener());
    running.wait_until_it_says(&format!("synndicate: `{endpoint}/v1/traces` takes spans"));
    running.signal(Signal::TERM);
    let outcome = running.end();
    outcome.assert_code(4);
    let place = format!("`{endpoint}/v1/traces`, which has not answered within 300 ms");
    assert!(outcome.place().contains(&place), "{}", outcome.stderr);
    outcome.assert_never_says("dropped");
}

/// Says yes to whatever is sent.
fn answer_everything(listener: TcpListener) {
    thread::spawn(move || {
        for mut connection in listener.incoming().map_while(Result::ok) {
            let mut request = vec![0; 64 * 1024];
            while connection.read(&mut request).is_ok_and(|read| read > 0) {
                let _ = connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
            }
        }
    });
}

#[test]
fn disabled_installs_nothing() {
    let disabled = |does| Program::new(SYNC, does).set("tracing_backend", "disabled");
    let outcome = disabled("own-subscriber").run();
    outcome.assert_code(7);
    assert_eq!(outcome.stderr, "synndicate: tracing of `synndicate-tests` is disabled\n");
    assert!(
        outcome.stdout[0].ends_with("kept"),
        "another subscriber can be installed: {:?}",
        outcome.stdout
    );

    let running = disabled("listen").start();
    running.wait_for("ready");
    let threads = fs::read_dir(format!("/proc/{}/task", running.pid())).unwrap().count();
    assert_eq!(threads, 2, "there are those of `main` and of the signals, none of a pipeline");
    running.signal(Signal::TERM);
    running.end().assert_code(4);
}

#[test]
fn a_closed_standard_error_is_no_reason_to_panic() {
    for does in ["work", "panic"] {
        let backend = refusing(|_| status(503));
        let script = format!("exec {SYNC} {does} 2>&-");
        let words = ["sh", "-c", &script];
        let code = if does == "panic" { 101 } else { 7 };
        sending(Program::within(&words), &backend)
            .set("shutdown_timeout", "1s")
            .run()
            .assert_code(code);
        Program::within(&words).set("tracing_backend", "console").run().assert_code(code);
    }
}
