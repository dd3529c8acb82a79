//! What is known of each backend, and what follows from its answers.
//!
//! A [`Monitor`] is told what became of every export and every probe of one backend, and says whether spans should go there,
//! when to ask it next, and what to tell people. It uses the errors of `exporter` and nothing else of this crate. It is pure:
//! time is passed in. It must never send, wait, read a clock or settings.
//!
//! - **Down** is a backend after two failed exports in a row, after one that got no answer in time, or after one failed probe.
//! - **Up** is one that is down after two good answers in a row, be it to a probe or to an export; at the start after the first.
//! - **Degraded** is one that is up and of which, in the last minute, a request failed, or whose usual answer takes over two
//!   seconds. Spans go there as before.
//! - A backend that goes down again soon after it came back has to wait before spans go to it first, where another one can take
//!   them meanwhile: as long as the interval of the probes, then twice as long each time, up to ten minutes. Once it has been up
//!   as long as it last had to wait, and a minute at the least, that is forgotten.

mod monitor;
mod pace;
mod recent;
mod report;
#[cfg(test)]
mod tests;

pub(crate) use monitor::{Change, Monitor, Request, Standing};
pub(crate) use pace::Pace;
pub use report::{BackendHealth, BackendState};
