//! Mistakes, each with the message that a person reads.

use super::support::*;
use crate::plan::Plan;

/// Unknown keys slipped through in nested tables:
/// <https://github.com/neondatabase/neon/issues/8915>.
#[test]
fn unknown_keys_are_found_in_every_table_all_at_once() {
    let case = file(
        "[observability]\n\
         tracing_sampel_rate = 0.1\n\
         [observability.tracing_tls]\n\
         ca_fil = \"x.pem\"\n\
         [[observability.span]]\n\
         function = \"db::*\"\n\
         enabledd = false\n\
         [profiles.production.observability]\n\
         tracing_endpont = \"http://h\"\n\
         [observabilty]\n",
    );
    let errors = case.errors();
    for (line, name, nearest) in [
        (2, "tracing_sampel_rate", "tracing_sample_rate"),
        (4, "tracing_tls.ca_fil", "tracing_tls.ca_file"),
        (7, "span.enabledd", "enabled"),
        (9, "tracing_endpont", "tracing_endpoint"),
        (10, "observabilty", "observability"),
    ] {
        let at = format!("Synndicate.toml:{line}:");
        let error = errors.iter().find(|error| error.contains(&at)).unwrap();
        assert_holds(error, &[&format!("`{name}`"), &format!("`{nearest}`")]);
    }
    assert_eq!(errors.len(), 5, "{errors:#?}");
}

#[test]
fn all_mistakes_of_all_sources_are_shown_at_once() {
    let case = keys("tracing_backend = 'jeager'\ntracing_sample_rate = 2.0")
        .variable("SYN_OBSERVABILITY__TRACING_BATCH_TIMEOUT", "soon")
        .builder("tracing_max_batch_size", "-1")
        .attribute(&[("service_nam", "x"), ("tracing_protocol", "http3")]);
    let text = Plan::new(&case.load()).unwrap_err().to_string();
    assert_holds(
        &text,
        &[
            "6 mistakes in the settings",
            "error: `service_nam` is not a known key\n  \
             in `#[traced_service]` at src/main.rs:3\n  \
             hint: the nearest key is `service_name`",
            "error: `tracing_protocol` is `http3`, but must be `grpc`, `http` or `http/json`",
            "error: `tracing_backend` is `'jeager'`, but must be `jaeger`, `zipkin`, `otlp`, \
             `console` or `disabled`",
            "Synndicate.toml:2:19\n  hint: the nearest is `jaeger`",
            "error: `tracing_sample_rate` is `2.0`, but must be a number from 0.0 to 1.0",
            "error: `tracing_batch_timeout` is `soon`",
            "in the variable `SYN_OBSERVABILITY__TRACING_BATCH_TIMEOUT`",
            "error: `tracing_max_batch_size` is `-1`",
            "in the builder",
        ],
    );
}

#[test]
fn a_mistake_does_not_make_others_of_its_own() {
    let case = keys("tracing_protocl = 'http'\ntracing_endpoint = 'http://h:1/prefix'");
    assert_holds(&case.error(), &["`tracing_protocl`"]);
    let case = keys("tracing_max_batch_size = 4096\ntracing_max_queue_size = 'large'");
    assert_holds(&case.error(), &["`tracing_max_queue_size`"]);
}

#[test]
fn broken_toml_is_told_by_line_and_column() {
    for (text, place, message) in [
        ("[observability]\nservice_name = \n", ":2:16", "string values must be quoted"),
        ("[observability\n", ":1:15", "unclosed table"),
        ("[observability]\nservice_name = 'a'\nservice_name = 'b'\n", ":3:1", "duplicate key"),
        ("[observability]\nservice_name = 'é", ":2:18", "invalid literal string"),
    ] {
        let error = file(text).error();
        assert_holds(&error, &["not valid TOML", &format!("Synndicate.toml{place}"), message]);
    }
}

#[test]
fn a_file_that_is_not_utf8_is_told_by_line_and_column() {
    let error = bytes(b"[observability]\nservice_name = 'caf\xe9'\n").error();
    assert_holds(&error, &["not UTF-8", "Synndicate.toml:2:20"]);
}

