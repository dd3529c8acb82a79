//! What the user wants of a check.

use crate::commands::arguments::{Arguments, wrong};
use crate::commands::table::COMMANDS;
use http::Uri;
use http::uri::Authority;
use std::time::Duration;

/// How long a trace may take to be shown, where nobody says.
const PATIENCE: Duration = Duration::from_secs(10);

/// The longest that anybody may want to wait.
const LONGEST: Duration = Duration::from_secs(3600);

/// What the options say.
pub(super) struct Wishes {
    /// Where the first backend shows its traces.
    pub(super) query: Option<Uri>,
    /// How long a trace may take to be shown.
    pub(super) patience: Duration,
}

impl Wishes {
    /// Understands the options, or says what is wrong with them.
    pub(super) fn of(arguments: &Arguments) -> Result<Wishes, String> {
        Ok(Wishes {
            query: arguments.value("--query").map(query).transpose()?,
            patience: arguments.value("--wait").map_or(Ok(PATIENCE), patience)?,
        })
    }
}

fn query(url: &str) -> Result<Uri, String> {
    let is_plain = |uri: &Uri| {
        let authority = uri.authority().map(Authority::as_str);
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.query().is_none()
            && authority.is_some_and(|authority| !authority.contains('@'))
    };
    // It may hold a password, so it is not shown.
    url.parse().ok().filter(is_plain).ok_or_else(|| {
        mistake("`--query` must be `http://host:port` or `https://host:port`, maybe with a path")
    })
}

fn patience(seconds: &str) -> Result<Duration, String> {
    let wanted = seconds.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    wanted.filter(|wanted| *wanted <= LONGEST).ok_or_else(|| {
        let shown = seconds.escape_debug();
        let most = LONGEST.as_secs();
        mistake(&format!("`--wait` is `{shown}`, but must be a number of seconds from 0 to {most}"))
    })
}

fn mistake(what: &str) -> String {
    let command = COMMANDS.iter().find(|command| command.name == "check");
    command.map_or_else(|| what.to_owned(), |command| wrong(command, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_urls_are_asked_and_no_password_is_shown() {
        for url in ["http://q", "https://q:1/jaeger"] {
            assert!(query(url).is_ok(), "{url}");
        }
        for url in ["q:16686", "ftp://q", "http://u:s3cret@q", "http://q?key=s3cret", "", "/api"] {
            let mistake = query(url).unwrap_err();
            assert!(mistake.starts_with("`--query` must be") && !mistake.contains("s3cret"));
        }
    }

    #[test]
    fn patience_is_a_number_of_seconds_with_an_end() {
        assert_eq!(patience("0.5"), Ok(Duration::from_millis(500)));
        for seconds in ["-1", "nan", "inf", "3601", "1s", ""] {
            assert!(patience(seconds).is_err(), "{seconds}");
        }
    }
}
