//! Many keys by one name.

use super::key::{Key, key};
use crate::settings::kind::Kind;

pub(super) static KEYS: &[Key] =
    &[key("tracing_preset", Kind::Preset(|to| &mut to.tracing_preset))
        .example("\"high-throughput\"")
        .doc(
            "Values for several keys by one name: for a service with thousands of requests a second, \
             for a machine with little memory, for the desk. A key that is set anywhere, be it in a \
             lower source than this one, has its own value.",
        )];
