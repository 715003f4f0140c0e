//! Tables that compare contestants for both sizes of the event.

use crate::{
    Result,
    event::Size,
    rounds::{self, Contestant},
    table::{Table, at_least, rate, ratio},
};

/// Lets contestants take turns, for each size. The first is ours; ratios are relative to the second.
pub(super) fn compare<'a>(
    rounds: usize,
    budget: Option<f64>,
    contestants: impl Fn(Size) -> Result<Vec<Contestant<'a>>>,
) -> Result<String> {
    const SIZES: [Size; 2] = [Size::Small, Size::Large];
    let mut labels = Vec::new();
    let (mut ratios, mut rates) = (Vec::new(), Vec::new());
    for size in SIZES {
        let mut contestants = contestants(size)?;
        let results = rounds::run(rounds, &mut contestants)?;
        ratios.push(results.iter().map(|rates| rates.ratio(&results[1])).collect::<Vec<_>>());
        rates.push(results.iter().map(rounds::Rates::median).collect::<Vec<_>>());
        labels = contestants.into_iter().map(|contestant| contestant.label).collect();
    }
    let [small, large] = SIZES.map(Size::label);
    let mut table =
        Table::new(&["", &format!("ratio, {small}"), large, "budget", &format!("rate, {small}"), large]);
    for (index, label) in labels.into_iter().enumerate() {
        let [small, large] = [ratios[0][index], ratios[1][index]];
        let budget = budget.filter(|_| index == 0).map(|budget| at_least(budget, small.min(large)));
        table.row(&[
            label,
            ratio(small),
            ratio(large),
            budget.unwrap_or_default(),
            rate(rates[0][index]),
            rate(rates[1][index]),
        ]);
    }
    Ok(table.into_text())
}
