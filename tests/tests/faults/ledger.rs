//! The ledger of a scenario: the items that were accepted, handled, dead-lettered or reported as lost.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use openedx_events::codec;

use super::{fault::ItemSent, scenario::Scenario};

/// The number of the producer, and the number of the item.
pub(crate) type Id = (i64, i64);

/// The records of all processes and of the server.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// When each accepted item was sent, in milliseconds since 1970.
    pub(crate) accepted: BTreeMap<Id, u128>,
    /// The items that each consumer process has handled, in order.
    pub(crate) handled: Vec<Vec<Id>>,
    pub(crate) dead: BTreeMap<Id, u32>,
    /// The number of entries reported as trimmed before they were read. A repeated report counts once.
    pub(crate) lost_unread: u64,
    /// The reports that were counted.
    losses: BTreeSet<[String; 3]>,
    /// How many losses of an unknown number were reported.
    pub(crate) lost_uncounted: u64,
    /// The ids of entries reported as trimmed while pending.
    pub(crate) lost_pending: BTreeSet<String>,
    /// The ids of all entries that receivers were given, if audit lines are on.
    pub(crate) received: BTreeSet<String>,
    /// Reports of two items with the same key handled at the same time.
    pub(crate) overlaps: Vec<String>,
    pub(crate) log: Vec<String>,
}

impl Ledger {
    pub(crate) fn of(scenario: &Scenario) -> Self {
        let mut ledger = Self::default();
        for (producer, lines) in (0..).zip(scenario.processes.accepted()) {
            for line in lines {
                let (number, at) = line.split_once(' ').unwrap();
                ledger.accepted.insert((producer, number.parse().unwrap()), at.parse().unwrap());
            }
        }
        for [handled, log] in scenario.processes.handled() {
            ledger.read_handled(&handled);
            ledger.read_log(log);
        }
        for (data, attempts) in scenario.dead_letters() {
            if let Ok(entry) = codec::decode::<ItemSent>(&data) {
                ledger.dead.insert((entry.producer, entry.number), attempts);
            }
        }
        ledger
    }

    fn read_handled(&mut self, lines: &[String]) {
        let mut handled = Vec::new();
        for line in lines {
            if line.starts_with("overlap") {
                self.overlaps.push(line.clone());
                continue;
            }
            let mut words = line.split(' ').map(str::parse::<i64>);
            let (Some(Ok(producer)), Some(Ok(number))) = (words.next(), words.next()) else {
                panic!("unexpected line of a consumer: {line}")
            };
            handled.push((producer, number));
        }
        self.handled.push(handled);
    }

    fn read_log(&mut self, lines: Vec<String>) {
        for line in lines {
            let word = |name: &str| line.split(' ').find_map(|word| word.strip_prefix(name));
            if let Some(id) = word("entry_id=") {
                self.received.insert(id.to_owned());
                continue;
            }
            if line.contains("dropped pending entries") {
                let ids = line.split('"').skip(1).step_by(2);
                self.lost_pending.extend(ids.map(str::to_owned));
            } else if line.contains("dropped entries before they were read") {
                let words = ["count=", "after=", "before="].map(|name| word(name).unwrap().to_owned());
                let count: u64 = words[0].parse().unwrap();
                if self.losses.insert(words) {
                    self.lost_unread += count;
                }
            } else if line.contains("dropped entries that may not have been read") {
                self.lost_uncounted += 1;
            }
            self.log.push(line);
        }
    }

    pub(crate) fn handled(&self) -> BTreeSet<Id> {
        self.handled.iter().flatten().copied().collect()
    }

    /// Returns the items that were accepted but neither handled nor dead-lettered.
    pub(crate) fn missing(&self) -> Vec<Id> {
        let handled = self.handled();
        let is_missing = |id: &Id| !handled.contains(id) && !self.dead.contains_key(id);
        self.accepted.keys().copied().filter(is_missing).collect()
    }

    /// Checks that at least `at_least` items were accepted and that none is missing.
    pub(crate) fn check(&self, at_least: usize) {
        assert!(self.accepted.len() >= at_least, "accepted only {}", self.accepted.len());
        let missing = self.missing();
        assert!(
            missing.is_empty(),
            "{} of {} accepted items are missing: {:?}; log of the consumers: {:#?}",
            missing.len(),
            self.accepted.len(),
            &missing[..missing.len().min(20)],
            &self.log[..self.log.len().min(50)],
        );
        assert!(self.overlaps.is_empty(), "{:?}", self.overlaps);
    }

    /// Counts how often an item was handled again.
    pub(crate) fn duplicates(&self) -> usize {
        let all: usize = self.handled.iter().map(Vec::len).sum();
        all - self.handled().len()
    }

    /// Checks that an item was handled again only if a killed process had not acknowledged it: the item is among the last
    /// `unacknowledged` items of that process.
    pub(crate) fn check_duplicates(&self, killed: &BTreeSet<usize>, unacknowledged: usize) {
        let mut handled_by: BTreeMap<Id, Vec<(usize, usize)>> = BTreeMap::new();
        for (process, handled) in self.handled.iter().enumerate() {
            for (place, id) in handled.iter().enumerate() {
                handled_by.entry(*id).or_default().push((process, handled.len() - place));
            }
        }
        for (id, places) in handled_by.iter().filter(|(_, places)| places.len() > 1) {
            let excused = |(process, from_end): &&(usize, usize)| {
                killed.contains(process) && *from_end <= unacknowledged
            };
            let not_excused = places.iter().filter(|place| !excused(place)).count();
            assert!(
                not_excused <= 1,
                "{id:?} was handled again without a reason: (process, position from its end) {places:?}"
            );
        }
    }

    /// Checks that the items of each producer were handled in order, apart from repetitions.
    pub(crate) fn check_order(&self) {
        let mut seen = BTreeSet::new();
        let mut last: BTreeMap<i64, i64> = BTreeMap::new();
        for (producer, number) in self.handled.iter().flatten() {
            if seen.insert((*producer, *number)) {
                let before = last.insert(*producer, *number);
                assert!(
                    before.is_none_or(|before| before < *number),
                    "producer {producer}: {number} after {before:?}"
                );
            }
        }
    }

    /// Summarizes the ledger in one line.
    pub(crate) fn summary(&self) -> String {
        format!(
            "{} accepted, {} handled, {} of them again, {} dead letters, {} reported as trimmed unread ({} more times \
             without a number), {} as trimmed while pending, {} missing",
            self.accepted.len(),
            self.handled().len(),
            self.duplicates(),
            self.dead.len(),
            self.lost_unread,
            self.lost_uncounted,
            self.lost_pending.len(),
            self.missing().len(),
        )
    }
}

/// Prints the result of a test (see it with `--nocapture`), and appends it to the file `FAULTS_REPORT`, if set.
pub(crate) fn report(name: &str, text: &str) {
    println!("{name}: {text}");
    if let Ok(file) = std::env::var("FAULTS_REPORT") {
        let before = fs::read_to_string(&file).unwrap_or_default();
        fs::write(&file, format!("{before}{name}: {text}\n")).unwrap();
    }
}
