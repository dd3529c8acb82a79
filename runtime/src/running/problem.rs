//! Why tracing cannot be started, and what to do.

use crate::exporter::SetupError;
use crate::recorder::AnotherSubscriber;
use crate::settings::SettingsErrors;
use std::{fmt, io};

/// Tracing cannot be started.
#[derive(Debug)]
pub(crate) enum StartProblem {
    /// What is wrong with the settings, all of it.
    Settings(SettingsErrors),
    /// What the settings name cannot be used.
    Setup(SetupError),
    AlreadyRunning,
    AnotherSubscriber,
    /// By the process from which this one was forked.
    RunsInParent,
    Worker(io::Error),
}

impl From<AnotherSubscriber> for StartProblem {
    fn from(_: AnotherSubscriber) -> StartProblem {
        StartProblem::AnotherSubscriber
    }
}

impl fmt::Display for StartProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartProblem::Settings(errors) => errors.fmt(f),
            StartProblem::Setup(error) => error.fmt(f),
            StartProblem::AlreadyRunning => f.write_str(
                "tracing runs already in this process\nhint: end it with `synndicate::shutdown()` before it is started again",
            ),
            StartProblem::AnotherSubscriber => f.write_str(
                "another `tracing` subscriber is installed for this process\n\
                 hint: remove what installs it, such as `tracing_subscriber::fmt().init()`; there can be one only\n\
                 hint: or keep it, and put the layer of `synndicate::layer()` into it",
            ),
            StartProblem::RunsInParent => f.write_str(
                "tracing cannot be started: this process was forked from one that traces\n\
                 hint: start tracing after the fork, or end it with `synndicate::shutdown()` before; a child that calls `exec` may trace",
            ),
            StartProblem::Worker(error) => write!(f, "the pipeline's thread cannot be started: {error}"),
        }
    }
}

impl std::error::Error for StartProblem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StartProblem::Settings(error) => Some(error),
            StartProblem::Setup(error) => Some(error),
            StartProblem::Worker(error) => Some(error),
            StartProblem::AlreadyRunning
            | StartProblem::AnotherSubscriber
            | StartProblem::RunsInParent => None,
        }
    }
}
