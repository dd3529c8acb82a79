//! `tracing_fallbacks` from every source, up to the backends of the plan.

use super::support::*;
use crate::plan::{Backend, Compression, Endpoint, Remote, Wire};
use std::time::Duration;

const VARIABLE: &str = "SYN_OBSERVABILITY__TRACING_FALLBACKS";
const PRIMARY: &str = "tracing_backend = 'otlp'\ntracing_endpoint = 'http://first:4317'\n";

/// A file with a first backend and these fallbacks.
fn fallbacks(list: &str) -> Case {
    keys(&format!("{PRIMARY}tracing_fallbacks = {list}"))
}

fn on_terminal(mut case: Case) -> Case {
    case.sources.terminal = true;
    case
}

/// The URLs of the backends that follow the first one; the first of each, and `console`.
fn places(case: &Case) -> Vec<String> {
    let place = |backend: &Backend| match backend {
        Backend::Console(_) => "console".to_owned(),
        Backend::Remote(remote) => match &remote.destinations[0].endpoint {
            Endpoint::Tcp(uri) => uri.to_string(),
            Endpoint::Unix { socket, .. } => format!("unix:{}", socket.display()),
        },
    };
    case.plan().0.backends.iter().skip(1).map(place).collect()
}

/// The first fallback.
#[track_caller]
fn fallback(case: &Case) -> Remote {
    match case.plan().0.backends.into_iter().nth(1) {
        Some(Backend::Remote(remote)) => remote,
        other => panic!("{other:?}"),
    }
}

/// A list of one element stayed a text: <https://github.com/rust-cli/config-rs/issues/428>.
#[test]
fn lists_of_any_length_and_form_are_read_from_a_variable() {
    for (value, expected) in [
        ("console", &["console"][..]),
        ("http://b:4317", &["http://b:4317/"]),
        ("http://b:4318,console", &["http://b:4318/v1/traces", "console"]),
        ("[\"http://b:4317\", \"console\"]", &["http://b:4317/", "console"]),
        (" http://b:4317 , ,console ", &["http://b:4317/", "console"]),
        ("[]", &[]),
        ("{ endpoint = \"http://b:4317\" }", &["http://b:4317/"]),
        ("unix:/run/b.sock", &["unix:/run/b.sock"]),
    ] {
        let case = keys(PRIMARY).variable(VARIABLE, value);
        assert_eq!(places(&case), expected, "{value}");
    }
    assert_eq!(places(&fallbacks("['http://b:4317']")), ["http://b:4317/"]);
}

#[test]
fn a_higher_source_replaces_the_whole_list() {
    let case = fallbacks("['http://b:4317', 'console']").variable(VARIABLE, "http://c:4317");
    assert_eq!(places(&case), ["http://c:4317/"]);
    let case = fallbacks("['http://b:4317']").builder("tracing_fallbacks", "");
    assert_eq!(places(&case), [""; 0], "an empty text unsets");
}

#[test]
fn a_table_says_all_about_its_backend() {
    let case = fallbacks(
        "[{ backend = 'otlp', endpoint = 'https://b', protocol = 'http', compression = 'gzip', \
         timeout = 250, headers = { x-key = 's3cret' }, tls = { ca_file = 'ca.pem' } }]",
    );
    let remote = fallback(&case);
    assert_eq!(remote.destinations[0].wire, Wire::OtlpHttp);
    assert_eq!(
        (remote.compression, remote.timeout),
        (Compression::Gzip, Duration::from_millis(250))
    );
    assert_eq!(remote.headers.0["x-key"], "s3cret");
    assert!(remote.tls.ca_file.unwrap().ends_with("ca.pem"));
}

#[test]
fn a_fallback_has_nothing_secret_of_the_first_backend_and_its_limits_unless_it_has_its_own() {
    let case = keys(
        "tracing_backend = 'otlp'\ntracing_endpoint = 'https://first'\n\
         tracing_protocol = 'http'\ntracing_timeout = 1234\ntracing_compression = 'gzip'\n\
         tracing_headers = { authorization = 'Bearer s3cret' }\ntracing_tls.ca_file = 'ca.pem'\n\
         tracing_max_request_bytes = '1 MiB'\ntracing_fallbacks = ['https://b:4317']",
    );
    let remote = fallback(&case);
    assert!(remote.headers.0.is_empty() && remote.tls.ca_file.is_none(), "{remote:?}");
    assert_eq!(remote.destinations[0].wire, Wire::OtlpGrpc);
    assert_eq!(remote.timeout, Duration::from_millis(1234));
    assert_eq!(remote.compression, Compression::Gzip);
    assert_eq!(remote.request_bytes, 1 << 20);
}

