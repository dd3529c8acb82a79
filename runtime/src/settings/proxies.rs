//! The proxies of the environment, which belong to the machine and not to our settings: what is wrong with one is a warning.

use super::endpoint::check_authority;
use super::origin::Origin;
use super::report::{Problem, Report};
use super::sources::Environment;
use std::fmt;

/// What a proxy may be spoken to with. The last four are not supported, which is said when one of them is to be used.
const SCHEMES: [&str; 6] = ["http", "socks5", "socks5h", "socks4", "socks4a", "https"];

/// The proxies of the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`). Loopback
/// never goes through one.
#[derive(Clone, Default)]
pub(crate) struct Proxies {
    pub(crate) http: Option<String>,
    pub(crate) https: Option<String>,
    pub(crate) all: Option<String>,
    pub(crate) no: Option<String>,
}

impl Proxies {
    /// Reads both spellings of each variable; the lower-case one counts, as in curl. One that cannot be used is as if it were
    /// not set, but for a warning.
    pub(super) fn read(environment: &Environment<'_>, report: &mut Report) -> Proxies {
        // In a CGI program, `HTTP_PROXY` is a header of the client's request:
        // <https://httpoxy.org>.
        let is_cgi = environment.get("REQUEST_METHOD").is_some();
        let http: &[_] = if is_cgi { &["http_proxy"] } else { &["http_proxy", "HTTP_PROXY"] };
        let mut read = |names: &[&str], parse: fn(&str) -> Result<String, &'static str>| {
            let (name, value) =
                names.iter().find_map(|name| Some((name, environment.get(name)?)))?;
            let value = value.map_err(|_| "it is not UTF-8").and_then(parse);
            value.map_err(|hint| report.warn(not_used(name, hint))).ok()
        };
        Proxies {
            http: read(http, proxy),
            https: read(&["https_proxy", "HTTPS_PROXY"], proxy),
            all: read(&["all_proxy", "ALL_PROXY"], proxy),
            no: read(&["no_proxy", "NO_PROXY"], |hosts| Ok(hosts.to_owned())),
        }
    }
}

/// The value is not shown: in one that is malformed nobody knows where the password is.
fn not_used(name: &str, hint: &str) -> Problem {
    let message = format!("`{name}` is not used as a proxy");
    Problem::new(Origin::Variable(name.to_owned()), message).hint(hint)
}

/// A proxy as libraries understand it: scheme, user, host and port. A password may hold any character, as in curl: the last `@`
/// ends it.
fn proxy(text: &str) -> Result<String, &'static str> {
    let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
    let scheme = scheme.to_ascii_lowercase();
    if !SCHEMES.contains(&&*scheme) {
        return Err("the scheme of a proxy is `http`, `socks5` or `socks5h`");
    }
    let (user, place) =
        rest.rsplit_once('@').map_or((None, rest), |(user, place)| (Some(user), place));
    let authority = place.split(['/', '?', '#']).next().unwrap_or_default();
    if check_authority(&scheme, authority).is_err() {
        return Err("write `http://host:port`, or `http://user:password@host:port`");
    }
    let user = user.map(|user| encoded(user) + "@").unwrap_or_default();
    Ok(format!("{scheme}://{user}{authority}"))
}

