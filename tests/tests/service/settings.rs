//! Mistakes in the settings end the program before its body runs, with code 78, and are told all at once.

use crate::support::{ASYNC, Arrived, FORMS, Outcome, Program, SYNC, sending, taking};

/// Runs a program that must not come to its body.
#[track_caller]
fn refused(program: Program) -> Outcome {
    let outcome = program.run();
    outcome.assert_code(78);
    assert_eq!(outcome.stdout, [""; 0], "the body did not run");
    outcome.assert_never_says("traces of");
    outcome
}

#[test]
fn all_mistakes_are_told_with_key_value_source_and_what_is_allowed() {
    let backend = taking();
    let file = "\
[observability]
tracing_sample_rate = 2.0
tracing_endpoint = \"localhost:4317\"
tracing_max_batch_size = \"many\"
tracing_sampel_rate = 0.1
";
    for program in [SYNC, ASYNC] {
        let program = sending(Program::new(program, "listen"), &backend);
        let outcome = refused(program.file("Synndicate.toml", file).set("shutdown_grace", "soon"));
        outcome.assert_says("synndicate: 5 mistakes in the settings");
        outcome.assert_says("`tracing_sample_rate` is `2.0`, but must be a number from 0.0 to 1.0");
        outcome.assert_says("Synndicate.toml:2:23");
        outcome.assert_says(
            "`tracing_endpoint` is `\"localhost:4317\"`, but must be `http://host:port`",
        );
        outcome.assert_says("Synndicate.toml:3:20");
        outcome.assert_says(
            "`tracing_max_batch_size` is `\"many\"`, but must be a whole number from 1",
        );
        outcome.assert_says("`tracing_sampel_rate` is not a known key");
        outcome.assert_says("the nearest key is `tracing_sample_rate`");
        outcome.assert_says("`shutdown_grace` is `soon`");
        outcome.assert_says("in the variable `SYN_OBSERVABILITY__SHUTDOWN_GRACE`");
    }
    assert_eq!(backend.requests(), 0, "nothing else happened");
}

#[test]
fn arguments_of_the_attribute_are_settings_with_a_place() {
    let outcome = refused(Program::new(FORMS, "wrong_arguments"));
    outcome.assert_says("2 mistakes in the settings");
    outcome.assert_says("`tracing_sampel_rate` is not a known key");
    outcome.assert_says("`shutdown_grace` is `soon`");
    outcome.assert_says("in `#[traced_service]` at tests/src/bin/service_forms.rs:");
}

#[test]
fn arguments_of_the_attribute_are_below_everything_else() {
    let backend = taking();
    let program = || sending(Program::new(FORMS, "arguments"), &backend);
    program().run().assert_code(0);
    program()
        .file("Synndicate.toml", "[observability]\nservice_name = \"file\"")
        .run()
        .assert_code(0);
    assert_eq!(backend.resource("service.name"), ["arguments", "file"]);
    assert_eq!(
        backend.resource("service.version"),
        ["1.2.3"; 2],
        "a constant is as good as a text"
    );
    assert_eq!(backend.resource("team"), ["search"; 2]);
}

#[test]
fn a_named_file_that_is_missing_is_a_mistake() {
    let outcome = refused(Program::new(SYNC, "listen").env("SYN_CONFIG", "missing.toml"));
    outcome.assert_says("`SYN_CONFIG` is `missing.toml`, which cannot be read");
}

#[test]
fn toml_that_is_broken_is_shown_with_line_and_column() {
    let outcome = refused(
        Program::new(SYNC, "listen")
            .file("Synndicate.toml", "[observability]\nservice_name = \"a\"\ntracing = = 1\n"),
    );
    outcome.assert_says("the file is not valid TOML");
    outcome.assert_says("Synndicate.toml:3:11");
}

#[test]
fn a_file_that_is_not_utf_8_is_shown_with_line_and_column() {
    let outcome = refused(
        Program::new(SYNC, "listen")
            .file("Synndicate.toml", b"[observability]\nservice_name = \"\xff\"\n"),
    );
    outcome.assert_says("the file is not UTF-8");
    outcome.assert_says("Synndicate.toml:2:17");
}

#[test]
fn files_of_the_settings_that_cannot_be_used_are_a_mistake() {
    let program = Program::new(SYNC, "listen")
        .set("tracing_backend", "otlp")
        .set("tracing_endpoint", "https://localhost:4317")
        .set("tracing_tls.ca_file", "missing.pem");
    refused(program).assert_says("`missing.pem`");
}

#[test]
fn what_is_wrong_in_a_standard_variable_is_a_warning() {
    let backend = taking();
    let program =
        sending(Program::new(SYNC, "work"), &backend).env("OTEL_BSP_SCHEDULE_DELAY", "soon");
    let outcome = program.run();
    outcome.assert_code(7);
    outcome.assert_says("synndicate: warning: `OTEL_BSP_SCHEDULE_DELAY` is `soon`");
    assert_eq!(backend.names(), ["step", "work"]);
}

#[test]
fn a_standard_variable_alone_says_where_spans_go() {
    let backend = taking();
    let program = Program::new(SYNC, "work")
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", backend.endpoint())
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
        .env("OTEL_SERVICE_NAME", "planner");
    program.run().assert_code(7);
    assert_eq!(backend.resource("service.name"), ["planner"]);
}
