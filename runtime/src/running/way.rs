//! How the process reaches the recorder, and how that turns to a core and away from it.

use crate::recorder::{self, AnotherSubscriber, Core, Layers};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Release};

/// How the process reaches the recorder.
pub(crate) enum Way {
    /// It is the subscriber, with these layers beside it.
    Subscriber(Option<&'static Layers>),
    /// It is a layer of somebody's stack, which turns to the core of this number.
    Layer(Arc<AtomicU32>),
}

impl Way {
    pub(super) fn layers(&self) -> Option<&'static Layers> {
        match self {
            Way::Subscriber(layers) => *layers,
            Way::Layer(_) => None,
        }
    }

    pub(super) fn turn_to(&self, core: &Core) -> Result<(), AnotherSubscriber> {
        match self {
            Way::Subscriber(_) => recorder::turn_to(Some(core)),
            Way::Layer(number) => {
                number.store(core.id, Release);
                recorder::ask_call_sites_again();
                Ok(())
            }
        }
    }

    /// Nothing is recorded any more.
    pub(super) fn turn_away(&self) {
        match self {
            // Nobody else's subscriber can have come between.
            Way::Subscriber(_) => _ = recorder::turn_to(None),
            Way::Layer(number) => {
                number.store(0, Release);
                recorder::ask_call_sites_again();
            }
        }
    }

    /// Nothing is recorded; layers see what happens all the same.
    pub(super) fn turn_to_nothing(&self) -> Result<(), AnotherSubscriber> {
        self.layers().map_or(Ok(()), recorder::turn_to_layers)
    }
}
