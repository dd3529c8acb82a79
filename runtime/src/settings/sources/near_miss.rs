//! Variables that are not ours, but were probably meant to be.

use super::variables::OTHERS;
use crate::settings::keys;
use crate::settings::suggest::{is_typo, nearest};

/// What the name of a variable begins with that may have been meant as `SYN_`.
const OURS: &[&str] = &["syn", "synndicate", "syndicate"];

/// The variable that was meant; `None` where this one is somebody else's.
pub(super) fn meant(name: &str) -> Option<String> {
    let words = name.to_ascii_lowercase();
    let words: Vec<&str> =
        words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let (_, rest) = words.split_first().filter(|(first, _)| OURS.contains(first))?;
    let (second, key) = rest.split_first()?;
    if nearest(second, ["observability"]).is_some() {
        return Some(meant_key(&key.join("_")));
    }
    // Without the word `observability` it may well be somebody else's: only one slip counts.
    let whole = rest.join("_");
    let named = |name: &str| name.strip_prefix("SYN_").map(str::to_ascii_lowercase);
    let is_meant = |name: &&str| named(name).is_some_and(|name| is_typo(&whole, &name));
    OTHERS.into_iter().find(is_meant).map(str::to_owned).or_else(|| {
        let spelled = spelled();
        variable(spelled.iter().find(|key| is_typo(&whole, key))?)
    })
}

fn meant_key(words: &str) -> String {
    let spelled = spelled();
    let nearest = nearest(words, spelled.iter().map(String::as_str)).and_then(variable);
    nearest.unwrap_or_else(|| format!("{}…", keys::PREFIX))
}

/// The keys without the dot that a variable cannot have.
fn spelled() -> Vec<String> {
    keys::names().map(|key| key.replace('.', "_")).collect()
}

fn variable(spelled: &str) -> Option<String> {
    keys::names().find(|key| key.replace('.', "_") == spelled).map(keys::variable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_find_the_variable_that_was_meant() {
        for name in [
            "SYN_OBSERVABILITY_TRACING_SAMPLE_RATE",
            "SYN_TRACING_SAMPLE_RATE",
            "SYN_OBSERVABILTY__TRACING_SAMPLE_RATE",
            "SYN__OBSERVABILITY__TRACING_SAMPLE_RATE",
            "syn_observability__tracing_sample_rate",
            "SYNNDICATE_OBSERVABILITY__TRACING_SAMPLE_RATE",
            "SYN_OBSERVABILITY.TRACING_SAMPLE_RATE",
            "SYN_TRACING_SAMPEL_RATE",
        ] {
            let expected = "SYN_OBSERVABILITY__TRACING_SAMPLE_RATE";
            assert_eq!(meant(name).as_deref(), Some(expected), "{name}");
        }
        assert_eq!(meant("SYN_CONFG").as_deref(), Some("SYN_CONFIG"));
        assert_eq!(meant("SYN_PROFILES").as_deref(), Some("SYN_PROFILE"));
        assert_eq!(meant("SYN_COMAND").as_deref(), Some("SYN_COMMAND"));
        assert_eq!(meant("SYNNDICATE_CONFIG").as_deref(), Some("SYN_CONFIG"));
        let half = meant("SYN_OBSERVABILITY__TRACING_SAMPEL");
        assert_eq!(half.as_deref(), Some("SYN_OBSERVABILITY__TRACING_SAMPLE_RATE"));
        let tls = "SYN_OBSERVABILITY__TRACING_TLS__CA_FILE";
        assert_eq!(meant("SYN_TRACING_TLS_CA_FILE").as_deref(), Some(tls));
        assert_eq!(meant("SYN_OBSERVABILITY").as_deref(), Some("SYN_OBSERVABILITY__…"));
    }

    #[test]
    fn other_peoples_variables_are_left_alone() {
        for name in [
            "SYN",
            "SYN_PORT",
            "SYN_FOO",
            "SYN_NAME",
            "SYN_ENDPOINT",
            "SYN_SERVICE_MODE",
            "SYNC_CONFIG",
            "SYSTEM_PROFILE",
            "PATH",
            "SYN_LOG_LEVEL",
        ] {
            assert_eq!(meant(name), None, "{name}");
        }
    }
}
