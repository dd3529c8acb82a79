//! The proxies of the environment, which belong to the machine and not to our settings.

use super::sources::Environment;
use std::fmt;

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
    /// Reads both spellings of each variable; the lower-case one counts, as in curl.
    pub(super) fn read(environment: &Environment<'_>) -> Proxies {
        let first = |names: &[&str]| {
            names.iter().find_map(|name| environment.get(name)?.ok()).map(str::to_owned)
        };
        // In a CGI program, `HTTP_PROXY` is a header of the client's request:
        // <https://httpoxy.org>.
        let is_cgi = environment.get("REQUEST_METHOD").is_some();
        Proxies {
            http: first(if is_cgi { &["http_proxy"] } else { &["http_proxy", "HTTP_PROXY"] }),
            https: first(&["https_proxy", "HTTPS_PROXY"]),
            all: first(&["all_proxy", "ALL_PROXY"]),
            no: first(&["no_proxy", "NO_PROXY"]),
        }
    }
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

    fn read(variables: &[(&str, &str)]) -> Proxies {
        let variables: Vec<_> =
            variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
        Proxies::read(&Environment::new(&variables))
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
    fn debug_shows_no_credentials() {
        let proxies = read(&[("HTTPS_PROXY", "http://user:s3cret@proxy:3128")]);
        assert!(!format!("{proxies:?}").contains("s3cret"));
    }
}