#[test]
fn on_a_terminal_the_console_is_the_last_resort_where_nobody_says_otherwise() {
    assert_eq!(places(&on_terminal(keys(PRIMARY))), ["console"]);
    assert_eq!(places(&keys(PRIMARY)), [""; 0], "a log is not flooded");
    assert_eq!(places(&on_terminal(fallbacks("[]"))), [""; 0]);
    assert_eq!(places(&on_terminal(fallbacks("['http://b:4317']"))), ["http://b:4317/"]);
    assert_eq!(places(&fallbacks("['console']")), ["console"], "who asks for it gets it");
    assert_eq!(places(&on_terminal(keys("tracing_backend = 'console'"))), [""; 0]);
    let off = on_terminal(keys("tracing_backend = 'disabled'\ntracing_fallbacks = ['console']"));
    assert!(off.plan().0.backends.is_empty());
}

#[test]
fn what_is_there_already_is_left_out_with_a_warning() {
    let case = fallbacks("['http://b:4317', { endpoint = 'http://first:4317' }, 'http://b:4317']");
    let warnings = case.warnings();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert_holds(
        &warnings[0],
        &["`tracing_fallbacks[1]` is left out: spans go there already", "Synndicate.toml:4:39"],
    );
    assert_holds(&warnings[1], &["`tracing_fallbacks[2]`"]);
    assert_eq!(places(&case), ["http://b:4317/"]);
}

#[test]
fn mistakes_name_the_entry_and_what_is_wrong_in_it() {
    for (list, parts) in [
        ("['otpl']", &["`tracing_fallbacks[0].backend` is `\"otpl\"`", "nearest is `otlp`"][..]),
        ("['console', 7]", &["`tracing_fallbacks[1]` is `7`, which names no backend", ":4:33"]),
        ("7", &["`tracing_fallbacks` is `7`, but must be a list"]),
        ("['disabled']", &["`tracing_fallbacks[0]` is `disabled`, which takes no spans"]),
        ("[{ timeout = 5 }]", &["`tracing_fallbacks[0].timeout` is `5`", "from 10 ms"]),
        ("[{ timeout = 500 }]", &["`tracing_fallbacks[0]` names neither `backend` nor"]),
        (
            "[{ endpoint = 'http://b', protocoll = 'http' }]",
            &["`tracing_fallbacks[0].protocoll` is not a known key", "nearest key is `protocol`"],
        ),
        (
            "['console', { endpoint = 'http://b', protocol = 'htp' }]",
            &["`tracing_fallbacks[1].protocol` is", "`grpc`, `http`", "Synndicate.toml:4:69"],
        ),
        (
            "[{ endpoint = 'http://b/prefix' }]",
            &[
                "`tracing_fallbacks[0].endpoint` has the path `/prefix`, but a gRPC endpoint has none",
                "write `tracing_fallbacks[0].protocol = \"http\"`",
            ],
        ),
        (
            "[{ endpoint = 'http://b', tls = { ca_file = 'ca.pem' } }]",
            &[
                "`tracing_fallbacks[0].tls.ca_file` has no effect without `https`",
                "`tracing_fallbacks[0].endpoint` is `http://b` in",
            ],
        ),
    ] {
        let list = list.replace("'otpl'", "\"otpl\"");
        assert_holds(&fallbacks(&list).error(), parts);
    }
    let error = keys(PRIMARY).variable(VARIABLE, "console,htp://b").error();
    assert_holds(&error, &["`tracing_fallbacks[1].endpoint` is `htp://b`", VARIABLE]);
    let error = keys(PRIMARY).variable(VARIABLE, "[").error();
    assert_holds(&error, &["`tracing_fallbacks` is not a list", VARIABLE]);
}

#[test]
fn mistakes_of_all_backends_are_told_at_once() {
    let case = keys(
        "tracing_protocol = 'htp'\n\
         tracing_fallbacks = [{ endpoint = 'http://b', protocol = 'htp' }, 'otpl']",
    );
    assert_eq!(case.errors().len(), 3);
}

#[test]
fn no_message_shows_a_header_or_a_password_of_a_fallback() {
    for list in [
        "[{ endpoint = 'http://b', headers = { authorization = \"s3cret\\n\" } }]",
        "[{ endpoint = 'http://b', headers = 's3cret' }]",
        "[{ endpoint = 'http://user:s3cret@b' }]",
        "['http://user:s3cret@b']",
        "[{ headers = { authorization = 's3cret' } }]",
        "[{ endpoint = 'http://b', headers = { authorization = 's3cret' }, x = 1 }]",
        "[{ backend = { headers = { authorization = 's3cret' } } }]",
        "[{ endpoint = 'http://b', compression = [{ headers = 's3cret' }] }]",
        "{ a = 's3cret' }",
        "[[{ headers = { authorization = 's3cret' } }]]",
    ] {
        let case = fallbacks(list);
        assert_eq!(case.errors().len(), 1, "{list}: {:?}", case.errors());
        for text in [format!("{:?}", case.errors()), format!("{:?}", case.load())] {
            assert!(!text.contains("s3cret"), "{list}: {text}");
        }
    }
    let case = fallbacks("[{ endpoint = 'https://b', headers = { authorization = 's3cret' } }]");
    let shown = format!("{:?} {:?}", case.load(), case.plan());
    assert!(shown.contains("authorization") && !shown.contains("s3cret"), "{shown}");
    assert_eq!(case.effective("tracing_fallbacks").0, "[https://b]");
}
