//! What the settings promise, from sources to values, warnings and errors.

mod bad_input;
mod detectors;
mod endpoints;
mod fallbacks;
pub(super) mod fresh;
mod lists;
mod page;
mod precedence;
mod presets;
mod properties;
mod quantities;
mod rules;
mod schema;
mod secrets;
mod standard;
mod support;
mod variables;
#[cfg(all(feature = "http-json", feature = "zipkin"))]
mod zipkin;
