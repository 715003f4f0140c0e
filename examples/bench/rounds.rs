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

/// Lets each participant work once to get warm, and then once a round: in all places of a round, and after all the others,
/// since who worked just before leaves caches and a server behind.
pub(crate) fn run(rounds: usize, participants: &mut [Participant<'_>]) -> Outcome<Vec<Rates>> {
    let mut rates: Vec<Rates> = participants.iter().map(|_| Rates(Vec::new())).collect();
    for round in 0..=rounds {
        for index in order(round, participants.len()) {
            let participant = &mut participants[index];
            let rate = (participant.work)().map_err(|error| format!("{}: {error}", participant.label))?;
            if round > 0 {
                rates[index].0.push(rate);
            }
        }
    }
    Ok(rates)
}

/// Round the circle from another one each time, and the other way round every other circle.
fn order(round: usize, len: usize) -> impl Iterator<Item = usize> {
    let backwards = (round / len.max(1)) % 2 == 1;
    (0..len).map(move |turn| (round + if backwards { len - turn } else { turn }) % len)
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
