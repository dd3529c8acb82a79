//! What the thread's panic said, for the spans it ends.
//!
//! A hook hears what panics say, but not when they are over, and [`resume_unwind`](std::panic::resume_unwind) runs no hook. So a
//! span believes only what was said while it was entered. The hook notes which ones that are: spans themselves do nothing for it.

use super::thread;
use std::cell::{Cell, RefCell};
use std::panic::PanicHookInfo;
use std::sync::Once;

static INSTALLED: Once = Once::new();

thread_local! {
    /// How many panics have begun on this thread.
    static COUNT: Cell<u32> = const { Cell::new(0) };
    /// What the last of them said.
    static SAID: RefCell<Option<Said>> = const { RefCell::new(None) };
}

/// What a panic said.
#[derive(Clone)]
struct Said {
    text: String,
    /// The spans in which it said so.
    within: Vec<u64>,
}

/// Remembers what panics say from now on, for the process; the hook that was there is still called.
pub(crate) fn install_hook() {
    INSTALLED.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            remember(info);
            previous(info);
        }));
    });
}

fn remember(info: &PanicHookInfo<'_>) {
    COUNT.set(COUNT.get().wrapping_add(1));
    let text = text(info).unwrap_or("a value that is no text");
    let text = match info.location() {
        Some(place) => format!("{text} ({}:{})", place.file(), place.line()),
        None => text.to_owned(),
    };
    set_last(Some(Said { text, within: thread::entered() }));
}

/// A hook must not panic itself: a thread that is about to end, or is in this very function, remembers nothing.
fn set_last(said: Option<Said>) {
    let _ = SAID.try_with(|last| last.try_borrow_mut().map(|mut last| *last = said));
}

fn last() -> Option<Said> {
    SAID.try_with(|last| last.try_borrow().ok()?.clone()).ok().flatten()
}

/// What a panic says, if that is a text.
pub(crate) fn text<'a>(info: &'a PanicHookInfo<'_>) -> Option<&'a str> {
    let payload = info.payload();
    let literal = payload.downcast_ref::<&'static str>().copied();
    literal.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

/// What the panic said that unwinds this thread, for a span that it ends, as far as it is known.
#[cold]
pub(super) fn message_in(span_id: u64) -> String {
    words(last().filter(|said| said.within.contains(&span_id)))
}

/// How many panics have begun on this thread so far.
#[inline]
pub(super) fn count() -> u32 {
    COUNT.get()
}

/// The same for a span that was not entered yet when there were `count` panics.
#[cold]
pub(super) fn message_since(count: u32) -> String {
    words(last().filter(|_| COUNT.get() != count))
}

fn words(said: Option<Said>) -> String {
    said.map_or_else(|| "the function panicked".to_owned(), |said| said.text)
}

/// What was known of panics before user code ran under a `catch_unwind` of ours.
pub(super) struct Before {
    count: u32,
    /// Of the panic that unwinds the thread already: the code runs in a destructor.
    said: Option<Said>,
}

impl Before {
    #[inline]
    pub(super) fn now() -> Before {
        let said = if std::thread::panicking() { last() } else { None };
        Before { count: count(), said }
    }

    /// Forgets a panic that was caught, because no span ends by it.
    #[cold]
    pub(super) fn restore(self) {
        COUNT.set(self.count);
        set_last(self.said);
    }
}
