//! A span that has begun and is nobody's yet: user code writes its attributes, with no borrow held, before it is entered or given
//! to a future.
//!
//! What generated code instantiates for itself is one call between two functions of this file.

use super::callsite::CallSite;
use super::encoder::{Attributes, Content, Limits};
use super::foreign;
use super::frame::Frame;
use super::lane;
use super::origin::Origin;
use super::subscriber::current_recorder;
use super::thread;
use tracing::Span;

/// What a call site has begun.
#[derive(Debug)]
pub(super) enum Begun {
    /// It is off, or its trace is not sampled.
    Nothing,
    Lane(Box<Frame>, Limits),
    /// Another subscriber is current.
    Foreign(Box<(Span, Content)>),
}

/// Begins a span where it is wanted; `origin` says where it belongs, if not to the current one.
pub(super) fn begin(site: &'static CallSite, origin: Option<&Origin>) -> Begun {
    match current_recorder() {
        Some(recorder) => begin_lane(site, origin, recorder),
        None => begin_foreign(site, origin),
    }
}

#[inline]
fn begin_lane(site: &'static CallSite, origin: Option<&Origin>, recorder: u32) -> Begun {
    let begun = thread::with(|thread| match origin {
        None => thread.begin(site, recorder),
        Some(origin) => thread.begin_at(origin, site, recorder),
    });
    begun.map_or(Begun::Nothing, |(frame, limits)| Begun::Lane(frame, limits))
}

#[cold]
fn begin_foreign(site: &'static CallSite, origin: Option<&Origin>) -> Begun {
    let span = foreign::span(site, origin);
    span.map_or(Begun::Nothing, |span| Begun::Foreign(Box::new((span, Content::default()))))
}

/// While user code writes the attributes.
#[derive(Debug)]
pub(super) struct Beginning(Begun);

impl Beginning {
    /// Begins a span where it is wanted.
    #[inline]
    pub(super) fn new(site: &'static CallSite, origin: Option<&Origin>) -> Beginning {
        Beginning(begin(site, origin))
    }

    /// Where to write attributes; `None` where they are not recorded.
    #[inline]
    pub(super) fn attributes(&mut self) -> Option<Attributes<'_>> {
        match &mut self.0 {
            Begun::Lane(frame, limits) if frame.context.is_sampled() => Some(frame.content.attributes(*limits)),
            Begun::Foreign(foreign) => Some(foreign.1.attributes(foreign::LIMITS)),
            Begun::Lane(..) | Begun::Nothing => None,
        }
    }

    /// What has begun.
    #[inline]
    pub(super) fn done(mut self) -> Begun {
        std::mem::replace(&mut self.0, Begun::Nothing)
    }
}

impl Drop for Beginning {
    /// Only a panic of user code comes here with a span: that is over before it was entered, as a failed one.
    #[inline]
    fn drop(&mut self) {
        if let Begun::Lane(frame, _) = &mut self.0 {
            lane::fail_at_start(frame);
        }
    }
}
