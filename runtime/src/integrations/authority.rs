//! Which server a request is for, as `Host` and URIs say it.

/// Host and port. What stands before an `@` may be a secret, and is left out with it.
pub(super) fn split(authority: &str) -> (&str, Option<u16>) {
    let (_, authority) = authority.rsplit_once('@').unwrap_or(("", authority));
    match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => (address, port.strip_prefix(':').and_then(number)),
        None => match authority.rsplit_once(':') {
            Some((host, port)) => (host, number(port)),
            None => (authority, None),
        },
    }
}

fn number(port: &str) -> Option<u16> {
    port.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_port_are_told_apart() {
        for (authority, expected) in [
            ("shop.example", ("shop.example", None)),
            ("shop.example:8080", ("shop.example", Some(8080))),
            ("[::1]:443", ("::1", Some(443))),
            ("[::1]", ("::1", None)),
            ("user:secret@shop.example:80", ("shop.example", Some(80))),
            ("shop.example:port", ("shop.example", None)),
            ("shop.example:99999", ("shop.example", None)),
            ("[::1", ("[:", Some(1))),
            (":", ("", None)),
            ("", ("", None)),
        ] {
            assert_eq!(split(authority), expected, "{authority}");
        }
    }
}
