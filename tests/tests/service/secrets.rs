//! Nothing that a program says holds a value of a header, whatever goes wrong and however much is logged.

use crate::support::{Program, Receiver, SYNC, nobody, refusing, sending, sending_to, taking};
use synndicate_tests::receiver::Refusal;
use tonic::Code;

const SECRET: &str = "s3cret-t0ken";

/// A program with a secret header that is asked to log everything.
fn program(does: &str) -> Program {
    Program::new(SYNC, does)
        .env("RUST_LOG", "trace")
        .env("RUST_BACKTRACE", "full")
        .set("shutdown_timeout", "1s")
        .set("tracing_headers", &format!("authorization=Bearer {SECRET},x-team=search"))
}

/// A backend that says what it was told.
fn echoing() -> Receiver {
    refusing(|export| {
        let token = export.header("authorization").unwrap_or_default();
        Refusal::new(401, Code::Unauthenticated, format!("bad token: {token}"))
    })
}

#[track_caller]
fn assert_kept(program: Program) {
    let outcome = program.run();
    outcome.assert_never_says(SECRET);
    assert!(!outcome.stdout.concat().contains(SECRET));
}

#[test]
fn whatever_becomes_of_the_spans_no_secret_is_said() {
    let (taking, echoing) = (taking(), echoing());
    for does in ["work", "panic", "hook", "hint"] {
        assert_kept(sending(program(does), &taking));
        assert_kept(sending(program(does), &echoing));
        for protocol in ["grpc", "http"] {
            for endpoint in [nobody(), taking.endpoint()] {
                assert_kept(sending_to(program(does), &endpoint).set("tracing_protocol", protocol));
            }
        }
    }
}

#[test]
fn what_a_server_echoes_is_shown_without_the_secret() {
    let outcome = sending(program("work"), &echoing()).run();
    outcome.assert_says("bad token:");
    outcome.assert_never_says(SECRET);
}

#[test]
fn mistakes_beside_a_secret_do_not_show_it() {
    let mistakes = [
        format!("authorization=Bearer {SECRET},{SECRET}"),
        format!("authorization=Bearer {SECRET}\u{7f}"),
        format!("bad name={SECRET}"),
        format!("={SECRET}"),
    ];
    for headers in mistakes {
        let outcome = program("work").set("tracing_headers", &headers).run();
        outcome.assert_code(78);
        outcome.assert_never_says(SECRET);
    }
    let toml = format!(
        "[observability]\ntracing_headers = {{ authorization = \"{SECRET}\", x = 1 }}\nbroken = = 1\n"
    );
    let outcome = Program::new(SYNC, "work").file("Synndicate.toml", toml).run();
    outcome.assert_code(78);
    outcome.assert_never_says(SECRET);
}

#[test]
fn secrets_in_an_endpoint_are_refused_unseen() {
    for endpoint in [
        format!("http://user:{SECRET}@localhost:4317"),
        format!("http://localhost:4317/?key={SECRET}"),
    ] {
        let outcome = Program::new(SYNC, "work").set("tracing_endpoint", &endpoint).run();
        outcome.assert_code(78);
        outcome.assert_says("tracing_endpoint");
        outcome.assert_never_says(SECRET);
    }
}