#[test]
fn windows_lines_and_a_byte_order_mark_are_fine() {
    let case = file("\u{feff}[observability]\r\nservice_name = 'a'\r\nservice_nam = 'b'\r\n");
    assert_eq!(case.load().settings.service_name, "a");
    assert_holds(&case.error(), &["Synndicate.toml:3:1"]);
}

#[test]
fn a_named_file_that_is_missing_or_no_file_is_an_error() {
    for name in ["missing.toml", "."] {
        let error = nothing().variable("SYN_CONFIG", name).error();
        assert_holds(
            &error,
            &[
                &format!("`SYN_CONFIG` is `{name}`"),
                "cannot be read",
                "in the variable `SYN_CONFIG`",
            ],
        );
    }
}

#[test]
fn a_file_without_end_is_refused() {
    let error = file(&"#".repeat((1 << 20) + 1)).error();
    assert_holds(&error, &["larger than 1 MiB", "Synndicate.toml"]);
}

#[test]
fn an_unknown_profile_is_an_error_that_lists_those_that_exist() {
    let profiles = "[profiles.production.observability]\n[profiles.staging.observability]\n";
    let error = file(profiles).variable("SYN_PROFILE", "prod").error();
    assert_holds(&error, &["`SYN_PROFILE` is `prod`", "`production`, `staging`"]);
    let error = nothing().variable("SYN_PROFILE", "prod").error();
    assert_holds(&error, &["`SYN_PROFILE` is `prod`", "no profiles"]);
}

#[test]
fn tables_that_are_none_and_keys_out_of_place_are_errors() {
    for (text, message) in [
        ("observability = 1", "`observability` must be a table"),
        ("profiles = 1", "`profiles` must be a table"),
        ("[profiles]\nproduction = 1", "`production` must be a table"),
        ("tracing_backend = 'otlp'", "`[observability]`"),
        ("[profiles.production]\nobservabilty = 1", "the nearest table is `observability`"),
        ("[observability]\ntracing_tls = 1", "`tracing_tls` must be a table"),
        (
            "[observability]\ntracing_headers = 1",
            "`tracing_headers` must be a table of headers or a list",
        ),
        ("[observability]\nspan = 1", "`span` is `1`, but must be a list of tables"),
    ] {
        assert_holds(&file(text).error(), &[message, "Synndicate.toml:"]);
    }
}

#[test]
fn values_of_a_profile_that_is_not_selected_are_checked_too() {
    let text = "[profiles.production.observability]\n\
                tracing_sample_rate = 2.0\n";
    assert_holds(&file(text).error(), &["`tracing_sample_rate` is `2.0`", "Synndicate.toml:2:23"]);
}

#[test]
fn a_filter_that_is_none_is_refused() {
    let error = keys("tracing_filter = 'my_crate=loud'").error();
    assert_holds(&error, &["`tracing_filter` is `'my_crate=loud'`", "target=level"]);
    let error = keys("tracing_filter = 'inof, hyper=off'").error();
    assert_holds(&error, &["the level nearest to `inof` is `info`", "`inof=trace`"]);
    let error = keys("tracing_filter = 'warning'").error();
    assert_holds(&error, &["the level nearest to `warning` is `warn`"]);
    let error = keys("tracing_filter = 'Inof,'").error();
    assert_holds(&error, &["the level nearest to `Inof` is `info`", "`Inof=trace`"]);
    for beside_a_level in ["info,warp", "3,warp", "INFO,warp"] {
        let filter =
            keys(&format!("tracing_filter = '{beside_a_level}'")).settings().tracing_filter;
        assert!(filter.would_enable("warp", &tracing_core::Level::TRACE), "{beside_a_level}");
    }
    let case = keys("tracing_filter = 'info,hyper=off'");
    assert!(case.settings().tracing_filter.would_enable(
        "my_crate",
        &tracing_subscriber::filter::LevelFilter::INFO.into_level().unwrap()
    ));
}
