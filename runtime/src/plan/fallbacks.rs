//! The backends in their order: the first one, and what stands in for it.

use super::convert::Conversion;
use super::{Backend, Console};
use crate::settings::{BackendName, Fallback, Problem, Report, Settings};

impl Conversion<'_> {
    /// None where tracing is disabled, or where an error was reported.
    pub(super) fn backends(&mut self) -> Vec<Backend> {
        let settings = self.settings;
        if !settings.enable_tracing || settings.tracing_backend == BackendName::Disabled {
            return Vec::new();
        }
        let mut backends: Vec<Backend> = self.backend().into_iter().collect();
        match &settings.tracing_fallbacks {
            Some(fallbacks) => {
                fallbacks.iter().for_each(|fallback| self.add(fallback, &mut backends));
            }
            None => backends.extend(self.last_resort(&backends)),
        }
        backends
    }

    /// Whoever looks at a terminal sees spans that nobody else takes; a log file is not flooded with them unasked.
    fn last_resort(&self, backends: &[Backend]) -> Option<Backend> {
        let Settings { tracing_console_format: format, terminal, .. } = *self.settings;
        let console = Backend::Console(Console { format, terminal });
        let is_wanted = cfg!(feature = "console") && terminal.attached;
        (is_wanted && !backends.iter().any(|other| console.is_within(other))).then_some(console)
    }

    fn add(&mut self, fallback: &Fallback, to: &mut Vec<Backend>) {
        let settings = self.settings_of(fallback);
        let origins = &fallback.origins;
        let mut conversion = Conversion { settings: &settings, origins, report: Report::default() };
        let backend = conversion.backend();
        self.report.take_over(conversion.report, |problem| fallback.in_own_words(problem));
        let Some(backend) = backend else { return };
        if to.iter().any(|earlier| backend.is_within(earlier)) {
            let message = format!("`{}` is left out: spans go there already", fallback.name());
            self.report.warn(Problem::new(fallback.origin.clone(), message));
        } else {
            to.push(backend);
        }
    }

    /// The settings as if the fallback were the first backend. What is neither a secret nor about one server it has from that.
    fn settings_of(&self, fallback: &Fallback) -> Settings {
        let first = self.settings;
        let mut settings = fallback.settings.clone();
        if fallback.origins.get("tracing_timeout").is_none() {
            settings.tracing_timeout = first.tracing_timeout;
        }
        if fallback.origins.get("tracing_compression").is_none() {
            settings.tracing_compression = first.tracing_compression;
        }
        Settings {
            enable_tracing: true,
            tracing_max_request_bytes: first.tracing_max_request_bytes,
            tracing_console_format: first.tracing_console_format,
            terminal: first.terminal,
            proxies: first.proxies.clone(),
            ..settings
        }
    }
}

impl Backend {
    /// Whether all places of this backend are places of `other`.
    fn is_within(&self, other: &Backend) -> bool {
        match (self, other) {
            (Backend::Console(_), Backend::Console(_)) => true,
            (Backend::Remote(one), Backend::Remote(other)) => {
                one.destinations.iter().all(|place| other.destinations.contains(place))
            }
            _ => false,
        }
    }
}
