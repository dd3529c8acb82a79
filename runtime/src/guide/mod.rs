//! Pages for those who run traced services. They are documentation only, and in no program.

#[doc = include_str!("settings.md")]
pub mod settings {}

#[doc = include_str!("tuning.md")]
pub mod tuning {}

#[doc = include_str!("troubleshooting.md")]
pub mod troubleshooting {}

#[doc = include_str!("monitoring.md")]
pub mod monitoring {}
