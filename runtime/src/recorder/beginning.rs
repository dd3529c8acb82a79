//! How a span begins: whether it is recorded, under which parent, by which sampler.

use super::beside::Beside;
use super::callsite::CallSite;
use super::context::{LANE, SAMPLED, SpanContext};
use super::frame::Frame;
use super::origin::Origin;
use super::policy::Decision;
use super::remote::Carried;
use super::sampler::Sampler;
use super::slot::Opening;
use super::thread::Thread;
use std::sync::Arc;

impl Thread {
    /// A frame for a new span of `site`; `None`: there is nothing to record and nothing to push. Roots that are not sampled
    /// get one too, for their ids and handles; what is below them gets nothing.
    #[inline(always)]
    pub(crate) fn begin(
        &mut self,
        site: &'static CallSite,
        recorder: u32,
        beside: &Beside,
    ) -> Option<Box<Frame>> {
        let decision = self.decided(site, recorder)?;
        let parent = self.innermost(recorder, beside);
        if parent.is_some_and(|parent| !parent.is_sampled()) {
            return None;
        }
        self.begin_under(parent.copied(), site, decision, recorder)
    }

    /// A frame for a new span of `site` that may begin in another task or on another thread. Where its trace is not sampled it
    /// takes that along, so that no new trace begins there.
    #[inline]
    pub(crate) fn begin_to_carry(
        &mut self,
        site: &'static CallSite,
        recorder: u32,
        beside: &Beside,
    ) -> Option<Box<Frame>> {
        let decision = self.decided(site, recorder)?;
        let parent = self.innermost(recorder, beside).copied();
        self.begin_under(parent, site, decision, recorder)
    }

    /// A frame for a new span of `site` where it says itself which parent it has. Where that is not sampled there is a frame all
    /// the same, because the span below it on the stack may be.
    #[cold]
    pub(crate) fn begin_at(
        &mut self,
        origin: &Origin,
        site: &'static CallSite,
        recorder: u32,
    ) -> Option<Box<Frame>> {
        let decision = self.decided(site, recorder)?;
        self.begin_under(origin.context(recorder), site, decision, recorder)
    }

    /// Who the innermost span of a recorder is, on the stack or beside it.
    #[inline]
    pub(crate) fn innermost<'a>(
        &'a self,
        recorder: u32,
        beside: &'a Beside,
    ) -> Option<&'a SpanContext> {
        match beside.innermost(&self.stack, recorder) {
            Some(active) => Some(active.context()),
            None => self.stack.innermost(recorder).map(|entry| &entry.context),
        }
    }

    /// What goes on with the requests that the innermost span causes.
    pub(crate) fn carried(&self, span: &SpanContext, beside: &Beside) -> Option<Arc<Carried>> {
        let of_stack = || self.stack.carried(span.recorder);
        beside.carried(span.trace_id).or_else(of_stack)
    }

    /// What is decided of `site`, if anything of it is recorded on this thread.
    #[inline(always)]
    fn decided(&self, site: &'static CallSite, recorder: u32) -> Option<Decision> {
        let decision = site.decision(recorder);
        (!self.is_quiet() && !decision.is_off()).then_some(decision)
    }

    #[inline(always)]
    fn begin_under(
        &mut self,
        parent: Option<SpanContext>,
        site: &'static CallSite,
        decision: Decision,
        recorder: u32,
    ) -> Option<Box<Frame>> {
        if decision.concerns_the_call() {
            return self.begin_by_rules(parent, site, decision, recorder);
        }
        let sampler = self.outlet(recorder)?.sampler;
        self.begin_sampled(parent, site, decision, (recorder, sampler))
    }

    /// The same where the rules have to be asked: some calls may be left out, and some arguments shown.
    #[cold]
    fn begin_by_rules(
        &mut self,
        parent: Option<SpanContext>,
        site: &'static CallSite,
        decision: Decision,
        recorder: u32,
    ) -> Option<Box<Frame>> {
        let sampler = self.outlet(recorder)?.sampler;
        let ruling = decision.ruling()?;
        let sampler = self.sampler_by_rules(decision, parent, sampler)?;
        let mut frame = self.begin_sampled(parent, site, decision, (recorder, sampler))?;
        if frame.context.is_sampled() {
            frame.content.reveal(&ruling.capture);
        }
        Some(frame)
    }

    /// How a root is sampled whose call site has a rate of its own. Below a root that rate leaves out calls: `None`.
    pub(crate) fn sampler_by_rules(
        &mut self,
        decision: Decision,
        parent: Option<SpanContext>,
        sampler: Sampler,
    ) -> Option<Sampler> {
        let Some(own) = decision.ruling().and_then(|ruling| ruling.sampler) else {
            return Some(sampler);
        };
        let leaves_out =
            parent.is_some_and(|parent| parent.is_sampled()) && !own.samples(self.ids.trace_id());
        (!leaves_out).then_some(own)
    }

    #[inline(always)]
    fn begin_sampled(
        &mut self,
        parent: Option<SpanContext>,
        site: &'static CallSite,
        decision: Decision,
        (recorder, sampler): (u32, Sampler),
    ) -> Option<Box<Frame>> {
        let info = LANE | decision.info();
        let opening = match parent {
            Some(parent) => self.child(&parent, info),
            None => self.root(recorder, sampler, info),
        };
        let mut frame = self.open_frame(&opening, Some(site))?;
        if opening.context.is_sampled() {
            frame.content.begin(site.kind);
        }
        Some(frame)
    }

    /// A new trace.
    #[inline(always)]
    pub(crate) fn root(&mut self, recorder: u32, sampler: Sampler, info: u32) -> Opening {
        let trace_id = self.ids.trace_id();
        let flags = if sampler.samples(trace_id) { SAMPLED } else { 0 };
        let context = SpanContext { trace_id, span_id: self.ids.span_id(), recorder, flags };
        Opening { context, parent: 0, info }
    }

    /// A span in the trace of `parent`, whose decision counts.
    #[inline(always)]
    pub(crate) fn child(&mut self, parent: &SpanContext, info: u32) -> Opening {
        let context =
            SpanContext { span_id: self.ids.span_id(), flags: parent.flags & SAMPLED, ..*parent };
        Opening { context, parent: parent.span_id, info: info | parent.mark_of_child() }
    }
}
