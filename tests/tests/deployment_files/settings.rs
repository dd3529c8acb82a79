//! What the files set is what this version knows, and the platform waits until the last spans have left.

use serde_json::Value;
use std::collections::BTreeMap;
use synndicate::Builder;
use synndicate_tests::deployment::{documents, services};

const PREFIX: &str = "SYN_OBSERVABILITY__";

/// The settings of one container, by their keys.
type Settings = BTreeMap<String, String>;

/// Those among variables.
fn among<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Settings {
    let setting = |(name, value): (&str, &str)| {
        let key = name.strip_prefix(PREFIX)?.to_lowercase().replace("__", ".");
        Some((key, value.to_owned()))
    };
    variables.into_iter().filter_map(setting).collect()
}

fn of_a_map(map: &Value) -> Settings {
    let variables = map.as_object().into_iter().flatten();
    among(variables.map(|(name, value)| {
        // A number or a flag without quotes would be read as something else somewhere.
        (name.as_str(), value.as_str().unwrap_or_else(|| panic!("`{name}` is no text")))
    }))
}

/// The value of a container's variable, with names in place of those that Kubernetes knows.
fn of_a_container(container: &Value) -> Settings {
    let variables = container["env"].as_array().into_iter().flatten();
    let mut settings =
        among(variables.filter_map(|variable| {
            Some((variable["name"].as_str()?, variable["value"].as_str()?))
        }));
    for value in settings.values_mut() {
        *value = value.replace("$(", "a-").replace(')', "");
    }
    settings
}

fn in_kubernetes() -> Settings {
    let documents = documents("k8s-tracing.yaml");
    let pointers = ["/data", "/spec/template/spec/containers/0"];
    let mut settings = Settings::new();
    for document in &documents {
        settings.extend(document.pointer(pointers[0]).map(of_a_map).unwrap_or_default());
        settings.extend(document.pointer(pointers[1]).map(of_a_container).unwrap_or_default());
    }
    settings
}

/// What is wrong with settings, in the words of this version. Nothing is written to the place that they have for spans.
fn complaint(settings: &Settings) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings.clone();
    if let Some(spool) = settings.get_mut("tracing_spool_dir") {
        *spool = folder.path().to_string_lossy().into_owned();
    }
    let builder = settings.iter().fold(Builder::new(), |it, (key, value)| it.set(key, value));
    match builder.start_discarding() {
        Ok(tracing) => {
            tracing.shutdown();
            None
        }
        Err(error) => Some(error.to_string()),
    }
}

/// How long the program takes to end, at most.
fn ending(settings: &Settings) -> u64 {
    let seconds = |key: &str| settings[key].parse::<u64>().unwrap();
    seconds("shutdown_grace") + seconds("shutdown_timeout")
}

// One test, because tracing can be started once at a time.
#[test]
fn every_setting_is_accepted() {
    let mut all: Vec<(String, Settings)> = vec![("k8s-tracing.yaml".to_owned(), in_kubernetes())];
    for service in services() {
        let settings = of_a_map(&service.spec["environment"]);
        all.push((service.to_string(), settings));
    }
    all.retain(|(_, settings)| !settings.is_empty());
    assert_eq!(all.len(), 2, "{all:#?}");
    for (place, settings) in &all {
        assert_eq!(complaint(settings), None, "{place}");
        for key in settings.keys() {
            let mut misspelt = settings.clone();
            misspelt.insert(format!("{key}x"), settings[key].clone());
            assert!(complaint(&misspelt).is_some_and(|it| it.contains(key)), "{key} of {place}");
        }
    }
}

#[test]
fn the_platform_waits_until_the_last_spans_have_left() {
    let documents = documents("k8s-tracing.yaml");
    let mut pods = documents.iter().filter(|it| it["kind"] == "Deployment");
    let pod = pods.find(|it| it["metadata"]["name"] == "synndicate").unwrap();
    let waits = pod["spec"]["template"]["spec"]["terminationGracePeriodSeconds"].as_u64().unwrap();
    assert!(waits > ending(&in_kubernetes()));

    for service in services() {
        let settings = of_a_map(&service.spec["environment"]);
        if !settings.is_empty() {
            let waits = service.spec["stop_grace_period"].as_str().unwrap();
            let waits: u64 = waits.trim_end_matches('s').parse().unwrap();
            assert!(waits > ending(&settings), "{service}");
        }
    }
}
