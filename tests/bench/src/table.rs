//! Markdown tables, aligned so that a terminal shows them well too.

use std::fmt;

/// Rows of text below a head; the first column is left, the others right.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(head: &[&str]) -> Self {
        Self { rows: vec![head.iter().map(ToString::to_string).collect()] }
    }

    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths = Vec::new();
        for row in &self.rows {
            widths.resize(row.len().max(widths.len()), 0);
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        widths
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        for (index, row) in self.rows.iter().enumerate() {
            for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
                match column {
                    0 => write!(f, "| {cell:<width$} |")?,
                    _ => write!(f, " {cell:>width$} |")?,
                }
            }
            writeln!(f)?;
            if index == 0 {
                write!(f, "|{:-<1$}|", "", widths[0] + 2)?;
                for width in &widths[1..] {
                    write!(f, "{:-<1$}:|", "", width + 1)?;
                }
                writeln!(f)?;
            }
        }
        Ok(())
    }
}

/// A figure with the digits that mean something; `-` where there is none.
pub(crate) fn figure(value: Option<f64>) -> String {
    match value {
        None => "-".to_owned(),
        Some(value) if value.abs() < 10.0 => format!("{value:.2}"),
        Some(value) if value.abs() < 100.0 => format!("{value:.1}"),
        Some(value) => format!("{value:.0}"),
    }
}

/// How many times `ours` fits into `theirs`.
pub(crate) fn ratio(theirs: Option<f64>, ours: Option<f64>) -> Option<f64> {
    Some(theirs? / ours?)
}

#[cfg(test)]
mod tests {
    use super::{Table, figure};

    #[test]
    fn table_aligns_its_columns() {
        let mut table = Table::new(&["peer", "ns"]);
        table.row(vec!["plain".to_owned(), "1.95".to_owned()]);
        assert_eq!(table.to_string(), "| peer  |   ns |\n|-------|-----:|\n| plain | 1.95 |\n");
    }

    #[test]
    fn figures_show_three_digits_or_more() {
        assert_eq!(
            [Some(1.234), Some(79.04), Some(1180.4), None].map(figure),
            ["1.23", "79.0", "1180", "-"]
        );
    }
}
