//! Who this service is.

use super::key::{Key, key};
use crate::settings::kind::Kind;

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
];
