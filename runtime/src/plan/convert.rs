//! From settings to a plan: one pure conversion that finds every mistake which shows only when
//! values meet.

use super::{BatchLimits, Plan, QueueLimits, SpanLimits, spool};
use crate::settings::{
    Loaded, Origin, Origins, Problem, Report, Scalar, Settings, SettingsErrors, SpanRule,
};
use std::time::Duration;
use tracing_subscriber::filter::LevelFilter;

impl Plan {
    /// The plan and what to warn of; or all mistakes at once, those of loading the settings among
    /// them.
    pub(crate) fn new(loaded: &Loaded) -> Result<(Plan, Vec<Problem>), SettingsErrors> {
        let Loaded { settings, origins, report } = loaded;
        let mut conversion = Conversion { settings, origins, report: report.clone() };
        let plan = Plan {
            resource: resource(settings),
            sample_rate: settings.tracing_sample_rate,
            propagators: settings.tracing_propagators.clone(),
            http_exclude: settings.tracing_http_exclude.clone(),
            http_response_header: settings.tracing_http_response_header.clone(),
            filter: settings.tracing_filter.clone(),
            limits: span_limits(settings),
            rules: settings.span_rules.clone(),
            redaction_key: settings.tracing_redaction_key.clone(),
            queue: queue_limits(settings),
            batch: conversion.batch_limits(),
            spool: spool::spool(&mut conversion),
            backends: conversion.backends(),
            health_check_interval: health_check_interval(settings),
            shutdown_grace: settings.shutdown_grace,
            shutdown_timeout: settings.shutdown_timeout,
        };
        conversion.doubt_filter(&plan);
        Ok((plan, conversion.report.finish(origins)?))
    }
}

/// A conversion under way.
pub(super) struct Conversion<'a> {
    pub(super) settings: &'a Settings,
    pub(super) origins: &'a Origins,
    pub(super) report: Report,
}

impl Conversion<'_> {
    /// An error; but a warning where a standard variable is to blame, which the platform may set
    /// for all programs.
    pub(super) fn refuse(&mut self, problem: Problem) {
        if problem.origin.is_standard_variable() {
            self.report.warn(problem);
        } else {
            self.report.error(problem);
        }
    }

    /// A value and its origin, for a message about another one.
    pub(super) fn cite(&self, key: &str) -> String {
        self.origins.get(key).map_or_else(
            || format!("`{key}` is not set"),
            |used| format!("`{key}` is `{}` in {}", used.value, used.origin),
        )
    }

    /// Whether one of these keys has a value that was refused: a mistake that builds on it would be
    /// one of ours.
    pub(super) fn is_doubtful(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.report.is_doubtful(key))
    }

    /// Tracing that runs and can never record anything is hardly meant.
    fn doubt_filter(&mut self, plan: &Plan) {
        let levels = plan.filter.iter().map(|(_, level)| level).chain(plan.filter.default_level());
        let is_off = levels.max().is_none_or(|most| most == LevelFilter::OFF);
        let wants = |rule: &SpanRule| rule.enabled == Some(true) || rule.level.is_some();
        if !is_off || plan.rules.iter().any(wants) || plan.backends.is_empty() {
            return;
        }
        let Some(filter) = self.origins.get("tracing_filter") else { return };
        let message = format!("`tracing_filter` is `{}`: nothing is ever recorded", filter.value);
        let problem = Problem::new(filter.origin.clone(), message);
        self.report.warn(problem.hint("to switch tracing off, write `enable_tracing = false`"));
    }

    /// A batch cannot be larger than the queue that it is taken from.
    fn batch_limits(&mut self) -> BatchLimits {
        let settings = self.settings;
        let (batch, queue) = (settings.tracing_max_batch_size, settings.tracing_max_queue_size);
        let keys = ["tracing_max_batch_size", "tracing_max_queue_size"];
        if batch > queue && !self.is_doubtful(&keys) {
            self.refuse_batch_size(batch, queue);
        }
        BatchLimits {
            spans: batch.min(queue),
            bytes: to_usize(settings.tracing_max_request_bytes),
            timeout: settings.tracing_batch_timeout,
        }
    }

    fn refuse_batch_size(&mut self, batch: u64, queue: u64) {
        let origins =
            [self.origins.of("tracing_max_batch_size"), self.origins.of("tracing_max_queue_size")];
        let blamed =
            origins.iter().find(|origin| origin.is_standard_variable()).unwrap_or(&origins[0]);
        // Who lowers the queue alone means the batch too.
        if !matches!(origins[0], Origin::Default | Origin::Preset(_)) {
            let message = format!(
                "`tracing_max_batch_size` is `{batch}`, but must be at most `{queue}`: {}",
                self.cite("tracing_max_queue_size")
            );
            self.refuse(Problem::new(blamed.clone(), message));
        }
    }
}

fn resource(settings: &Settings) -> Vec<(String, Scalar)> {
    // What every SDK says of itself:
    // <https://opentelemetry.io/docs/specs/semconv/resource/#telemetry-sdk>.
    let sdk = [
        ("telemetry.sdk.name", env!("CARGO_PKG_NAME")),
        ("telemetry.sdk.language", "rust"),
        ("telemetry.sdk.version", env!("CARGO_PKG_VERSION")),
    ];
    let service = [
        ("service.name", Some(&settings.service_name)),
        ("service.version", settings.service_version.as_ref()),
        ("service.namespace", settings.service_namespace.as_ref()),
    ];
    let sdk = sdk.into_iter().map(|(key, value)| (key.to_owned(), value.into()));
    let service = service
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?.clone().into())));
    let attributes = settings.resource_attributes.clone();
    sdk.chain(attributes).chain(service).collect()
}

fn span_limits(settings: &Settings) -> SpanLimits {
    let count = |limit| u32::try_from(limit).unwrap_or(u32::MAX);
    SpanLimits {
        attributes: count(settings.tracing_attribute_count_limit),
        events: count(settings.tracing_event_count_limit),
        links: count(settings.tracing_link_count_limit),
        value_bytes: to_usize(settings.tracing_attribute_value_limit),
    }
}

fn queue_limits(settings: &Settings) -> QueueLimits {
    QueueLimits {
        spans: settings.tracing_max_queue_size,
        bytes: to_usize(settings.tracing_max_queue_bytes),
    }
}

fn health_check_interval(settings: &Settings) -> Option<Duration> {
    settings.tracing_health_check.then_some(settings.tracing_health_check_interval)
}

pub(super) fn to_usize(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
