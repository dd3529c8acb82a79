//! What can be the value of an attribute, and how it is typed on the wire.
//!
//! Source: <https://opentelemetry.io/docs/specs/otel/common/#anyvalue>.

mod any_value;
mod collections;
mod composite;
mod pointers;
mod scalars;
mod standard;

pub use any_value::AnyValue;
pub use composite::{ArrayWriter, MapWriter};

use super::{Attributes, Key};

/// A value that an attribute can have.
///
/// | in Rust | on the wire |
/// |---|---|
/// | integers, also `NonZero`, `Wrapping`, `Saturating` | an integer; the decimal text where 64 bits with a sign are too few |
/// | floats, [`Duration`](std::time::Duration) in seconds | a double |
/// | `bool` | a boolean |
/// | texts, `char`, paths, IP and socket addresses | a text |
/// | slices, arrays and `Vec`s of `u8` | bytes |
/// | other slices, arrays, `Vec`s, lists, sets; tuples of up to four | an array |
/// | `HashMap` and `BTreeMap` with keys that are texts | a map |
/// | `Some`, `Ok`, references and smart pointers | what they hold |
/// | `None`, `Err` | nothing; an empty value where it stands in an array |
///
/// A text longer than `tracing_attribute_value_limit` is cut. Arrays and maps end before the element that would begin behind
/// the limit, and hold values to a depth of eight.
///
/// # For types of your own
///
/// ```
/// use synndicate::{AnyValue, Value};
///
/// struct Price {
///     cents: u64,
///     currency: &'static str,
/// }
///
/// impl Value for Price {
///     fn write(&self, to: AnyValue<'_>) {
///         to.map(|map| {
///             map.entry("cents", &self.cents);
///             map.entry("currency", self.currency);
///         });
///     }
/// }
///
/// #[synndicate::traced(capture(price))]
/// fn charge(price: Price) {
///     synndicate::set_attribute("tried", [Price { cents: 1, currency: "EUR" }, price]);
/// }
/// # charge(Price { cents: 7, currency: "EUR" });
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a span's attribute",
    label = "not a number, boolean or text, and no collection or option of such",
    note = "record its text instead: `%value` for `Display`, `?value` for `Debug`; or implement `synndicate::Value` for it"
)]
pub trait Value {
    /// Writes the value. Where it has none, nothing is written.
    ///
    /// A panic is caught; then `<panicked>` is recorded in its place.
    fn write(&self, to: AnyValue<'_>);

    /// Writes several values, which are bytes if each is one.
    #[doc(hidden)]
    fn write_all(values: &[Self], to: AnyValue<'_>)
    where
        Self: Sized,
    {
        to.array(|array| array.extend(values));
    }

    /// Records the value under `key`. Here and not only in `write`, because most values need no writer in between.
    #[doc(hidden)]
    fn record(&self, key: &Key<'_>, attributes: &mut Attributes<'_>) {
        attributes.written(key, |to| self.write(to));
    }
}
