//! Tables that compare our rates with those of another participant.

use crate::{
    rounds::Rates,
    table::{Table, at_least, rate, ratio},
};

pub(super) struct Comparison(Table);

impl Comparison {
    pub(super) fn with(other: &str) -> Self {
        Self(Table::new(&["", "ratio", "budget", "ours", other]))
    }

    /// Adds our rates and the other participant's. `budget` is the lowest ratio that is good enough.
    pub(super) fn row(&mut self, label: &str, budget: f64, [ours, other]: [&Rates; 2]) {
        let times = ours.ratio(other);
        self.0.row(&[
            label.to_owned(),
            ratio(times),
            at_least(budget, times),
            rate(ours.median()),
            rate(other.median()),
        ]);
    }

    pub(super) fn into_text(self) -> String {
        self.0.into_text()
    }
}
