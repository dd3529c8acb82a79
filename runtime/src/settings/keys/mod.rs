//! The one table of keys, and how names lead into it.
//!
//! Parser, suggestions, defaults, the reference file and the standard variables all come from
//! [`SECTIONS`]. A new key is a field of [`super::Settings`] and an entry in the file of its
//! section.

mod backend;
mod batching;
mod key;
mod preset;
mod recording;
mod service;
mod shutdown;

pub(super) use key::{Initial, Key};

/// Keys that belong together.
pub(super) struct Section {
    /// The heading in the reference file.
    pub(super) title: &'static str,
    pub(super) keys: &'static [Key],
}

/// Every key, in the order of the reference file.
pub(super) static SECTIONS: [Section; 6] = [
    Section { title: "All at once", keys: preset::KEYS },
    Section { title: "The service", keys: service::KEYS },
    Section { title: "The backend", keys: backend::KEYS },
    Section { title: "What is recorded", keys: recording::KEYS },
    Section { title: "Batches and the queue", keys: batching::KEYS },
    Section { title: "The end of the program", keys: shutdown::KEYS },
];

/// Every key.
pub(super) fn all() -> impl Iterator<Item = &'static Key> {
    SECTIONS.iter().flat_map(|section| section.keys)
}

/// The key of this name.
pub(super) fn find(name: &str) -> Option<&'static Key> {
    all().find(|key| key.name == name)
}

/// The key that takes members of any name, and the member, of a dotted name such as
/// `tracing_headers.x-team`.
pub(super) fn find_open(name: &str) -> Option<(&'static Key, &str)> {
    let (table, member) = name.split_once('.')?;
    let key = find(table).filter(|key| key.kind.is_open())?;
    Some((key, member))
}

/// Whether keys stand in a table of this name.
pub(super) fn is_group(name: &str) -> bool {
    all().any(|key| key.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
}

/// The names of all keys.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    all().map(|key| key.name)
}

/// The standard variable of Zipkin's endpoint, which is a whole URL:
/// <https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#zipkin-exporter>.
pub(crate) const ZIPKIN_ENDPOINT: &str = "OTEL_EXPORTER_ZIPKIN_ENDPOINT";

/// What the variables of our own keys begin with.
pub(super) const PREFIX: &str = "SYN_OBSERVABILITY__";

/// The variable of a key: `tracing_tls.ca_file` is `SYN_OBSERVABILITY__TRACING_TLS__CA_FILE`.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_keys_groups_and_open_tables() {
        assert!(find("tracing_tls.ca_file").is_some() && find("tracing_tls").is_none());
        assert!(is_group("tracing_tls") && !is_group("tracing_t") && !is_group("tracing_headers"));
        let (key, member) = find_open("tracing_headers.x-a.b").unwrap();
        assert_eq!((key.name, member), ("tracing_headers", "x-a.b"));
        assert!(find_open("tracing_timeout.x").is_none() && find_open("tracing_tls.x").is_none());
        assert_eq!(variable("tracing_tls.ca_file"), "SYN_OBSERVABILITY__TRACING_TLS__CA_FILE");
    }

    fn is_shown(key: &Key) -> bool {
        !matches!(key.initial, Initial::Hidden)
    }

    #[test]
    fn every_name_stands_once_and_is_explained() {
        for (index, key) in all().enumerate() {
            assert!(!names().take(index).any(|name| name == key.name), "{}", key.name);
            assert!(key.doc.ends_with('.') || !is_shown(key), "{}", key.name);
            let newer = find(key.counts_as()).map(Key::is_alias);
            assert_eq!(newer, Some(false), "{}", key.name);
        }
    }
}
