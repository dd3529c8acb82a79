//! What trace context travels in: headers of requests and messages.

use http::header::{HeaderMap, HeaderName, HeaderValue};
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

/// Where trace context is read from. The names of headers are compared without regard to case.
///
/// It is there for [`HeaderMap`] (and so for the metadata of tonic: `metadata.as_ref()`) and for maps of strings.
pub trait Source {
    /// All values under `name`, in their order; those that are no text are left out.
    fn read<'a>(&'a self, name: &str) -> Vec<&'a str>;
}

/// Where trace context is written to, in the place of what is there under the same name.
///
/// It is there for [`HeaderMap`] (and so for the metadata of tonic: `metadata.as_mut()`) and for maps of strings.
pub trait Target {
    /// Sets `name`, which is in lower case.
    fn write(&mut self, name: &'static str, value: &str);
}

impl Source for HeaderMap {
    fn read<'a>(&'a self, name: &str) -> Vec<&'a str> {
        self.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect()
    }
}

impl Target for HeaderMap {
    fn write(&mut self, name: &'static str, value: &str) {
        // Baggage of a caller may hold what no header can.
        if let Ok(value) = HeaderValue::from_str(value) {
            self.insert(HeaderName::from_static(name), value);
        }
    }
}

impl<S: BuildHasher> Source for HashMap<String, String, S> {
    fn read<'a>(&'a self, name: &str) -> Vec<&'a str> {
        named(self.iter(), name)
    }
}

impl<S: BuildHasher> Target for HashMap<String, String, S> {
    fn write(&mut self, name: &'static str, value: &str) {
        self.retain(|known, _| !known.eq_ignore_ascii_case(name));
        self.insert(name.to_owned(), value.to_owned());
    }
}

impl Source for BTreeMap<String, String> {
    fn read<'a>(&'a self, name: &str) -> Vec<&'a str> {
        named(self.iter(), name)
    }
}

impl Target for BTreeMap<String, String> {
    fn write(&mut self, name: &'static str, value: &str) {
        self.retain(|known, _| !known.eq_ignore_ascii_case(name));
        self.insert(name.to_owned(), value.to_owned());
    }
}

fn named<'a>(entries: impl Iterator<Item = (&'a String, &'a String)>, name: &str) -> Vec<&'a str> {
    let named = entries.filter(|(known, _)| known.eq_ignore_ascii_case(name));
    named.map(|(_, value)| value.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case_and_values_replaced() {
        let mut hash = HashMap::from([("TraceParent".to_owned(), "old".to_owned())]);
        let mut tree: BTreeMap<_, _> = hash.clone().into_iter().collect();
        assert_eq!(
            (hash.read("traceparent"), tree.read("traceparent")),
            (vec!["old"], vec!["old"])
        );
        hash.write("traceparent", "new");
        tree.write("traceparent", "new");
        assert_eq!(
            (hash.read("Traceparent"), tree.read("TRACEPARENT")),
            (vec!["new"], vec!["new"])
        );
    }

    #[test]
    fn headers_keep_all_values_and_refuse_what_no_header_can_hold() {
        let mut headers = HeaderMap::new();
        headers.append("tracestate", HeaderValue::from_static("a=1"));
        headers.append("tracestate", HeaderValue::from_bytes(b"\xff").unwrap());
        headers.append("tracestate", HeaderValue::from_static("b=2"));
        assert_eq!(headers.read("tracestate"), ["a=1", "b=2"]);
        headers.write("tracestate", "c=3");
        headers.write("baggage", "line\nbreak");
        assert_eq!((headers.read("tracestate"), headers.len()), (vec!["c=3"], 1));
    }
}
