//! The lines above a tree: which trace it is, how it went, what is missing from it.

use super::bar::Window;
use super::traces::{Fragment, State};
use super::tree::Above;
use crate::display::units;
use crate::display::{Canvas, Paint, Printable};
use crate::exporter::decoded::span::{self, SpanId};

/// Columns between the parts of the line.
const GAP: usize = 2;

/// Who ran, the trace's id, its duration, counts of what is in it, when it began.
pub(super) fn draw(canvas: &mut Canvas, fragment: &Fragment, service: &str) {
    let spans = &fragment.spans;
    let window = Window::of(spans);
    let errors = spans.iter().filter(|span| span::error(span).is_some()).count() as u64;
    let unfinished = spans.iter().filter(|span| span::is_unfinished(span)).count();
    let parts = [
        Some((Paint::Strong, service.to_owned())),
        Some((Paint::Dim, format!("{:032x}", fragment.trace))),
        Some((Paint::Normal, units::duration(window.duration()))),
        Some((Paint::Normal, units::count(spans.len() as u64, "span"))),
        (errors > 0).then(|| (Paint::Error, units::count(errors, "error"))),
        (unfinished > 0).then(|| (Paint::Warning, format!("{unfinished} unfinished"))),
        completeness(fragment.state).map(|text| (Paint::Warning, text.to_owned())),
        Some((Paint::Dim, units::time_of_day(window.start()))),
    ];
    for (paint, text) in parts.into_iter().flatten() {
        canvas.print(paint, &Printable::new(&text));
        canvas.align(0, GAP);
    }
    canvas.end_line();
}

/// Under what the spans below belong, where that is not shown here.
pub(super) fn draw_above(canvas: &mut Canvas, fragment: &Fragment, above: Above) {
    let shown = |id: SpanId| fragment.shown_parents.get(&id);
    let text = match above {
        Above::Nothing => return,
        Above::Circle => "spans that name each other as parents".to_owned(),
        Above::Remote(id) | Above::Local(id) => match (shown(id), above) {
            (Some(name), _) => format!("under {name} {id:016x}, shown above"),
            (None, Above::Remote(_)) => format!("under {id:016x} of another process"),
            (None, _) => format!("under {id:016x}, which has not arrived"),
        },
    };
    canvas.print(Paint::Dim, &Printable::new(&text));
    canvas.end_line();
}

fn completeness(state: State) -> Option<&'static str> {
    match state {
        State::Complete => None,
        State::Continued => Some("continued from above"),
        State::Late => Some("late, the rest is above"),
        State::Flushed => Some("incomplete"),
        State::Aged => Some("incomplete, shown early for its age"),
        State::Crowded => Some("incomplete, shown early to make room"),
    }
}
