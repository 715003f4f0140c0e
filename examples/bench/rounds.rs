//! Participants take turns, round by round, and are compared within each round.

use crate::Outcome;

/// Somebody who does the work that is measured; what it returns is events a second.
pub(crate) struct Participant<'a> {
    pub(crate) label: String,
    work: Box<dyn FnMut() -> Outcome<f64> + 'a>,
}

impl<'a> Participant<'a> {
    pub(crate) fn new(label: impl Into<String>, work: impl FnMut() -> Outcome<f64> + 'a) -> Self {
        Self { label: label.into(), work: Box::new(work) }
    }
}

/// Events a second of one participant, a figure a round.
pub(crate) struct Rates(Vec<f64>);

impl Rates {
    pub(crate) fn median(&self) -> f64 {
        median(self.0.clone())
    }

    /// How many times as fast as `floor`: the median of the rounds, each compared with its own. Rounds are short, so that
    /// what else the machine does meets both sides of a comparison.
    pub(crate) fn ratio(&self, floor: &Self) -> f64 {
        median(self.0.iter().zip(&floor.0).map(|(ours, theirs)| ours / theirs).collect())
    }
}

/// Lets each participant work once to get warm, and then once a round.
pub(crate) fn run(rounds: usize, participants: &mut [Participant<'_>]) -> Outcome<Vec<Rates>> {
    let mut rates: Vec<Rates> = participants.iter().map(|_| Rates(Vec::new())).collect();
    for round in 0..=rounds {
        for (participant, rates) in participants.iter_mut().zip(&mut rates) {
            let rate = (participant.work)().map_err(|error| format!("{}: {error}", participant.label))?;
            if round > 0 {
                rates.0.push(rate);
            }
        }
    }
    Ok(rates)
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
