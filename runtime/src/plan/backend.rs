//! What takes the spans, and whom it trusts.

use super::convert::{Conversion, to_usize};
use super::destinations::destinations;
use super::{Backend, Console, Destination, Remote, Tls};
use crate::settings::{BackendName, Origin, Problem, Settings};

impl Conversion<'_> {
    /// `None` where tracing is disabled, or where an error was reported.
    pub(super) fn backend(&mut self) -> Option<Backend> {
        if !self.settings.enable_tracing {
            return None;
        }
        match self.settings.tracing_backend {
            BackendName::Disabled => None,
            BackendName::Jaeger => self.remote("jaeger"),
            BackendName::Otlp => self.remote("otlp"),
            BackendName::Console => Some(self.console()),
            BackendName::Zipkin => self.remote("zipkin"),
        }
    }

    pub(super) fn console(&mut self) -> Backend {
        let backend = self.origins.of("tracing_backend");
        let endpoint = self.origins.of("tracing_endpoint");
        // Whoever wrote the file or the attribute may not know of the variable: its author should
        // hear of it.
        let is_below = matches!(backend, Origin::Attribute { .. } | Origin::File { .. });
        if is_below && endpoint.is_standard_variable() {
            let cited = self.cite("tracing_backend");
            let problem = Problem::new(endpoint, format!("the endpoint has no effect: {cited}"));
            self.report.warn(problem.hint("`OTEL_TRACES_EXPORTER=otlp` sends spans there"));
        }
        if !cfg!(feature = "console") {
            let message = "`tracing_backend` is `console`, which needs the cargo feature `console`";
            self.report.error(Problem::new(backend, message));
        }
        let Settings { tracing_console_format: format, terminal, .. } = *self.settings;
        Backend::Console(Console { format, terminal })
    }

    fn remote(&mut self, name: &'static str) -> Option<Backend> {
        let destinations = destinations(self)?;
        let is_tls = |destination: &Destination| destination.endpoint.is_tls();
        if destinations.iter().any(is_tls) {
            self.check_that_tls_is_there();
        } else {
            self.refuse_tls_files();
        }
        Some(Backend::Remote(Remote {
            name,
            destinations,
            headers: self.settings.tracing_headers.clone(),
            tls: self.tls(),
            compression: self.settings.tracing_compression,
            request_bytes: to_usize(self.settings.tracing_max_request_bytes),
            timeout: self.settings.tracing_timeout,
            proxies: self.settings.proxies.clone(),
        }))
    }

    fn tls(&mut self) -> Tls {
        let files = self.settings.tracing_tls.clone();
        let client = match (files.cert_file, files.key_file) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (Some(_), None) => self.half_a_client("tracing_tls.cert_file", "tracing_tls.key_file"),
            (None, Some(_)) => self.half_a_client("tracing_tls.key_file", "tracing_tls.cert_file"),
            (None, None) => None,
        };
        Tls { ca_file: files.ca_file, client, server_name: files.server_name }
    }

    fn half_a_client<T>(&mut self, there: &str, missing: &str) -> Option<T> {
        if !self.is_doubtful(&[missing]) {
            let message = format!("`{there}` has no effect without `{missing}`");
            self.refuse(Problem::new(self.origins.of(there), message));
        }
        None
    }

    fn refuse_tls_files(&mut self) {
        let files = &self.settings.tracing_tls;
        let keys = [
            ("tracing_tls.ca_file", files.ca_file.is_some()),
            ("tracing_tls.cert_file", files.cert_file.is_some()),
            ("tracing_tls.key_file", files.key_file.is_some()),
            ("tracing_tls.server_name", files.server_name.is_some()),
        ];
        for (key, _) in keys.into_iter().filter(|(_, is_set)| *is_set) {
            if !self.is_doubtful(&["tracing_endpoint"]) {
                let cited = self.cite("tracing_endpoint");
                let message = format!("`{key}` has no effect without `https`: {cited}");
                let problem = Problem::new(self.origins.of(key), message);
                self.refuse(problem.hint("write `tracing_endpoint = \"https://…\"`"));
            }
        }
    }

    fn check_that_tls_is_there(&mut self) {
        if !cfg!(feature = "tls") {
            let message = "`https` in `tracing_endpoint` needs the cargo feature `tls`";
            self.report.error(Problem::new(self.origins.of("tracing_endpoint"), message));
        }
    }
}
