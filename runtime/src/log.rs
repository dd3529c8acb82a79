//! The log of a program: its events as lines on standard error, each with the trace and the span that it belongs to.
//!
//! It is a layer beside the recorder that wants no spans, so that `#[traced]` functions cost what they cost without it.

use crate::display::{Paint, Style};
use crate::recorder::{self, Filter as Levels, Layers};
use crate::report;
use crate::settings::{Sources, levels_by_target};
use std::fmt;
use tracing_core::{Event, Interest, Level, LevelFilter, Metadata, Subscriber};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::{Context, Filter};
use tracing_subscriber::registry::LookupSpan;

/// What of the program is shown elsewhere on standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Shown {
    Nothing,
    /// The console shows recorded spans with their events.
    RecordedSpans,
}

/// The log that `RUST_LOG` asks for.
pub(crate) fn layers(sources: &Sources, shown: Shown) -> &'static Layers {
    let levels = Levels(sources.rust_log().map_or_else(usual, |told| levels(&told)));
    let lines = tracing_subscriber::fmt::layer()
        .event_format(Line(Style::choose(&sources.standard_error())))
        .log_internal_errors(false)
        .with_ansi(false)
        .with_writer(|| report::Stderr);
    Layers::new(lines.with_filter(Wanted { levels, shown }))
}

fn usual() -> Targets {
    Targets::new().with_default(LevelFilter::INFO)
}

fn levels(told: &str) -> Targets {
    parsed(told).unwrap_or_else(|error| {
        report::say(&format!(
            "warning: `RUST_LOG` is `{told}`: {error}\n\
             the log shows `info`; levels are given by target, as in `info,my_crate=debug,hyper=off`\n\
             hint: for more than that give layers of your own, as `layers = fmt::layer().with_filter(EnvFilter::from_env(\"RUST_LOG\"))`"
        ));
        usual()
    })
}

fn parsed(told: &str) -> Result<Targets, String> {
    // It would be taken for a target that nothing has.
    if told.contains(['[', '{']) {
        return Err("it filters by spans or fields, of which this log knows nothing".to_owned());
    }
    levels_by_target(told).map_err(|why| why.join("; "))
}

/// Events of some levels and targets.
struct Wanted {
    levels: Levels,
    shown: Shown,
}

impl<S> Filter<S> for Wanted {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        metadata.is_event() && self.levels.wants(metadata)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        let wanted = metadata.is_event() && self.levels.wants(metadata);
        if wanted { Interest::always() } else { Interest::never() }
    }

    fn event_enabled(&self, _: &Event<'_>, _: &Context<'_, S>) -> bool {
        self.shown == Shown::Nothing
            || !recorder::span_of_event().is_some_and(|span| span.is_recorded)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.levels.max_level())
    }
}

/// One line: when, how bad, where, what, and in which span.
struct Line(Style);

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut line: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let record = recorder::metadata_of_record(event);
        let metadata = record.as_ref().unwrap_or(event.metadata());
        SystemTime.format_time(&mut line)?;
        self.level(&mut line, *metadata.level())?;
        write!(line, "{}: ", metadata.target())?;
        context.format_fields(line.by_ref(), event)?;
        if let Some(span) = recorder::span_of_event() {
            write!(line, " trace_id={:032x} span_id={:016x}", span.trace_id, span.span_id)?;
            if let Some(name) = span.name {
                write!(line, " span={name}")?;
            }
        }
        writeln!(line)
    }
}

impl Line {
    fn level(&self, line: &mut Writer<'_>, level: Level) -> fmt::Result {
        let paint = match level {
            Level::ERROR => Paint::Error,
            Level::WARN => Paint::Warning,
            Level::INFO => Paint::Good,
            _ => Paint::Dim,
        };
        match self.0 {
            Style::Plain => write!(line, " {level:>5} "),
            Style::Colour => write!(line, " {}{level:>5}\u{1b}[0m ", paint.sequence()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_those_that_are_told_or_else_info() {
        let wants = |told: &str, target, level: Level| levels(told).would_enable(target, &level);
        assert!(wants("warn,my_crate=debug", "my_crate::part", Level::DEBUG));
        assert!(!wants("warn,my_crate=debug", "other", Level::INFO));
        for unclear in
            ["[span]=debug", "my_crate[{field}]=debug", "my_crate=loud", "inof", "warning"]
        {
            assert!(wants(unclear, "other", Level::INFO), "{unclear}");
            assert!(!wants(unclear, "my_crate", Level::DEBUG), "{unclear}");
        }
        assert!(!wants("my_crate", "other", Level::ERROR), "a target alone is no slip");
    }
}
