//! Resource attributes that nobody has set, from where the process runs.
//!
//! What is recorded of it leaves the machine with every batch, so it is little: no command line, no path, no user.
//!
//! Source: <https://opentelemetry.io/docs/specs/semconv/resource/>.

use super::container;
use super::environment::Environment;
use super::machine::Machine;
use crate::settings::typed::Detector;
use crate::settings::{Loaded, Origin, Scalar};

/// An attribute of Kubernetes and the variables that the downward API usually fills with it, the first that is set counts. Those
/// that begin with `OTEL_` are the OpenTelemetry operator's.
const IN_KUBERNETES: [(&str, &[&str]); 7] = [
    ("k8s.pod.name", &["K8S_POD_NAME", "POD_NAME", "OTEL_RESOURCE_ATTRIBUTES_POD_NAME"]),
    ("k8s.pod.uid", &["K8S_POD_UID", "POD_UID", "OTEL_RESOURCE_ATTRIBUTES_POD_UID"]),
    ("k8s.namespace.name", &["K8S_NAMESPACE_NAME", "K8S_NAMESPACE", "POD_NAMESPACE"]),
    ("k8s.node.name", &["K8S_NODE_NAME", "NODE_NAME", "OTEL_RESOURCE_ATTRIBUTES_NODE_NAME"]),
    ("k8s.container.name", &["K8S_CONTAINER_NAME", "CONTAINER_NAME"]),
    ("k8s.deployment.name", &["K8S_DEPLOYMENT_NAME"]),
    ("k8s.cluster.name", &["K8S_CLUSTER_NAME"]),
];

/// Set in every container of a pod, whatever else is.
const KUBERNETES: &str = "KUBERNETES_SERVICE_HOST";

/// The namespace, as every pod finds it that has a service account.
const NAMESPACE_FILE: &str = "var/run/secrets/kubernetes.io/serviceaccount/namespace";

/// Whether a standard variable is one that a detector reads.
pub(super) fn is_read(variable: &str) -> bool {
    IN_KUBERNETES.iter().any(|(_, variables)| variables.contains(&variable))
}

/// Adds what the detectors that are switched on find, but for attributes that somebody has set.
pub(super) fn fill(machine: &Machine, environment: &Environment<'_>, to: &mut Loaded) {
    for detector in to.settings.tracing_resource_detectors.clone() {
        let found = match detector {
            Detector::Process => process(machine),
            Detector::Host => host(machine, environment),
            Detector::Container => container(machine),
            Detector::Kubernetes => kubernetes(machine, environment),
        };
        for (name, value) in found {
            add(detector, name, value, to);
        }
    }
}

fn add(detector: Detector, name: &str, value: Scalar, to: &mut Loaded) {
    let key = format!("resource_attributes.{name}");
    if to.origins.get(&key).is_none() {
        to.origins.set(key, value.to_string(), Origin::Detected(detector.into()));
        to.settings.resource_attributes.insert(name.to_owned(), value);
    }
}

type Found = Vec<(&'static str, Scalar)>;

fn process(machine: &Machine) -> Found {
    let executable = machine.executable_name();
    let mut found = vec![
        ("process.pid", Scalar::Integer(i64::from(machine.pid))),
        // Of a program that was compiled it is the compiler.
        ("process.runtime.name", "rustc".into()),
    ];
    found.extend(executable.map(|name| ("process.executable.name", name.into())));
    found
}

fn host(machine: &Machine, environment: &Environment<'_>) -> Found {
    let of_kernel = machine.text("proc/sys/kernel/hostname").and_then(|text| word(&text));
    let name = of_kernel.or_else(|| first_of(&["HOSTNAME", "COMPUTERNAME"], environment));
    name.map(|name| ("host.name", name.into())).into_iter().collect()
}

fn container(machine: &Machine) -> Found {
    container::id(machine).map(|id| ("container.id", id.into())).into_iter().collect()
}

fn kubernetes(machine: &Machine, environment: &Environment<'_>) -> Found {
    if environment.get(KUBERNETES).is_none() {
        return Vec::new();
    }
    let value = |(name, variables): &(&'static str, &[&str])| {
        let of_file = || machine.text(NAMESPACE_FILE).filter(|_| *name == "k8s.namespace.name");
        let value = first_of(variables, environment).or_else(|| word(&of_file()?))?;
        Some((*name, value.into()))
    };
    IN_KUBERNETES.iter().filter_map(value).collect()
}

fn first_of(variables: &[&str], environment: &Environment<'_>) -> Option<String> {
    variables.iter().find_map(|name| environment.get(name)?.ok()).map(str::to_owned)
}

fn word(text: &str) -> Option<String> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}
