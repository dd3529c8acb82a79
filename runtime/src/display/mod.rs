//! What people see on a terminal or in a pipe: text that is safe to show, lines whose parts stand below each other, and colours
//! where they are wanted.
//!
//! It knows nothing of what is shown, and never asks what it is shown on.

mod canvas;
mod style;
mod text;
pub(crate) mod units;

pub(crate) use canvas::Canvas;
pub(crate) use style::{Paint, Style};
pub(crate) use text::Printable;
