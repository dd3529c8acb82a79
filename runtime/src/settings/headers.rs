//! Headers that the settings add to every request.

use http::{HeaderMap, HeaderName, HeaderValue};
use std::fmt;

/// Headers of every request. The values are secrets: they are in no `Debug`, log or error.
#[derive(Clone, Default)]
pub(crate) struct Headers(pub(crate) HeaderMap);

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.keys().map(|name| (name.as_str(), "<redacted>"))).finish()
    }
}

/// Headers that a request or a response cannot do without, and that another value would break.
const OURS: &[&str] = &[
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "te",
    "transfer-encoding",
];

/// The name of a header that the settings may set, or what is wrong with it.
pub(super) fn name(text: &str) -> Result<HeaderName, &'static str> {
    free_name(text, "is a header that the exporter sets itself")
}

/// The same for responses of the program's own servers.
pub(super) fn response_name(text: &str) -> Result<HeaderName, &'static str> {
    free_name(text, "is a header that a response sets itself")
}

fn free_name(text: &str, taken: &'static str) -> Result<HeaderName, &'static str> {
    let name: HeaderName = text.parse().map_err(|_| "is not a name that a header can have")?;
    if OURS.contains(&name.as_str()) || name.as_str().starts_with("grpc-") {
        return Err(taken);
    }
    Ok(name)
}

/// The value of a header. gRPC allows visible ASCII and spaces only, and so do we for every wire.
pub(super) fn value(text: &str) -> Option<HeaderValue> {
    let visible = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    let mut value = HeaderValue::from_str(text).ok().filter(|_| visible)?;
    // HTTP/2 keeps it out of its compression tables, and `Debug` leaves it out.
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_names_and_no_values() {
        let mut headers = Headers::default();
        headers.0.insert(name("X-Api-Key").unwrap(), value("s3cret").unwrap());
        for text in [format!("{headers:?}"), format!("{headers:#?}"), format!("{:?}", headers.0)] {
            assert!(text.contains("x-api-key") && !text.contains("s3cret"), "{text}");
        }
    }

    #[test]
    fn what_would_break_a_request_is_refused() {
        for bad in ["", "x y", "é", "Content-Type", "grpc-timeout", "host", "a:b"] {
            assert!(name(bad).is_err(), "{bad}");
        }
        for bad in ["a\nb", "a\r\n", "\0", "é", "a\tb"] {
            assert!(value(bad).is_none(), "{bad:?}");
        }
        assert!(name("authorization").is_ok() && value("").is_some());
    }
}
