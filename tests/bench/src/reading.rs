//! What one run of one peer found, on its way from the peer's process to the one that prints.

use crate::statistics::median;
use anyhow::{Context, Result};
use std::fmt;
use std::str::FromStr;

/// Figures of one run, per span, or the medians of several runs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Reading {
    /// Nanoseconds on the traced thread: the median of the bursts.
    pub(crate) thread: f64,
    /// The same, all bursts together: what preemption, page faults and full queues add is in it.
    pub(crate) mean: f64,
    /// Nanoseconds of CPU of the whole process.
    pub(crate) cpu: f64,
    /// Allocations on the traced thread.
    pub(crate) allocations: f64,
    /// How many spans were made.
    pub(crate) spans: f64,
    /// How many of them came out encoded; NaN where a peer does not encode.
    pub(crate) delivered: f64,
}

impl Reading {
    /// The part of the spans that came out.
    pub(crate) fn kept(&self) -> Option<f64> {
        Some(self.delivered / self.spans).filter(|kept| kept.is_finite())
    }

    /// The median of each figure.
    pub(crate) fn median(runs: &[Self]) -> Option<Self> {
        let figure = |of: fn(&Self) -> f64| median(runs.iter().map(of).collect());
        Some(Self {
            thread: figure(|run| run.thread)?,
            mean: figure(|run| run.mean)?,
            cpu: figure(|run| run.cpu)?,
            allocations: figure(|run| run.allocations)?,
            spans: figure(|run| run.spans)?,
            delivered: figure(|run| run.delivered)?,
        })
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { thread, mean, cpu, allocations, spans, delivered } = self;
        write!(f, "{thread} {mean} {cpu} {allocations} {spans} {delivered}")
    }
}

impl FromStr for Reading {
    type Err = anyhow::Error;

    fn from_str(line: &str) -> Result<Self> {
        let figures: Vec<f64> =
            line.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        let [thread, mean, cpu, allocations, spans, delivered] =
            figures[..].try_into().context("six figures expected")?;
        Ok(Self { thread, mean, cpu, allocations, spans, delivered })
    }
}

#[cfg(test)]
mod tests {
    use super::Reading;

    #[test]
    fn reading_survives_the_way_between_processes() {
        let reading = Reading {
            thread: 79.25,
            mean: 81.0,
            cpu: 98.5,
            allocations: 0.0,
            spans: 440.0,
            delivered: 440.0,
        };
        assert_eq!(reading.to_string().parse::<Reading>().unwrap(), reading);
    }

    #[test]
    fn peers_that_do_not_encode_keep_nothing() {
        assert_eq!(
            Reading { delivered: f64::NAN, spans: 440.0, ..Reading::default() }.kept(),
            None
        );
    }
}
