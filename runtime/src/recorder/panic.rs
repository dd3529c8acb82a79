//! What the thread's panic said, for the span it ends.
//!
//! A hook hears what panics say, but not when they are over, and [`resume_unwind`](std::panic::resume_unwind) runs no hook. So
//! panics are counted, and a span believes only what was said after it had begun.

use std::cell::{Cell, RefCell};
use std::panic::PanicHookInfo;
use std::sync::Once;

static INSTALLED: Once = Once::new();

thread_local! {
    /// How many panics have begun on this thread.
    static COUNT: Cell<u32> = const { Cell::new(0) };
    /// What the last of them said.
    static MESSAGE: RefCell<Option<String>> = const { RefCell::new(None) };
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
    set_message(Some(match info.location() {
        Some(place) => format!("{text} ({}:{})", place.file(), place.line()),
        None => text.to_owned(),
    }));
}

/// A hook must not panic itself: a thread that is about to end, or is in this very function, remembers nothing.
fn set_message(message: Option<String>) {
    let _ = MESSAGE.try_with(|known| known.try_borrow_mut().map(|mut known| *known = message));
}

fn last_message() -> Option<String> {
    MESSAGE.try_with(|known| known.try_borrow().ok()?.clone()).ok().flatten()
}

/// What a panic says, if that is a text.
pub(crate) fn text<'a>(info: &'a PanicHookInfo<'_>) -> Option<&'a str> {
    let payload = info.payload();
    let literal = payload.downcast_ref::<&'static str>().copied();
    literal.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

/// How many panics have begun on this thread so far.
#[inline]
pub(super) fn count() -> u32 {
    COUNT.get()
}

/// What the panic that unwinds this thread said, as far as it is known, for a span that began when there were `count` of them.
pub(super) fn message_since(count: u32) -> String {
    let message = if COUNT.get() == count { None } else { last_message() };
    message.unwrap_or_else(|| "the function panicked".to_owned())
}

/// What was known of panics before user code ran under a `catch_unwind` of ours.
pub(super) struct Before {
    count: u32,
    /// What the panic said that unwinds the thread already: the code runs in a destructor.
    message: Option<String>,
}

impl Before {
    #[inline]
    pub(super) fn now() -> Before {
        let message = if std::thread::panicking() { last_message() } else { None };
        Before { count: count(), message }
    }

    /// Forgets a panic that was caught, because no span ends by it.
    #[cold]
    pub(super) fn restore(self) {
        COUNT.set(self.count);
        set_message(self.message);
    }
}
