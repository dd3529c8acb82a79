//! A backend that refuses, or that nobody can trust, is named with what it says; the program goes its way.

use crate::support::{
    Arrived, Outcome, Program, SYNC, Untrusted, Wire, refusing_over, sending, sending_over,
};
use synndicate_tests::receiver::Refusal;
use tonic::Code;

/// The program comes to its own end, and its spans are counted as lost.
#[track_caller]
fn assert_unharmed(outcome: &Outcome) {
    outcome.assert_code(7);
    outcome.assert_says("(the program runs on, spans wait)");
    let ledger = outcome.ledger();
    assert_eq!(
        (ledger.created, ledger.dropped),
        (2, 2),
        "nothing is lost without a word: {}",
        outcome.stderr
    );
}

#[test]
fn a_backend_that_refuses_is_named_with_what_it_says() {
    let refusals = [
        (400, Code::InvalidArgument, ["400 Bad Request", "INVALID_ARGUMENT"]),
        (401, Code::Unauthenticated, ["401 Unauthorized", "UNAUTHENTICATED"]),
        (403, Code::PermissionDenied, ["403 Forbidden", "PERMISSION_DENIED"]),
        (404, Code::Unimplemented, ["404 Not Found", "UNIMPLEMENTED"]),
        (413, Code::ResourceExhausted, ["413 Payload Too Large", "RESOURCE_EXHAUSTED"]),
        (429, Code::ResourceExhausted, ["429 Too Many Requests", "RESOURCE_EXHAUSTED"]),
        (503, Code::Unavailable, ["503 Service Unavailable", "UNAVAILABLE"]),
    ];
    for (status, code, [over_http, over_grpc]) in refusals {
        for (wire, path, verdict) in
            [(Wire::Http, "/v1/traces", over_http), (Wire::Grpc, "", over_grpc)]
        {
            let backend = refusing_over(wire, move |_| Refusal::new(status, code, "ask the chief"));
            let program = sending(Program::new(SYNC, "work"), &backend);
            let outcome = program.set("shutdown_timeout", "1s").run();
            assert_unharmed(&outcome);
            let place = format!("`{}{path}`, which does not take them: ", backend.endpoint());
            let said = format!("{place}`{}{path}` answered {verdict}: ", backend.endpoint());
            assert!(outcome.place().contains(&said), "{said}\nis missing in\n{}", outcome.stderr);
            assert!(outcome.place().contains("ask the chief"), "{}", outcome.stderr);
            assert_eq!(backend.names(), [""; 0]);
        }
    }
}

#[test]
fn a_backend_with_a_certificate_of_an_unknown_authority_is_named_with_the_setting_to_make() {
    for wire in Wire::ALL {
        let backend = Untrusted::listen();
        let program = sending_over(wire, Program::new(SYNC, "work"), &backend.endpoint());
        let outcome = program.set("shutdown_timeout", "1s").run();
        assert_unharmed(&outcome);
        assert!(
            outcome.place().ends_with("TLS failed: invalid peer certificate: UnknownIssuer"),
            "{}",
            outcome.stderr
        );
        outcome.assert_says(
            "name the authority that signed the server's certificate in `tracing_tls.ca_file`",
        );
    }
}
