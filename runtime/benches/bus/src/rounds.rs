//! Lets contestants take turns, round by round, and compares them within each round.

use crate::Result;

/// A side of a comparison: measured work that returns events per second.
pub(crate) struct Contestant<'a> {
    pub(crate) label: String,
    work: Box<dyn FnMut() -> Result<f64> + 'a>,
}

impl<'a> Contestant<'a> {
    pub(crate) fn new(label: impl Into<String>, work: impl FnMut() -> Result<f64> + 'a) -> Self {
        Self { label: label.into(), work: Box::new(work) }
    }
}

/// The events per second of one contestant, one figure per round.
pub(crate) struct Rates(Vec<f64>);

impl Rates {
    pub(crate) fn median(&self) -> f64 {
        median(self.0.clone())
    }

    /// Returns the speed relative to `baseline`: the median of the ratios of all rounds. Rounds are short, so that other load
    /// on the machine affects both sides.
    pub(crate) fn ratio(&self, baseline: &Self) -> f64 {
        median(self.0.iter().zip(&baseline.0).map(|(ours, theirs)| ours / theirs).collect())
    }
}

/// Runs each contestant once to warm up, and then once per round. The order changes from round to round, because the
/// previous contestant affects the caches and the server.
pub(crate) fn run(rounds: usize, contestants: &mut [Contestant<'_>]) -> Result<Vec<Rates>> {
    let mut rates: Vec<Rates> = contestants.iter().map(|_| Rates(Vec::new())).collect();
    for round in 0..=rounds {
        for index in order(round, contestants.len()) {
            let contestant = &mut contestants[index];
            let rate = (contestant.work)().map_err(|error| format!("{}: {error}", contestant.label))?;
            if round > 0 {
                rates[index].0.push(rate);
            }
        }
    }
    Ok(rates)
}

/// Rotates the starting point by one each round, and reverses the direction after each full rotation.
fn order(round: usize, len: usize) -> impl Iterator<Item = usize> {
    let backwards = (round / len.max(1)) % 2 == 1;
    (0..len).map(move |turn| (round + if backwards { len - turn } else { turn }) % len)
}

#[allow(clippy::cast_precision_loss)]
pub(crate) fn per_second(count: u64, seconds: f64) -> f64 {
    count as f64 / seconds
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        len if len % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}
