//! How much is shown: a terminal gets lines that fit, a pipe gets everything.

/// Where lines wrap if nobody says how wide they may be.
const DEFAULT_COLUMNS: usize = 100;

/// Below this, lines are wider than the terminal rather than unreadable.
const LEAST_COLUMNS: usize = 40;

/// Siblings that a terminal shows one by one.
const MOST_CHILDREN: usize = 50;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Room {
    /// Lines fit into so many columns: long texts are cut, long lists of siblings folded.
    Terminal(usize),
    /// Lines wrap between texts, and nothing is left out.
    Endless,
}

impl Room {
    /// Where a line is to end.
    pub(super) fn columns(self) -> usize {
        match self {
            Room::Terminal(columns) => columns.max(LEAST_COLUMNS),
            Room::Endless => DEFAULT_COLUMNS,
        }
    }

    /// What a text may take that starts at `column`.
    pub(super) fn left(self, column: usize) -> usize {
        match self {
            Room::Terminal(_) => self.columns().saturating_sub(column).max(LEAST_COLUMNS / 2),
            Room::Endless => usize::MAX,
        }
    }

    /// How many siblings are shown.
    pub(super) fn most_children(self) -> usize {
        match self {
            Room::Terminal(_) => MOST_CHILDREN,
            Room::Endless => usize::MAX,
        }
    }
}
