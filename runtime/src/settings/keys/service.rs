//! Who this service is.

use super::key::{Key, key};
use crate::settings::kind::{Kind, Names};
use crate::settings::typed::Detector;

pub(super) static KEYS: &[Key] = &[
    key("enable_tracing", Kind::Flag(|to| &mut to.enable_tracing))
        .default("true")
        .otel(&["OTEL_SDK_DISABLED"])
        .doc(
            "Whether anything is recorded. Without it a traced call costs what a plain \
             call costs.",
        ),
    key("service_name", Kind::Text(|to| &mut to.service_name))
        .default("\"unknown_service\"")
        .otel(&["OTEL_SERVICE_NAME"])
        .doc(
            "What backends call this service. The program's package gives name and \
             version where nothing else does; where there is no `#[traced_service]`, it is \
             `unknown_service:` and the name of the program's file.",
        ),
    key("service_version", Kind::OptionalText(|to| &mut to.service_version))
        .example("\"1.0.0\"")
        .doc("The version of this service."),
    key("service_namespace", Kind::OptionalText(|to| &mut to.service_namespace))
        .example("\"shop\"")
        .doc("The group that this service belongs to; names are unique within it."),
    key("resource_attributes", Kind::Attributes)
        .example("{ \"deployment.environment.name\" = \"production\" }")
        .otel(&["OTEL_RESOURCE_ATTRIBUTES"])
        .doc(
            "More attributes of all spans of this process. Those of different sources add \
             up; of the same name the highest source counts. In a variable: \
             `name=value,name=value`, percent-decoded.",
        ),
    key("tracing_resource_detectors", Kind::Names(DETECTORS))
        .default("[\"process\", \"host\", \"container\", \"kubernetes\"]")
        .doc(
            "What the process tells of where it runs, in attributes of all its spans, unless \
             `resource_attributes` or a standard variable says it. `process` is process.pid, \
             process.executable.name and process.runtime.name; `host` is host.name; `container` is \
             container.id; `kubernetes` is k8s.pod.name, k8s.pod.uid, k8s.namespace.name, \
             k8s.node.name, k8s.container.name, k8s.deployment.name and k8s.cluster.name, as far as \
             variables such as POD_NAME, POD_NAMESPACE and NODE_NAME say them, which the downward \
             API fills. Command lines, paths, users and addresses are never recorded. `[]`, in a \
             variable also `none`, tells nothing.",
        ),
];

const DETECTORS: Names = Names {
    names: Detector::NAMES,
    set: |to, names| {
        to.tracing_resource_detectors =
            names.iter().filter_map(|name| Detector::named(name)).collect();
    },
};
