//! Endpoints as the settings spell them: a URL or the path of a Unix socket.

use http::Uri;
use std::fmt;
use std::net::Ipv6Addr;
use std::path::{Path, PathBuf};

/// Where a server listens. It holds neither user, password, query nor fragment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Address {
    /// `http://…` or `https://…`, with the path that was written.
    Url(Uri),
    /// A Unix socket.
    Socket(PathBuf),
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Url(uri) => write!(f, "{}", uri.to_string().trim_end_matches('/')),
            Address::Socket(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// Reads an endpoint, or says what to do about it. The path of a socket is relative to `folder`.
pub(super) fn parse(text: &str, folder: &Path) -> Result<Address, String> {
    if let Some(path) = text.strip_prefix("unix:") {
        return socket(path, folder);
    }
    let no_scheme = || format!("it has no scheme: write `http://{}`", blotted(text).escape_debug());
    let (scheme, rest) = text.split_once("://").ok_or_else(no_scheme)?;
    check_scheme(scheme)?;
    check_that_nothing_is_secret(rest)?;
    check_authority(scheme, rest.split('/').next().unwrap_or_default())?;
    let uri = text.parse().ok().filter(|_| text.is_ascii());
    uri.map(Address::Url)
        .ok_or_else(|| "it holds a character that stands percent-encoded in a URL".into())
}

fn check_scheme(scheme: &str) -> Result<(), String> {
    if ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    Err("the scheme is `http`, `https` or `unix`; `tracing_protocol` says what is spoken".into())
}

fn check_that_nothing_is_secret(rest: &str) -> Result<(), String> {
    if rest.contains('@') {
        let header = "a user and a password do not belong into a URL, which logs would show: \
            write `tracing_headers = { authorization = \"Basic …\" }`";
        return Err(header.into());
    }
    if rest.contains(['?', '#']) {
        let header = "an endpoint has neither query nor fragment: \
            a key belongs into `tracing_headers`";
        return Err(header.into());
    }
    Ok(())
}

fn socket(path: &str, folder: &Path) -> Result<Address, String> {
    let absolute = |path: &str| format!("/{}", path.trim_start_matches('/'));
    let path = match path.strip_prefix("//") {
        Some(path) if !path.starts_with('/') => {
            let forms = "after `unix://` stands a path from the root, `unix:///run/otel.sock`; \
                a relative one is written `unix:otel.sock`";
            return Err(forms.into());
        }
        Some(path) => absolute(path),
        None => path.to_owned(),
    };
    if path.is_empty() || path.contains('\0') {
        return Err(
            "after `unix:` stands the path of a socket, such as `unix:///run/otel.sock`".into()
        );
    }
    if !cfg!(unix) {
        return Err("Unix sockets are supported on Unix only".into());
    }
    Ok(Address::Socket(folder.join(path)))
}

pub(super) fn check_authority(scheme: &str, authority: &str) -> Result<(), String> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => bracketed_address(rest)?,
        None if authority.matches(':').count() > 1 => {
            return Err(format!(
                "an IPv6 address stands in brackets: `{scheme}://{}`",
                in_brackets(authority)
            ));
        }
        None => {
            authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)))
        }
    };
    let belongs = |c: char| c.is_ascii_alphanumeric() || ['-', '.', '_', ':'].contains(&c);
    if host.is_empty() || !host.chars().all(belongs) {
        let ascii = "after the scheme stands the name or address of a host; \
            a name in another script is written in its ASCII form, `xn--…`";
        return Err(ascii.into());
    }
    check_port(port)
}

fn bracketed_address(rest: &str) -> Result<(&str, Option<&str>), String> {
    let (address, after) = rest.split_once(']').ok_or("the `[` of an IPv6 address has no `]`")?;
    if address.contains('%') {
        return Err("an IPv6 address with a zone such as `%eth0` is not supported: \
            give a name or another address"
            .into());
    }
    if address.parse::<Ipv6Addr>().is_err() {
        return Err("in the brackets stands no IPv6 address".into());
    }
    match after.strip_prefix(':') {
        None if !after.is_empty() => Err("after the `]` stands `:` and a port, or nothing".into()),
        port => Ok((address, port)),
    }
}

fn check_port(port: Option<&str>) -> Result<(), String> {
    let is_port = |port: &str| {
        port.bytes().all(|byte| byte.is_ascii_digit())
            && port.parse::<u16>().is_ok_and(|port| port > 0)
    };
    match port {
        Some(port) if !is_port(port) => Err("a port is a number from 1 to 65535".into()),
        _ => Ok(()),
    }
}

