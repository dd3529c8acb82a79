//! The lane: spans of `#[traced]` functions, which live where their call lives.
//!
//! The same generated code serves when the current subscriber is somebody else's, or when layers of the recorder want to see the
//! call site: then the span is an ordinary `tracing` one, with the same attributes.

use super::beside::Beside;
use super::callsite::CallSite;
use super::clock;
use super::encoder::{Attributes, Content, Limits, put_exception};
use super::ending::{self, Ending};
use super::foreign::{self, Entered};
use super::frame::Frame;
use super::layers::{self, LAYERED};
use super::origin::Origin;
use super::panic;
use super::stack::State;
use super::subscriber::Recorder;
use super::thread::{self, Thread};
use std::cell::Cell;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use tracing_core::{Dispatch, dispatcher};

/// What a call site records when its span begins. A trait object, as all that call sites hand over: what is around it is compiled
/// once, and not again for each of them. And a trait of our own, because for one of `Fn` three functions are compiled.
pub(super) trait Record {
    fn record(&self, attributes: &mut Attributes<'_>);
}

/// What a call site adds to its span besides.
pub(super) trait Amend {
    fn amend(&self, ending: &mut Ending<'_>);
}

impl<F: Fn(&mut Attributes<'_>)> Record for F {
    #[inline]
    fn record(&self, attributes: &mut Attributes<'_>) {
        self(attributes);
    }
}

impl<F: Fn(&mut Ending<'_>)> Amend for F {
    #[inline]
    fn amend(&self, ending: &mut Ending<'_>) {
        self(ending);
    }
}

/// What records attributes once, as the calls take it: it uses up what it has.
pub fn record_once(record: impl FnOnce(&mut Attributes<'_>)) -> impl Fn(&mut Attributes<'_>) {
    let record = Cell::new(Some(record));
    move |attributes| {
        if let Some(record) = record.take() {
            record(attributes);
        }
    }
}

/// The same for what is no attribute.
pub fn amend_once(amend: impl FnOnce(&mut Ending<'_>)) -> impl Fn(&mut Ending<'_>) {
    let amend = Cell::new(Some(amend));
    move |ending| {
        if let Some(amend) = amend.take() {
            amend(ending);
        }
    }
}

/// Ends its span when dropped. The span's state is on the thread's stack, so a guard must stay on its thread.
#[derive(Debug)]
#[must_use = "the span ends when the guard is dropped"]
pub struct Guard {
    /// 0: there is no span, or it is a foreign one.
    span_id: u64,
    // Taken when the guard is dropped, so that nothing is left to drop at every call site.
    foreign: ManuallyDrop<Option<Box<Entered>>>,
    not_send: PhantomData<*const ()>,
}

impl Guard {
    const NONE: Guard = Guard::of(0);

    #[inline(always)]
    const fn of(span_id: u64) -> Guard {
        Guard { span_id, foreign: ManuallyDrop::new(None), not_send: PhantomData }
    }

    /// Adds what is known only when the body is done, or what is no attribute.
    #[inline]
    pub fn finish(&self, amend: &impl Fn(&mut Ending<'_>)) {
        self.amend(amend);
    }

    #[inline]
    fn amend(&self, amend: &dyn Amend) {
        if self.span_id != 0 {
            ending::amend(self.span_id, amend);
        } else if let Some(entered) = &*self.foreign {
            foreign::amend(entered.span(), amend);
        }
    }
}

impl Drop for Guard {
    #[inline(always)]
    fn drop(&mut self) {
        if self.span_id != 0 {
            close(self.span_id);
        } else if let Some(entered) = self.foreign.take() {
            end_foreign(entered);
        }
    }
}

#[cold]
#[inline(never)]
fn end_foreign(entered: Box<Entered>) {
    entered.end();
}

/// Begins a span of a sync function. `record` is called only when the span is recorded, before it becomes the current one.
#[inline(always)]
pub fn enter(site: &'static CallSite, record: impl Fn(&mut Attributes<'_>)) -> Guard {
    if site.may_be_enabled() {
        // Moved, so that what it borrows is laid out in memory only here.
        let record = record;
        enter_wanted(site, &record)
    } else {
        Guard::NONE
    }
}

#[inline(never)]
fn enter_wanted(site: &'static CallSite, record: &dyn Record) -> Guard {
    guard(begin(site), site, None, record)
}

/// Begins a span of a sync function that says itself where it belongs.
#[expect(clippy::needless_pass_by_value, reason = "generated code makes it for this call")]
pub fn enter_at(
    site: &'static CallSite,
    origin: Origin,
    record: impl Fn(&mut Attributes<'_>),
) -> Guard {
    if site.may_be_enabled() { enter_wanted_at(site, &origin, &record) } else { Guard::NONE }
}

#[inline(never)]
fn enter_wanted_at(site: &'static CallSite, origin: &Origin, record: &dyn Record) -> Guard {
    guard(begin_at(site, origin), site, Some(origin), record)
}

#[inline]
fn guard(
    begun: Begun,
    site: &'static CallSite,
    origin: Option<&Origin>,
    record: &dyn Record,
) -> Guard {
    match begun {
        Begun::Nothing => Guard::NONE,
        Begun::Lane(mut frame) => {
            record_first(&mut frame, record);
            push(frame)
        }
        Begun::Foreign => foreign_guard(site, origin, record),
    }
}

#[cold]
fn foreign_guard(site: &'static CallSite, origin: Option<&Origin>, record: &dyn Record) -> Guard {
    let span = foreign::span(site, origin, record).map(|span| Box::new(Entered::enter(span)));
    Guard { foreign: ManuallyDrop::new(span), ..Guard::NONE }
}

/// What a call site begins.
#[derive(Debug)]
pub(super) enum Begun {
    /// It is off, or its trace is not sampled.
    Nothing,
    Lane(Box<Frame>),
    /// Another subscriber is current, or layers want to see it: it is to be an ordinary span.
    Foreign,
}

#[inline(never)]
pub(super) fn begin(site: &'static CallSite) -> Begun {
    begin_by(site, |thread, recorder, beside| thread.begin(site, recorder, beside))
}

pub(super) fn begin_to_carry(site: &'static CallSite) -> Begun {
    begin_by(site, |thread, recorder, beside| thread.begin_to_carry(site, recorder, beside))
}

pub(super) fn begin_at(site: &'static CallSite, origin: &Origin) -> Begun {
    begin_by(site, |thread, recorder, _| thread.begin_at(origin, site, recorder))
}

#[inline(always)]
fn begin_by(
    site: &'static CallSite,
    begin: impl FnOnce(&mut Thread, u32, &Beside) -> Option<Box<Frame>>,
) -> Begun {
    // Not `current_recorder`: a closure of its own is compiled into its place.
    let recorder = |current: &Dispatch| current.downcast_ref::<Recorder>().map(Recorder::id);
    let Some(recorder) = dispatcher::get_default(recorder) else { return Begun::Foreign };
    if recorder & LAYERED != 0 && layers::want(site, recorder) {
        return Begun::Foreign;
    }
    let beside = Beside::now();
    match thread::with(|thread| begin(thread, recorder, &beside)) {
        Some(mut frame) => {
            frame.beneath = beside.mark();
            Begun::Lane(frame)
        }
        None => Begun::Nothing,
    }
}

/// Records the attributes of a span before it becomes the current one: they run user code, with no borrow held.
#[inline]
pub(super) fn record_first(frame: &mut Frame, record: &dyn Record) {
    if frame.context.is_sampled() {
        let limits = frame.limits;
        let mut beginning = Beginning { frame, unfinished_since: Some(panic::count()) };
        record.record(&mut beginning.frame.content.attributes(limits));
        beginning.unfinished_since = None;
    }
}

/// A span whose attributes are being evaluated. If that panics the span is over before it has begun, as a failed one.
struct Beginning<'a> {
    frame: &'a mut Frame,
    /// How many panics there were before; `None`: no attribute has panicked.
    unfinished_since: Option<u32>,
}

impl Drop for Beginning<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(panics) = self.unfinished_since {
            fail_at_start(self.frame, panics);
        }
    }
}

#[cold]
fn fail_at_start(frame: &mut Frame, panics: u32) {
    start(frame);
    thread::with(|thread| {
        fail_by_panic(thread, frame, &panic::message_since(panics));
        thread.end_unentered(frame, clock::monotonic());
    });
}

/// Starts the clock of a span and makes it the current one. A root that is not sampled pays no clock.
#[inline]
fn push(mut frame: Box<Frame>) -> Guard {
    start(&mut frame);
    frame.unwinding = std::thread::panicking();
    frame.fresh = false;
    let (context, beneath) = (frame.context, frame.beneath);
    thread::with(|thread| thread.stack.push(context, State::Frame(frame), beneath));
    Guard::of(context.span_id)
}

#[inline(always)]
pub(super) fn start(frame: &mut Frame) {
    if frame.context.is_sampled() {
        frame.began = clock::monotonic();
        let mut unix = clock::unix(frame.began);
        if clock::has_stepped_back() {
            unix = unix.max(thread::with(|thread| thread.stack.start_of(frame.slot().parent())));
        }
        frame.slot().open(unix);
    }
}

#[inline(never)]
fn close(span_id: u64) {
    let now = clock::monotonic();
    thread::with(|thread| {
        if let Some(mut frame) = thread.take(span_id) {
            note_panic(thread, &mut frame);
            thread.end(frame, now);
        }
    });
}

/// A panic that began inside the span is its failure.
#[inline]
pub(super) fn note_panic(thread: &mut Thread, frame: &mut Frame) {
    if std::thread::panicking() && !frame.unwinding {
        let message = panic::message_in(frame.context.span_id);
        fail_by_panic(thread, frame, &message);
    }
}

#[cold]
fn fail_by_panic(thread: &mut Thread, frame: &mut Frame, message: &str) {
    if frame.context.is_sampled() {
        put_panic(thread, frame.limits, &mut frame.content, message);
    }
}

/// Writes down that a span failed by a panic.
pub(super) fn put_panic(thread: &mut Thread, limits: Limits, content: &mut Content, message: &str) {
    content.fail_by("panic");
    let mut fields = thread.fragment();
    put_exception(fields.buffer(), limits, "panic", &message);
    content.event(b"exception", clock::unix(clock::monotonic()), &fields, limits);
    thread.give_back_fragment(fields);
}

/// Records the attributes of an async function: the first statement of its body. It must hit only the frame that the
/// function's own wrapper has just made; where the wrapper made none, the top of the stack is the caller's.
#[inline]
pub fn first_attributes(site: &'static CallSite, record: &impl Fn(&mut Attributes<'_>)) {
    amend_first(site, &|ending: &mut Ending<'_>| record(&mut ending.attributes()));
}

/// The same for what is no attribute.
#[inline]
pub fn first(site: &'static CallSite, amend: &impl Fn(&mut Ending<'_>)) {
    amend_first(site, amend);
}

fn amend_first(site: &'static CallSite, amend: &dyn Amend) {
    if ending::amend_fresh(site, amend).is_none()
        && let Some(span) = foreign::first(site)
    {
        foreign::amend(&span, amend);
    }
}
