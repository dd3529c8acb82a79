//! `#[traced_service]` seen from outside: programs are run, signalled and looked at as whole processes.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

mod aborting;
mod commands;
mod console;
mod containers;
mod deadlines;
mod endings;
mod foreign_bytes;
mod forking;
mod layers;
mod log;
mod places;
mod refusals;
mod secrets;
mod settings;
mod signals;
mod subscribers;
