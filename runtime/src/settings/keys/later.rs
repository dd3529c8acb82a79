//! Keys of later versions: known, so that mistakes beside them are found, and refused where they
//! count.

use super::key::{Key, key};
use crate::settings::kind::Kind;

const IN_MEMORY: &str = "spans that wait are kept in memory, see `tracing_max_queue_bytes`";

pub(super) static KEYS: &[Key] = &[
    not_available("tracing_spool_dir", IN_MEMORY),
    not_available("tracing_spool_max_bytes", IN_MEMORY),
];

const fn not_available(name: &'static str, instead: &'static str) -> Key {
    key(name, Kind::NotAvailable { instead })
}
