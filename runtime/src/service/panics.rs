//! What a panic means for a service.

use crate::{recorder, report, running};
use std::panic::PanicHookInfo;
use std::sync::Once;

/// Spans learn what a panic said; a subscriber that is one too many is explained; and where a panic ends the process, the spans
/// are sent before it does. The hook that was there is still called.
pub(super) fn install_hook() {
    static ONCE: Once = Once::new();
    recorder::install_hook();
    ONCE.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            previous(info);
            if is_second_subscriber(info) && running::is_recording() {
                report::say(SECOND_SUBSCRIBER);
            }
            if cfg!(panic = "abort") {
                running::shutdown();
            }
        }));
    });
}

const SECOND_SUBSCRIBER: &str = "\
`#[traced_service]` has installed the `tracing` subscriber of this process, and there can be one only: leave out the call that \
panicked\n\
hint: events are recorded in their spans, and `tracing_backend = \"console\"` shows both on standard error\n\
hint: layers go on beside it, as `#[traced_service(layers = tracing_subscriber::fmt::layer())]`\n\
hint: to keep the output of your own subscriber instead of traces, set `enable_tracing = false`";

/// What `tracing_subscriber::fmt().init()` and its like say where there is a subscriber already.
fn is_second_subscriber(info: &PanicHookInfo<'_>) -> bool {
    let known = "a global default trace dispatcher has already been set";
    recorder::panic_text(info).is_some_and(|text| text.contains(known))
}
