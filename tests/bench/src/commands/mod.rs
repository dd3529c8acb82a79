//! The commands, one file each. They start processes, gather what those print, and show tables and bars.

pub(crate) mod build;
pub(crate) mod children;
pub(crate) mod end_to_end;
pub(crate) mod figures;
pub(crate) mod instructions;
pub(crate) mod outage;
pub(crate) mod programs;
pub(crate) mod start;
pub(crate) mod web;
