//! What a process tells of where it runs, and what it does not.

use super::support::*;
use crate::settings::{Scalar, list};
use std::collections::BTreeMap;

const DETECTORS: &str = "SYN_OBSERVABILITY__TRACING_RESOURCE_DETECTORS";
const ID: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn attributes(case: &Case) -> BTreeMap<String, Scalar> {
    case.settings().resource_attributes
}

fn text(attributes: &BTreeMap<String, Scalar>, name: &str) -> Option<String> {
    match attributes.get(name)? {
        Scalar::Text(text) => Some(text.clone()),
        other => panic!("{name} is {other:?}"),
    }
}

fn on_a_host() -> Case {
    let cgroup = format!("0::/system.slice/docker-{ID}.scope\n");
    nothing().machine(&[("proc/sys/kernel/hostname", "lovelace\n"), ("proc/self/cgroup", &cgroup)])
}

#[test]
fn process_host_and_container_are_told_unless_somebody_says_otherwise() {
    let case = on_a_host();
    let found = attributes(&case);
    assert_eq!(found.get("process.pid"), Some(&Scalar::Integer(4711)), "{found:?}");
    assert_eq!(text(&found, "process.executable.name").as_deref(), Some("planner"));
    assert_eq!(text(&found, "process.runtime.name").as_deref(), Some("rustc"));
    assert_eq!(text(&found, "host.name").as_deref(), Some("lovelace"));
    assert_eq!(text(&found, "container.id").as_deref(), Some(ID));
    assert_eq!(found.len(), 5, "nothing of a pod where there is none: {found:?}");
    let (value, origin) = case.effective("resource_attributes.host.name");
    assert_eq!((&*value, &*origin), ("lovelace", "the detector `host`"));
}

#[test]
fn no_path_leaves_the_machine() {
    let (plan, _) = on_a_host().plan();
    assert!(!format!("{:?}", plan.resource).contains("ada"), "{:?}", plan.resource);
}

#[test]
fn only_the_detectors_that_are_named_look() {
    let found = attributes(&on_a_host().variable(DETECTORS, "host"));
    assert_eq!(found.keys().collect::<Vec<_>>(), ["host.name"]);
    for none in ["none", "[]"] {
        assert!(attributes(&on_a_host().variable(DETECTORS, none)).is_empty());
    }
    let error = on_a_host().variable(DETECTORS, "hots").error();
    assert_holds(
        &error,
        &["`process`, `host`, `container` or `kubernetes`", "the nearest is `host`"],
    );
}

#[test]
fn what_somebody_sets_wins() {
    let case = on_a_host().variable("OTEL_RESOURCE_ATTRIBUTES", "host.name=db,container.id=7");
    let found = attributes(&case);
    assert_eq!(text(&found, "host.name").as_deref(), Some("db"));
    assert_eq!(text(&found, "container.id").as_deref(), Some("7"));
    let case = on_a_host().builder("resource_attributes", "process.pid=1");
    assert_eq!(text(&attributes(&case), "process.pid").as_deref(), Some("1"));
}

#[test]
fn a_pod_is_told_by_the_usual_variables_and_only_within_kubernetes() {
    let variables = [
        ("POD_NAME", "shop-7d9f"),
        ("POD_UID", "1b2c"),
        ("NODE_NAME", "node-3"),
        ("K8S_NODE_NAME", "node-4"),
        ("K8S_DEPLOYMENT_NAME", "shop"),
    ];
    let case =
        |case: Case| variables.iter().fold(case, |case, (name, value)| case.variable(name, value));
    let namespace = [("var/run/secrets/kubernetes.io/serviceaccount/namespace", "eu")];
    let outside = case(nothing().machine(&namespace)).variable(DETECTORS, "kubernetes");
    assert!(attributes(&outside).is_empty());
    let inside = outside.variable("KUBERNETES_SERVICE_HOST", "10.0.0.1");
    let found: Vec<_> = attributes(&inside).into_iter().collect();
    let expected = [
        ("k8s.deployment.name", "shop"),
        ("k8s.namespace.name", "eu"),
        ("k8s.node.name", "node-4"),
        ("k8s.pod.name", "shop-7d9f"),
        ("k8s.pod.uid", "1b2c"),
    ];
    assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.into())));
    let named = inside.variable("POD_NAMESPACE", "us");
    assert_eq!(text(&attributes(&named), "k8s.namespace.name").as_deref(), Some("us"));
}

#[test]
fn the_variables_of_the_operator_are_read_and_are_no_surprise() {
    let case = nothing()
        .machine(&[])
        .variable("KUBERNETES_SERVICE_HOST", "10.0.0.1")
        .variable("OTEL_RESOURCE_ATTRIBUTES_POD_NAME", "shop-1")
        .variable("OTEL_RESOURCE_ATTRIBUTES_NODE_NAME", "node-1");
    assert!(case.warnings().is_empty());
    assert_eq!(text(&attributes(&case), "k8s.pod.name").as_deref(), Some("shop-1"));
}

#[test]
fn files_that_are_missing_or_odd_say_nothing() {
    let found = attributes(&nothing().machine(&[("proc/sys/kernel/hostname", " \n")]));
    assert!(!found.contains_key("host.name") && !found.contains_key("container.id"), "{found:?}");
    let case = nothing().machine(&[]).variable("HOSTNAME", "laptop");
    assert_eq!(text(&attributes(&case), "host.name").as_deref(), Some("laptop"));
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_says_nothing() {
    use std::os::unix::ffi::OsStringExt;
    let case = nothing().machine(&[]).variable("KUBERNETES_SERVICE_HOST", "10.0.0.1");
    let case = case.os_variable("POD_NAME".into(), std::ffi::OsString::from_vec(vec![0xff]));
    assert!(!attributes(&case).contains_key("k8s.pod.name"));
}

#[test]
fn what_was_found_out_is_listed_and_is_no_change() {
    let case = on_a_host().variable("SYN_OBSERVABILITY__RESOURCE_ATTRIBUTES", "team=search");
    let listed = list(&case.load(), &case.sources);
    let is_changed = |key: &str| listed.iter().find(|one| one.key == key).unwrap().is_changed;
    assert!(is_changed("resource_attributes.team"));
    assert!(!is_changed("resource_attributes.host.name"));
}
