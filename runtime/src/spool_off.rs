//! The spool of a build without one: it cannot be opened, so what it would do is never asked.

use crate::batch::Batch;
use crate::plan::SpoolPlan;
use std::convert::Infallible;
use std::fmt;
use std::future::{Pending, pending};
use std::sync::Arc;

pub(crate) type Say = Arc<dyn Fn(&str) + Send + Sync>;

#[derive(Debug)]
pub(crate) struct Spool(Infallible);

#[derive(Debug)]
pub(crate) struct Tally(Infallible);

#[derive(Debug)]
pub(crate) struct Room(Infallible);

pub(crate) struct Spooled {
    pub(crate) batch: Batch,
    pub(crate) token: Infallible,
}

#[derive(Clone, Copy)]
pub(crate) enum Loss {
    Full,
    Damaged,
    Unwritable,
}

#[derive(Debug)]
pub(crate) struct SpoolError;

impl Spool {
    pub(crate) fn open(_: &SpoolPlan, _: Say) -> Result<(Spool, Infallible), SpoolError> {
        Err(SpoolError)
    }

    pub(crate) fn tally(&self) -> &Arc<Tally> {
        match self.0 {}
    }

    pub(crate) fn waiting(&self) -> u64 {
        match self.0 {}
    }

    pub(crate) async fn room(&self) -> Option<Room> {
        pending().await
    }

    pub(crate) async fn next(&self) -> Option<Spooled> {
        pending().await
    }

    pub(crate) fn done(&self, _: Infallible) -> Pending<()> {
        match self.0 {}
    }

    pub(crate) fn close(&self) -> Pending<()> {
        match self.0 {}
    }
}

impl Tally {
    pub(crate) fn recovered(&self) -> u64 {
        match self.0 {}
    }

    pub(crate) fn waiting(&self) -> u64 {
        match self.0 {}
    }

    pub(crate) fn lost(&self, _: Loss) -> u64 {
        match self.0 {}
    }
}

impl Room {
    pub(crate) fn put(self, _: Batch, _: impl FnOnce() + Send + 'static) {
        match self.0 {}
    }
}

impl fmt::Display for SpoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the feature `spool` of the crate `synndicate` is off")
    }
}
