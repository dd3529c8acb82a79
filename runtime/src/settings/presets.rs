//! `tracing_preset`: values for several keys by one name, for whatever nobody set.
//!
//! It is looked at when all sources have spoken, so that a key which is set anywhere wins over a
//! preset that is chosen anywhere.

use super::entries::Entry;
use super::raw::Raw;
use super::{Loaded, Origin, Preset, keys};

/// Keys and their values in TOML.
type Values = &'static [(&'static str, &'static str)];

impl Preset {
    /// What it says.
    pub(super) const fn values(self) -> Values {
        match self {
            // Health checks stay on: a backend that is sent spans is not asked besides.
            Preset::HighThroughput => &[
                ("tracing_sample_rate", "0.01"),
                ("tracing_max_batch_size", "2048"),
                ("tracing_max_queue_size", "8192"),
                ("tracing_batch_timeout", "1000"),
            ],
            // The number of spans alone is no bound: one may have long texts.
            Preset::LowMemory => &[
                ("tracing_max_batch_size", "128"),
                ("tracing_max_queue_size", "512"),
                ("tracing_max_queue_bytes", "\"8 MiB\""),
                ("tracing_batch_timeout", "2000"),
            ],
            Preset::Debug => &[
                ("tracing_backend", "\"console\""),
                ("tracing_sample_rate", "1.0"),
                ("tracing_batch_timeout", "100"),
            ],
        }
    }
}

/// Gives every key that nobody set the value of the preset that was chosen.
pub(super) fn fill(to: &mut Loaded) {
    let Some(preset) = to.settings.tracing_preset else { return };
    let is_free = |key: &str| to.origins.of(key) == Origin::Default && !to.report.is_doubtful(key);
    let entry = |(key, toml): &(&str, &str)| {
        let key = keys::find(key).filter(|key| is_free(key.name))?;
        let raw = Raw::toml(toml).ok()?;
        Some(Entry { key, member: None, raw, origin: Origin::Preset(preset.into()) })
    };
    let entries = preset.values().iter().filter_map(entry).collect();
    to.take(entries);
}

/// What each preset stands for, in sentences.
pub(super) fn told() -> String {
    let sentence = |name: &&str| {
        let value = |(key, toml): &(&str, &str)| format!("`{key} = {toml}`");
        let values: Vec<_> = Preset::named(name)?.values().iter().map(value).collect();
        Some(format!("`{name}` stands for {}.", values.join(", ")))
    };
    Preset::NAMES.iter().filter_map(sentence).collect::<Vec<_>>().join(" ")
}
