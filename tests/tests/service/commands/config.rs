//! `config`: which value counts for each key, and who said so.

use super::{Done, desk};
use serde_json::{Value, json};

#[track_caller]
fn setting(done: &Done, key: &str) -> Value {
    let listed = done.json()["settings"].as_array().unwrap().clone();
    let found = listed.into_iter().find(|setting| setting["key"] == key);
    found.unwrap_or_else(|| panic!("`{key}` is missing in {done:#?}"))
}

#[test]
fn every_key_is_listed_with_its_value_and_its_source() {
    let file = "[observability]\nservice_name = 'shop'\ntracing_sample_rate = 1.0\n";
    let desk = desk().file(file).set("tracing_batch_timeout", "2s");
    let done = desk.command("config --json");
    done.assert_code(0);
    let name = setting(&done, "service_name");
    assert_eq!(
        (&name["value"], &name["line"], &name["changed"]),
        (&json!("shop"), &json!(2), &json!(true))
    );
    assert!(name["file"].as_str().unwrap().ends_with("Synndicate.toml"), "{name}");
    let timeout = setting(&done, "tracing_batch_timeout");
    assert_eq!(timeout["variable"], "SYN_OBSERVABILITY__TRACING_BATCH_TIMEOUT");
    let default = setting(&done, "tracing_max_queue_size");
    assert_eq!(
        (&default["value"], &default["source"]),
        (&json!("2048"), &json!("the built-in default"))
    );
    assert_eq!(setting(&done, "tracing_endpoint")["value"], Value::Null);
    let rate = setting(&done, "tracing_sample_rate");
    assert_eq!((&rate["line"], &rate["changed"]), (&json!(3), &json!(false)), "it is the default");
}

#[test]
fn only_what_is_not_the_default_can_be_asked_for() {
    let done = desk().set("tracing_batch_timeout", "2s").command("config --changed");
    done.assert_code(0);
    assert_eq!(
        done.stdout,
        "tracing_batch_timeout  2 s  the variable `SYN_OBSERVABILITY__TRACING_BATCH_TIMEOUT`\n"
    );
}

#[test]
fn a_service_lists_what_its_attribute_and_package_say() {
    let done = desk().service("config --json");
    done.assert_code(0);
    let name = setting(&done, "service_name");
    assert_eq!(name["value"], "synndicate-tests");
    assert_eq!(name["source"], "the package's `Cargo.toml`");
    let nobody = desk().command("config --json");
    assert_eq!(setting(&nobody, "service_name")["value"], "unknown_service:synndicate-command");
}

#[test]
fn secrets_are_never_shown() {
    let desk = desk()
        .set("tracing_headers", "authorization=s3cret-s3cret")
        .set("tracing_redaction_key", "s3cret-s3cret-s3cret")
        .set(
            "tracing_fallbacks",
            "[{ backend = \"otlp\", endpoint = \"http://b:1\", headers = { x = \"s3cret\" } }]",
        );
    for words in ["config", "config --json", "config --changed"] {
        let done = desk.command(words);
        done.assert_code(0)
            .assert_shows("tracing_headers.authorization")
            .assert_shows("<redacted>");
        assert!(!format!("{done:?}").contains("s3cret"), "{done:#?}");
    }
}

#[test]
fn mistakes_are_told_as_at_the_start() {
    let done = desk().set("tracing_sample_rate", "2").command("config --json");
    done.assert_code(78)
        .assert_says("`tracing_sample_rate` is `2`, but must be a number from 0.0 to 1.0");
    assert_eq!(done.stdout, "");
}
