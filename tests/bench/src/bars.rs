//! The ratios that the project holds itself to, and whether a run met them.

use crate::table::{Table, figure};

/// Rows of a bar each. Nothing fails when one is missed: the reader judges.
pub(crate) struct Bars {
    table: Table,
}

impl Bars {
    pub(crate) fn new() -> Self {
        Self { table: Table::new(&["bar", "asked", "measured", ""]) }
    }

    pub(crate) fn at_least(&mut self, what: &str, asked: f64, measured: Option<f64>) {
        self.row(what, format!("at least {asked}"), measured, |measured| measured >= asked);
    }

    pub(crate) fn at_most(&mut self, what: &str, asked: f64, measured: Option<f64>) {
        self.row(what, format!("at most {asked}"), measured, |measured| measured <= asked);
    }

    fn row(&mut self, what: &str, asked: String, measured: Option<f64>, met: impl Fn(f64) -> bool) {
        let verdict = match measured.map(met) {
            None => "not measured",
            Some(true) => "pass",
            Some(false) => "MISS",
        };
        self.table.row(vec![what.to_owned(), asked, figure(measured), verdict.to_owned()]);
    }

    pub(crate) fn print(&self) {
        println!("\n{}", self.table);
    }
}