/// `::1:4317` as `[::1]:4317`: what follows the last colon is a port if an address is left without
/// it.
fn in_brackets(authority: &str) -> String {
    match authority.rsplit_once(':') {
        Some((address, port))
            if address.parse::<Ipv6Addr>().is_ok() && check_port(Some(port)).is_ok() =>
        {
            format!("[{address}]:{port}")
        }
        _ => format!("[{authority}]"),
    }
}

/// A text that may be a URL, without the user, the password, the query and the fragment that it may
/// hold.
pub(super) fn blotted(text: &str) -> String {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), text),
    };
    let (hidden_user, rest) =
        rest.rsplit_once('@').map_or(("", rest), |(_, rest)| ("<redacted>@", rest));
    match rest.find(['?', '#']) {
        Some(end) => {
            format!("{scheme}{hidden_user}{}?<redacted>", rest.get(..end).unwrap_or_default())
        }
        None => format!("{scheme}{hidden_user}{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hint(text: &str) -> String {
        parse(text, Path::new("")).unwrap_err()
    }

    #[test]
    fn urls_and_sockets_are_read() {
        for url in [
            "http://h:4318",
            "https://h",
            "HTTP://H:1/prefix",
            "http://[::1]:4317",
            "http://[::1]:4318/v1/traces",
            "http://10.0.0.1:80",
        ] {
            assert!(matches!(parse(url, Path::new("")), Ok(Address::Url(_))), "{url}");
        }
        let socket = |text| parse(text, Path::new("/etc/app")).unwrap();
        assert_eq!(socket("unix:///run/otel.sock"), Address::Socket("/run/otel.sock".into()));
        assert_eq!(socket("unix:/run/otel.sock"), Address::Socket("/run/otel.sock".into()));
        assert_eq!(socket("unix:relative.sock"), Address::Socket("/etc/app/relative.sock".into()));
    }

    #[test]
    fn what_is_no_endpoint_comes_with_advice() {
        for (text, advice) in [
            ("localhost:4317", "write `http://localhost:4317`"),
            ("grpc://h:4317", "`http`, `https` or `unix`"),
            ("http://", "name or address of a host"),
            ("http:///v1/traces", "name or address of a host"),
            ("http://:4317", "name or address of a host"),
            ("http://é:1", "xn--"),
            ("http://a b:1", "name or address"),
            ("http://h:", "1 to 65535"),
            ("http://h:0", "1 to 65535"),
            ("http://h:+80", "1 to 65535"),
            ("http://h:99999", "1 to 65535"),
            ("http://h:4318/é", "percent-encoded"),
            ("http://::1:4317", "`http://[::1]:4317`"),
            ("https://fe80::1", "`https://[fe80::1]`"),
            ("http://2001:db8::7:4318/v1/traces", "`http://[2001:db8::7]:4318`"),
            ("http://[fe80::1%25eth0]:4317", "zone"),
            ("http://[::1", "no `]`"),
            ("http://[zz]:1", "no IPv6 address"),
            ("http://[::1]4317", "`:` and a port"),
            ("unix://run/otel.sock", "unix:///run/otel.sock"),
            ("unix:", "path of a socket"),
        ] {
            assert!(hint(text).contains(advice), "{text}: {}", hint(text));
        }
    }

    #[test]
    fn credentials_in_a_url_are_refused_and_never_shown() {
        for text in [
            "http://user:s3cret@h:4317",
            "http://user:s3/cret@h",
            "https://h/v1/traces?key=s3cret",
            "http://h#s3cret",
        ] {
            assert!(hint(text).contains("tracing_headers"), "{text}");
            assert!(!blotted(text).contains("s3"), "{}", blotted(text));
        }
        assert!(!hint("user:s3cret@h:4317?key=s3cret").contains("s3cret"));
        assert_eq!(blotted("http://h:4317/a"), "http://h:4317/a");
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn no_text_panics_and_what_is_read_reads_again(
            text in "(http|https|unix):?/{0,3}[a-z0-9:.@/%\\[\\]é?#-]*",
        ) {
            if let Ok(address) = parse(&text, Path::new("")) {
                prop_assert_eq!(parse(&address.to_string(), Path::new("")), Ok(address));
            }
        }
    }
}
