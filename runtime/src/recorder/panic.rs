//! What the thread's panic said, for the span it ends.

use std::cell::RefCell;
use std::panic::PanicHookInfo;
use std::sync::Once;

static INSTALLED: Once = Once::new();

thread_local! {
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

/// A hook must not panic itself: a thread that is about to end, or is in this very function, remembers nothing.
fn remember(info: &PanicHookInfo<'_>) {
    let text = text(info).unwrap_or("a value that is no text");
    let message = match info.location() {
        Some(place) => format!("{text} ({}:{})", place.file(), place.line()),
        None => text.to_owned(),
    };
    let _ =
        MESSAGE.try_with(|known| known.try_borrow_mut().map(|mut known| *known = Some(message)));
}

/// What a panic says, if that is a text.
pub(crate) fn text<'a>(info: &'a PanicHookInfo<'_>) -> Option<&'a str> {
    let payload = info.payload();
    let literal = payload.downcast_ref::<&'static str>().copied();
    literal.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

/// What the panic that unwinds this thread said, as far as it is known.
pub(super) fn message() -> String {
    let known = MESSAGE.try_with(|known| known.try_borrow().ok().and_then(|known| known.clone()));
    known.ok().flatten().unwrap_or_else(|| "the function panicked".to_owned())
}
