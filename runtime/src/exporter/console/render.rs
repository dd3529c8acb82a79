//! A fragment as a tree: names, a column of durations, one of bars, then what else is known.
//!
//! ```text
//! planner  4bf92f3577b34da6a3ce929d0e0e4736  12.4ms  3 spans  1 error  14:03:22.123Z
//! └─ Planner::process    12.4ms ━━━━━━━━━━━━  query_length=21  result_length=120
//!    ├─ Search::call      8.1ms ━━━━━━━━╸     agent_type=Search
//!    │    · +1.2ms  info  cache miss  key=rust
//!    └─ Mail::call        2.0ms         ━━╸   ✗ connection refused  agent_type=Mail
//! ```

use super::bar::{self, Window};
use super::header;
use super::item::{self, Item};
use super::room::Room;
use super::traces::Fragment;
use super::tree::{self, DRAWN_LEVELS, Group, Row, What};
use crate::display::units;
use crate::display::{Canvas, Paint, Printable, Style};
use crate::exporter::decoded::span;
use opentelemetry_proto::tonic::trace::v1::Span;

/// Columns between the parts of a line.
const GAP: usize = 2;
/// Columns of a level of the tree.
const LEVEL: usize = 3;
/// How far the lines below a span stand to the right of its name.
const DETAIL: usize = 2;
/// Columns of the longest duration.
const DURATION: usize = 7;

/// The lines of `fragment`, with an empty one at the end.
pub(super) fn fragment(fragment: &Fragment, service: &str, style: Style, room: Room) -> String {
    let groups = tree::groups(&fragment.spans, room.most_children());
    let window = Window::of(&fragment.spans);
    let mut drawing =
        Drawing { canvas: Canvas::new(style), room, fragment, window, durations_end: 0 };
    drawing.durations_end = drawing.names_end(&groups) + GAP + DURATION;
    header::draw(&mut drawing.canvas, fragment, service);
    for group in &groups {
        header::draw_above(&mut drawing.canvas, fragment, group.above);
        group.rows.iter().for_each(|row| drawing.row(row));
    }
    drawing.canvas.end_line();
    drawing.canvas.into_text()
}

struct Drawing<'a> {
    canvas: Canvas,
    room: Room,
    fragment: &'a Fragment,
    /// What the bars stand for.
    window: Window,
    /// The column at which durations end.
    durations_end: usize,
}

impl<'a> Drawing<'a> {
    fn row(&mut self, row: &Row) {
        self.rails(row.open_levels, row.level.min(DRAWN_LEVELS));
        match row.what {
            What::Folded { spans, errors } => self.folded(spans, errors),
            What::Span(index) => {
                if let Some(span) = self.fragment.spans.get(index) {
                    self.span(row, span);
                }
            }
        }
        self.canvas.end_line();
    }

    fn folded(&mut self, spans: usize, errors: usize) {
        let text = format!("└─ … {}", units::count(spans as u64, "more span"));
        self.canvas.print(Paint::Dim, &Printable::new(&text));
        if errors > 0 {
            self.canvas.align(0, GAP);
            let errors = format!("✗ {}", units::count(errors as u64, "error"));
            self.canvas.print(Paint::Error, &Printable::new(&errors));
        }
    }

    fn span(&mut self, row: &Row, span: &Span) {
        self.canvas.mark(Paint::Dim, connector(row));
        self.canvas.print(name_paint(row, span), &self.name(row, span));
        self.times(span);
        self.flow(row, 0, item::of_span(span));
        for event in &span.events {
            self.detail(row, item::of_event(event, span.start_time_unix_nano));
        }
        for link in &span.links {
            self.detail(row, item::of_link(link, self.fragment.trace));
        }
    }

    /// The duration and the bar. A trace of one span needs none.
    fn times(&mut self, span: &Span) {
        let duration = Printable::new(&units::duration(span::duration(span)));
        self.canvas.align(self.durations_end.saturating_sub(duration.columns()), GAP);
        self.canvas.print(Paint::Normal, &duration);
        if self.fragment.spans.len() > 1 {
            let (blanks, bar) = self.window.bar(span);
            let start = self.canvas.column() + 1;
            let paint = if span::error(span).is_some() { Paint::Error } else { Paint::Bar };
            self.canvas.align(start + blanks, 0);
            self.canvas.print(paint, &Printable::new(&bar));
            self.canvas.align(start + bar::COLUMNS, 0);
        }
    }

    /// Items one after the other, on lines of the details where they do not fit.
    fn flow(&mut self, row: &Row, indent: usize, items: impl IntoIterator<Item = Item>) {
        for item in items {
            if self.canvas.column() + GAP + item.columns() > self.room.columns() {
                self.begin_detail(row);
                self.canvas.align(0, indent);
            } else {
                self.canvas.align(0, GAP);
            }
            item.cut(self.room.left(self.canvas.column())).draw(&mut self.canvas);
        }
    }

    fn detail(&mut self, row: &Row, items: Vec<Item>) {
        let mut items = items.into_iter();
        self.begin_detail(row);
        if let Some(first) = items.next() {
            first.draw(&mut self.canvas);
        }
        self.flow(row, GAP, items);
    }

    /// A new line below the span, beside the lines that lead to what follows.
    fn begin_detail(&mut self, row: &Row) {
        self.canvas.end_line();
        self.rails(row.open_levels_below(), (row.level + 1).min(DRAWN_LEVELS));
        let start = self.canvas.column();
        if row.has_children {
            self.canvas.mark(Paint::Dim, "│");
        }
        self.canvas.align(start + DETAIL, 0);
    }

    fn rails(&mut self, open_levels: u32, levels: usize) {
        for level in 0..levels {
            if open_levels >> level & 1 == 1 {
                self.canvas.mark(Paint::Dim, "│");
            }
            self.canvas.align((level + 1) * LEVEL, 0);
        }
    }

    /// The column at which the longest name ends. Longer ones than fit into two fifths of a line push what follows aside.
    fn names_end(&self, groups: &[Group]) -> usize {
        let rows = groups.iter().flat_map(|group| &group.rows);
        let ends = rows.filter_map(|row| match row.what {
            What::Span(index) => {
                let name = self.name(row, self.fragment.spans.get(index)?);
                Some(name_start(row) + name.columns())
            }
            What::Folded { .. } => None,
        });
        let widest = self.room.columns() * 2 / 5;
        ends.filter(|&end| end <= widest).max().unwrap_or(0)
    }

    /// Leaves room for the times.
    fn name(&self, row: &Row, span: &'a Span) -> Printable {
        let name = if span.name.is_empty() { "(no name)" } else { &span.name };
        let name = if row.level < DRAWN_LEVELS {
            Printable::new(name)
        } else {
            Printable::new(&format!("[{}] {name}", row.level))
        };
        name.cut(self.room.left(name_start(row) + GAP + DURATION + 1 + bar::COLUMNS))
    }
}

fn name_start(row: &Row) -> usize {
    LEVEL * (row.level.min(DRAWN_LEVELS) + 1)
}

/// Below the last level that is drawn, a span's number says how deep it is.
fn connector(row: &Row) -> &'static str {
    match row {
        Row { level: DRAWN_LEVELS.., .. } => "⋮  ",
        Row { followed: true, .. } => "├─ ",
        Row { followed: false, .. } => "└─ ",
    }
}

fn name_paint(row: &Row, span: &Span) -> Paint {
    match span::error(span) {
        Some(_) => Paint::Error,
        None if span::is_unfinished(span) => Paint::Warning,
        None if row.level == 0 => Paint::Strong,
        None => Paint::Normal,
    }
}