/// A user and a password with what could not stand in a URL percent-encoded; a `%` is one of an encoding already.
fn encoded(user: &str) -> String {
    let encode = |byte: u8| match byte {
        b'-' | b'.' | b'_' | b'~' | b':' | b'%' => char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    user.bytes().map(encode).collect()
}

impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |proxy: &Option<String>| proxy.as_ref().map(|_| "<set>");
        f.debug_struct("Proxies")
            .field("http", &shown(&self.http))
            .field("https", &shown(&self.https))
            .field("all", &shown(&self.all))
            .field("no", &self.no)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Origins;

    fn read(variables: &[(&str, &str)]) -> Proxies {
        let (proxies, warnings) = read_with_warnings(variables);
        assert_eq!(warnings, [""; 0]);
        proxies
    }

    fn read_with_warnings(variables: &[(&str, &str)]) -> (Proxies, Vec<String>) {
        let variables: Vec<_> =
            variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
        let mut report = Report::default();
        let proxies = Proxies::read(&Environment::new(&variables), &mut report);
        let warnings = report.finish(&Origins::default()).unwrap();
        (proxies, warnings.iter().map(Problem::to_string).collect())
    }

    #[test]
    fn both_spellings_are_read_and_empty_is_unset() {
        let proxies = read(&[
            ("HTTPS_PROXY", "http://127.0.0.1:3128"),
            ("NO_PROXY", "localhost,127.0.0.1,.svc"),
            ("http_proxy", "http://low"),
            ("HTTP_PROXY", "http://high"),
            ("ALL_PROXY", ""),
        ]);
        assert_eq!(proxies.https.as_deref(), Some("http://127.0.0.1:3128"));
        assert_eq!(proxies.no.as_deref(), Some("localhost,127.0.0.1,.svc"));
        assert_eq!(proxies.http.as_deref(), Some("http://low"));
        assert_eq!(proxies.all, None);
    }

    #[test]
    fn a_clients_header_is_no_proxy() {
        assert!(read(&[("HTTP_PROXY", "http://evil"), ("REQUEST_METHOD", "GET")]).http.is_none());
    }

    #[test]
    fn a_proxy_is_read_as_curl_does() {
        for (text, expected) in [
            ("proxy:3128", "http://proxy:3128"),
            ("HTTP://proxy/", "http://proxy"),
            ("socks5h://[::1]:1080", "socks5h://[::1]:1080"),
            ("http://user:p@ss@proxy:3128", "http://user:p%40ss@proxy:3128"),
            ("http://user:p/s?s#é @proxy:3128/", "http://user:p%2Fs%3Fs%23%C3%A9%20@proxy:3128"),
            ("http://user:p%40ss@proxy", "http://user:p%40ss@proxy"),
            ("user@proxy", "http://user@proxy"),
        ] {
            assert_eq!(proxy(text).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn what_is_no_proxy_is_told_without_its_value_and_not_used() {
        for (text, hint) in [
            ("ftp://user:s3cret@proxy:3128", "the scheme of a proxy is `http`"),
            ("://user:s3cret@proxy:3128", "the scheme of a proxy is `http`"),
            ("http://user:s3cret@", "write `http://host:port`"),
            ("http://user:s3cret", "write `http://host:port`"),
            ("http://user:s3cret:proxy:3128", "write `http://host:port`"),
            ("http://user:s3cret@proxy:99999", "write `http://host:port`"),
            ("http://user:s3cret@pro xy:3128", "write `http://host:port`"),
        ] {
            let (proxies, warnings) = read_with_warnings(&[("HTTPS_PROXY", text)]);
            assert_eq!((proxies.https, warnings.len()), (None, 1), "{text}");
            let expected = format!(
                "`HTTPS_PROXY` is not used as a proxy\n  in the variable `HTTPS_PROXY`\n  hint: {hint}"
            );
            assert!(warnings[0].starts_with(&expected), "{warnings:?}");
            assert!(!warnings[0].contains("s3cret"), "{warnings:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_value_that_is_not_utf_8_is_told() {
        use std::ffi::OsString;
        use std::os::unix::ffi::OsStringExt;
        let variables = ["http_proxy", "NO_PROXY"]
            .map(|name| (name.into(), OsString::from_vec(b"http://s3cret\xff".to_vec())));
        let mut report = Report::default();
        let proxies = Proxies::read(&Environment::new(&variables), &mut report);
        assert!(proxies.http.is_none() && proxies.no.is_none());
        let warnings = report.finish(&Origins::default()).unwrap();
        assert_eq!(warnings.len(), 2);
        assert!(warnings[0].to_string().contains("`http_proxy` is not used"), "{warnings:?}");
        assert!(warnings[1].to_string().contains("it is not UTF-8"), "{warnings:?}");
        assert!(!format!("{warnings:?}").contains("s3cret"), "{warnings:?}");
    }

    #[test]
    fn debug_shows_no_credentials() {
        let proxies = read(&[("HTTPS_PROXY", "http://user:s3cret@proxy:3128")]);
        assert!(!format!("{proxies:?}").contains("s3cret"));
    }
}
