//! Where a backend shows the traces that it has, and how it is asked for one.

#[cfg(feature = "zipkin")]
use crate::plan::Wire;
use crate::plan::{Endpoint, Headers, Remote};
use http::Uri;

/// The port at which a Jaeger answers queries.
///
/// Source: <https://www.jaegertracing.io/docs/latest/architecture/apis/>.
const JAEGER: u16 = 16686;

/// Somebody who can be asked for a trace.
#[derive(Debug)]
pub(super) struct Archive {
    /// The path of a trace for programs, without its id.
    path: &'static str,
    /// The same for people.
    page: &'static str,
    base: String,
    /// The user has said where it is.
    is_named: bool,
    /// It may well not be there.
    pub(super) is_guessed: bool,
}

impl Archive {
    /// Of the backend that took spans at the destination with this number, or that the user has named.
    pub(super) fn of(
        remote: &Remote,
        taken: Option<usize>,
        named: Option<&Uri>,
    ) -> Option<Archive> {
        let (path, page) = match remote.name {
            "zipkin" => ("/api/v2/trace/", "/zipkin/traces/"),
            _ => ("/api/traces/", "/trace/"),
        };
        if let Some(named) = named {
            let base = named.to_string();
            return Some(Archive { path, page, base, is_named: true, is_guessed: false });
        }
        let taken = remote.destinations.get(taken?)?;
        let Endpoint::Tcp(uri) = &taken.endpoint else { return None };
        let base = match (remote.name, taken.wire) {
            // The scheme stays: what goes over TLS should not be followed by a header that does not.
            ("jaeger", _) => format!("{}://{}:{JAEGER}", uri.scheme_str()?, uri.host()?),
            #[cfg(feature = "zipkin")]
            ("zipkin", Wire::ZipkinJson) => {
                uri.to_string().strip_suffix("/api/v2/spans")?.to_owned()
            }
            _ => return None,
        };
        Some(Archive { path, page, base, is_named: false, is_guessed: remote.name != "zipkin" })
    }

    /// Where programs find a trace.
    pub(super) fn url(&self, trace: &str) -> String {
        self.at(self.path, trace)
    }

    /// Where people do.
    pub(super) fn page(&self, trace: &str) -> String {
        self.at(self.page, trace)
    }

    fn at(&self, path: &str, trace: &str) -> String {
        format!("{}{path}{trace}", self.base.trim_end_matches('/'))
    }

    /// How it is reached: as the backend, but with the backend's headers only where it is known to be on the backend's host.
    pub(super) fn remote(&self, remote: &Remote) -> Remote {
        let remote = remote.clone();
        if self.is_named { Remote { headers: Headers::default(), ..remote } } else { remote }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Backend, Plan};
    use crate::settings::{Sources, load};

    fn remote(settings: &[(&str, &str)]) -> Remote {
        let builder = settings.iter().map(|(key, value)| ((*key).into(), (*value).into()));
        let sources = Sources { builder: builder.collect(), ..Sources::default() };
        let (plan, _) = Plan::new(&load(&sources)).unwrap();
        match &plan.backends[0] {
            Backend::Remote(remote) => remote.clone(),
            Backend::Console(_) => panic!("no server"),
        }
    }

    #[cfg(any(feature = "jaeger", feature = "zipkin"))]
    #[track_caller]
    fn check(settings: &[(&str, &str)], expected: Option<&str>) {
        let archive = Archive::of(&remote(settings), Some(0), None);
        let url = archive.map(|archive| archive.url("4bf9"));
        assert_eq!(url.as_deref(), expected, "{settings:?}");
    }

    #[cfg(feature = "jaeger")]
    #[test]
    fn a_jaeger_is_asked_at_its_query_port_of_the_same_host() {
        check(&[], Some("http://localhost:16686/api/traces/4bf9"));
        check(
            &[("tracing_endpoint", "https://[::1]:4317")],
            Some("https://[::1]:16686/api/traces/4bf9"),
        );
        check(&[("tracing_endpoint", "unix:///run/jaeger.sock")], None);
    }

    #[cfg(feature = "zipkin")]
    #[test]
    fn a_zipkin_is_asked_where_it_takes_spans_and_a_collector_is_not() {
        let zipkin = ("tracing_backend", "zipkin");
        check(&[zipkin], Some("http://localhost:9411/api/v2/trace/4bf9"));
        check(
            &[zipkin, ("tracing_endpoint", "http://h:1/zipkin/")],
            Some("http://h:1/zipkin/api/v2/trace/4bf9"),
        );
        check(&[zipkin, ("tracing_endpoint", "http://h:4318")], None);
    }

    #[test]
    fn who_is_named_is_asked_without_the_headers_of_the_backend() {
        let settings = [("tracing_backend", "otlp"), ("tracing_headers", "authorization=s3cret")];
        let remote = remote(&settings);
        assert!(Archive::of(&remote, Some(0), None).is_none());
        let named: Uri = "http://q:1/jaeger/".parse().unwrap();
        let archive = Archive::of(&remote, None, Some(&named)).unwrap();
        assert_eq!(archive.url("4bf9"), "http://q:1/jaeger/api/traces/4bf9");
        assert_eq!(archive.page("4bf9"), "http://q:1/jaeger/trace/4bf9");
        assert!(archive.remote(&remote).headers.0.is_empty());
        let own = Archive { is_named: false, ..archive };
        assert!(!own.remote(&remote).headers.0.is_empty());
    }
}
