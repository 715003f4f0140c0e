//! Markdown tables.

use std::fmt::Write;

pub(crate) struct Table(String);

impl Table {
    pub(crate) fn new(columns: &[&str]) -> Self {
        let mut table = Self(String::new());
        table.row(columns);
        table.row(&vec!["---"; columns.len()]);
        table
    }

    pub(crate) fn row(&mut self, cells: &[impl AsRef<str>]) {
        self.0.push('|');
        for cell in cells {
            let cell = cell.as_ref();
            let _ = if cell == "---" { write!(self.0, "---|") } else { write!(self.0, " {cell} |") };
        }
        self.0.push('\n');
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

/// Formats a ratio to the digits that are significant.
pub(crate) fn ratio(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.2}") } else { format!("{ratio:.0}") }
}

/// Formats a number of events per second to three digits.
pub(crate) fn rate(rate: f64) -> String {
    match rate {
        ..1_000.0 => format!("{rate:.0} /s"),
        ..10_000.0 => format!("{:.2} k/s", rate / 1e3),
        ..100_000.0 => format!("{:.1} k/s", rate / 1e3),
        ..1_000_000.0 => format!("{:.0} k/s", rate / 1e3),
        _ => format!("{:.2} M/s", rate / 1e6),
    }
}

pub(crate) fn micros(seconds: f64) -> String {
    let micros = seconds * 1e6;
    if micros < 100.0 { format!("{micros:.1} µs") } else { format!("{micros:.0} µs") }
}

pub(crate) fn megabytes(kilobytes: u64) -> String {
    #[allow(clippy::cast_precision_loss)]
    let megabytes = kilobytes as f64 / 1024.0;
    format!("{megabytes:.1} MB")
}

/// Formats a lower budget, and says if the ratio misses it.
pub(crate) fn at_least(budget: f64, ratio: f64) -> String {
    budget_cell(budget, ratio >= budget)
}

/// Formats an upper budget, and says if the figure misses it.
pub(crate) fn at_most(budget: f64, figure: f64) -> String {
    budget_cell(budget, figure <= budget)
}

fn budget_cell(budget: f64, holds: bool) -> String {
    let budget = if budget < 10.0 { format!("{budget:.2}") } else { format!("{budget:.0}") };
    if holds { budget } else { format!("{budget}: **missed**") }
}
