//! Asks backends whether they would take spans, while nothing else tells.

use super::backend::{Backend, GaveWay};
use super::backends::Backends;
use super::ledger::Accounts;
use crate::batch::{Batch, Resource};
use crate::health::Change;
use crate::recorder::Core;
use std::future::{pending, poll_fn};
use std::sync::Arc;
use std::task::Poll;
use tokio::time::sleep_until;

/// Asks all backends, each when it is due. A probe is what an export sends: an empty batch.
pub(super) struct Prober {
    pub(super) backends: Arc<Backends>,
    pub(super) accounts: Arc<Accounts>,
    pub(super) core: Arc<Core>,
    pub(super) resource: Arc<Resource>,
}

impl Prober {
    /// Never ends. A backend that does not answer holds up no other one.
    pub(super) async fn run(self) {
        let mut watches: Vec<_> =
            self.backends.all().map(|backend| Box::pin(self.watch(backend))).collect();
        poll_fn(|context| {
            for watch in &mut watches {
                // None of them ends.
                let _ = watch.as_mut().poll(context);
            }
            Poll::<()>::Pending
        })
        .await;
    }

    async fn watch(&self, backend: &Backend) {
        let empty = Batch::empty(self.resource.clone());
        if backend.number == self.backends.primary().number {
            // The sender asks it first, and tells at the start what it has answered.
            backend.changed.notified().await;
        }
        loop {
            let due = async {
                match backend.next_probe() {
                    Some(due) => sleep_until(due).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                () = backend.changed.notified() => {}
                () = due => {
                    if let Err(GaveWay) = self.probe(backend, &empty).await {
                        // The spans that it gave way to tell as much.
                        backend.changed.notified().await;
                    }
                }
            }
        }
    }

    async fn probe(&self, backend: &Backend, empty: &Batch) -> Result<(), GaveWay> {
        let (result, change) = backend.probe(empty).await?;
        self.backends.note_answer(backend, result.is_ok(), change);
        if let (Err(error), Some(Change::WentDown)) = (&result, change) {
            let next = self.backends.ready(&[backend.number]);
            backend.tell_failure(error, next, || self.accounts.ledger(&self.core));
        }
        Ok(())
    }
}
