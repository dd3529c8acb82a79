//! The span that is current on this thread: its ids, and attributes from anywhere in the code.

use super::beside::Beside;
#[cfg(test)]
use super::context::SpanContext;
use super::encoder::{Content, Limits, Precedence, Value};
use super::foreign;
use super::install::current_core;
use super::spans::{encoded, innermost, write_entered};
use super::thread;
use super::visit::{is_special, set_special};

/// Sets an attribute of the current span: any key, any [`Value`]. The last write of a key wins, over what the macro recorded
/// too. The names `otel.name`, `otel.kind`, `otel.status_code` and `otel.status_description` set what they say.
///
/// Without a current span, or in a trace that is not sampled, it does nothing. Layers beside the recorder, or beside the one of
/// [`layer`](fn@crate::layer), are not told. Under a subscriber that is not this crate's and has no layer of it, the keys are those that the
/// span's call site declares, as with `Span::record`; others are ignored.
///
/// ```
/// #[synndicate::traced]
/// fn plan(steps: u32) {
///     synndicate::set_attribute("plan.steps", steps * 2);
///     synndicate::set_attribute("otel.kind", "client");
/// }
/// # plan(3);
/// ```
pub fn set_attribute<V: Value>(key: &str, value: V) {
    amend(|content, limits| set_by_name(content, key, &value, limits));
}

/// Sets what a special name sets, if the value is a text; an attribute under any other name.
pub(super) fn set_by_name(
    content: &mut Content,
    key: &str,
    value: &(impl Value + ?Sized),
    limits: Limits,
) {
    let text = if is_special(key) { as_text(value, limits) } else { None };
    match text {
        Some(text) => set_special(content, key, &text, limits),
        None => content.attributes(limits).record_as(key, value),
    }
}

/// A text value as text; the special names take nothing else.
fn as_text(value: &(impl Value + ?Sized), limits: Limits) -> Option<String> {
    use crate::batch::protobuf::Fields;
    let mut probe = Content::default();
    probe.attributes(Limits { attributes: 1, ..limits }).record_as("", value);
    let attribute = Fields(probe.bytes()).next()?;
    let any_value = Fields(attribute.value.as_bytes()).find(|field| field.number == 2)?;
    let text = Fields(any_value.value.as_bytes()).find(|field| field.number == 1)?;
    Some(String::from_utf8_lossy(text.value.as_bytes()).into_owned())
}

/// Writes to the current span, if it is recorded. `write` may run user code.
pub(super) fn amend(write: impl FnOnce(&mut Content, Limits)) {
    let Some(recorder) = current_core() else { return foreign::set_on_current(write) };
    let span = innermost(recorder, &Beside::now()).filter(|(context, _)| context.is_sampled());
    let Some(span) = span else { return };
    let Some(limits) = thread::with(|thread| thread.limits(recorder)) else { return };
    let fragment = encoded(|content| write(content, limits));
    thread::with(|thread| {
        let amended = write_entered(thread, span, |content| {
            content.absorb(&fragment, Precedence::New, limits);
        });
        if !amended {
            thread.count(recorder, |counters| &counters.late);
        }
        thread.give_back_fragment(fragment);
    });
}

/// The identity of the current span.
#[cfg(test)]
pub(crate) fn context() -> Option<SpanContext> {
    Some(innermost(current_core()?, &Beside::now())?.0)
}
