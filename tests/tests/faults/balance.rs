//! The books: what was accepted, handled, dead-lettered and reported as lost; and what they have to come to.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use openedx_events::{codec, event_bus::EventBus};

use super::{
    books::EntryMade,
    office::{GROUP, Office, TOPIC},
    staff::lines,
};

/// The clerk, and the number among the clerk's.
pub(crate) type Id = (i64, i64);

/// All that the files and the server say.
#[derive(Debug, Default)]
pub(crate) struct Balance {
    /// When the sending of each that was accepted began, in milliseconds since 1970.
    pub(crate) accepted: BTreeMap<Id, u128>,
    /// What each auditor process has handled, in order.
    pub(crate) handled: Vec<Vec<Id>>,
    /// Attempts of each dead letter.
    pub(crate) dead: BTreeMap<Id, u32>,
    /// Of entries that nobody was handed: how many were reported as dropped.
    pub(crate) lost_unread: u64,
    /// Of entries that were pending: the ids of those reported as dropped.
    pub(crate) lost_pending: BTreeSet<String>,
    /// The ids of all that receivers were given, where audit lines are on.
    pub(crate) received: BTreeSet<String>,
    /// Accounts that were in two hands at a time.
    pub(crate) two_hands: Vec<String>,
    /// What auditors logged.
    pub(crate) log: Vec<String>,
}

impl Balance {
    pub(crate) fn of(office: &Office) -> Self {
        let mut balance = Self::default();
        for clerk in 0..office.clerks.get() {
            let file = office.folder.join(format!("clerk.{clerk}.accepted"));
            for line in lines(&file) {
                let (number, at) = line.split_once(' ').unwrap();
                let id = (clerk.into(), number.parse().unwrap());
                balance.accepted.insert(id, at.parse().unwrap());
            }
        }
        for auditor in 0..office.auditors.get() {
            let file = |suffix: &str| office.folder.join(format!("auditor.{auditor:04}.{suffix}"));
            balance.read_handled(&lines(&file("handled")));
            balance.read_log(lines(&file("log")));
        }
        let mut operations = office.bus().operations().unwrap();
        let mut after = None;
        while let Ok(letters) = operations.dead_letters(TOPIC, GROUP, after.as_ref(), 1000)
            && let Some(last) = letters.last()
        {
            after = Some(last.id.clone());
            for letter in letters {
                let data = letter.message.event_data().ok();
                if let Some(entry) = data.and_then(|data| codec::decode::<EntryMade>(data).ok()) {
                    balance.dead.insert((entry.clerk, entry.number), letter.failure.attempts);
                }
            }
        }
        balance
    }

    fn read_handled(&mut self, lines: &[String]) {
        let mut handled = Vec::new();
        for line in lines {
            if line.starts_with("two hands") {
                self.two_hands.push(line.clone());
                continue;
            }
            let mut words = line.split(' ').map(str::parse::<i64>);
            let (Some(Ok(clerk)), Some(Ok(number))) = (words.next(), words.next()) else {
                panic!("no line of an auditor: {line}")
            };
            handled.push((clerk, number));
        }
        self.handled.push(handled);
    }

    fn read_log(&mut self, lines: Vec<String>) {
        for line in lines {
            let word = |name: &str| line.split(' ').find_map(|word| word.strip_prefix(name));
            if let Some(id) = word("redis_msg_id=") {
                self.received.insert(id.to_owned());
                continue;
            }
            if line.contains("pending entries were trimmed") {
                let ids = line.split('"').skip(1).step_by(2);
                self.lost_pending.extend(ids.map(str::to_owned));
            } else if line.contains("entries were trimmed before they were read") {
                let count = word("count=").expect("the server can count");
                self.lost_unread += count.parse::<u64>().unwrap();
            }
            self.log.push(line);
        }
    }

    pub(crate) fn handled(&self) -> BTreeSet<Id> {
        self.handled.iter().flatten().copied().collect()
    }

    /// Accepted, and neither handled nor among the dead letters.
    pub(crate) fn missing(&self) -> Vec<Id> {
        let handled = self.handled();
        let is_missing = |id: &Id| !handled.contains(id) && !self.dead.contains_key(id);
        self.accepted.keys().copied().filter(is_missing).collect()
    }

    /// Nothing that was accepted is missing, and there was enough to miss.
    pub(crate) fn check(&self, at_least: usize) {
        assert!(self.accepted.len() >= at_least, "accepted only {}", self.accepted.len());
        let missing = self.missing();
        assert!(
            missing.is_empty(),
            "accepted, and lost: {} of {}: {:?}; the auditors say: {:#?}",
            missing.len(),
            self.accepted.len(),
            &missing[..missing.len().min(20)],
            &self.log[..self.log.len().min(50)],
        );
        assert!(self.two_hands.is_empty(), "{:?}", self.two_hands);
    }

    /// How often an entry was handled again.
    pub(crate) fn duplicates(&self) -> usize {
        let all: usize = self.handled.iter().map(Vec::len).sum();
        all - self.handled().len()
    }

    /// What was handled more than once was in the hands of a process that was killed: among the last `in_hand` that it
    /// handled, or else handled last of all.
    pub(crate) fn check_duplicates(&self, killed: &BTreeSet<usize>, in_hand: usize) {
        let mut handled_by: BTreeMap<Id, Vec<(usize, usize)>> = BTreeMap::new();
        for (process, handled) in self.handled.iter().enumerate() {
            for (place, id) in handled.iter().enumerate() {
                handled_by.entry(*id).or_default().push((process, handled.len() - place));
            }
        }
        for (id, places) in handled_by.iter().filter(|(_, places)| places.len() > 1) {
            let excused =
                |(process, from_end): &&(usize, usize)| killed.contains(process) && *from_end <= in_hand;
            let not_excused = places.iter().filter(|place| !excused(place)).count();
            assert!(
                not_excused <= 1,
                "{id:?} was handled again without need: (process, from its end) {places:?}"
            );
        }
    }

    /// One clerk after the other, numbers are handled in their order, but for those that are handled again.
    pub(crate) fn check_order(&self) {
        let mut seen = BTreeSet::new();
        let mut last: BTreeMap<i64, i64> = BTreeMap::new();
        for (clerk, number) in self.handled.iter().flatten() {
            if seen.insert((*clerk, *number)) {
                let before = last.insert(*clerk, *number);
                assert!(
                    before.is_none_or(|before| before < *number),
                    "{number} after {before:?} of clerk {clerk}"
                );
            }
        }
    }

    /// What happened, on one line.
    pub(crate) fn summary(&self) -> String {
        format!(
            "{} accepted, {} handled, {} of them again, {} dead letters, {} reported as dropped unread, {} as dropped \
             while pending, {} missing",
            self.accepted.len(),
            self.handled().len(),
            self.duplicates(),
            self.dead.len(),
            self.lost_unread,
            self.lost_pending.len(),
            self.missing().len(),
        )
    }
}

/// Says what happened, for whoever runs the tests at scale (`--nocapture`), and in `FAULTS_REPORT` where that is set.
pub(crate) fn report(name: &str, text: &str) {
    println!("{name}: {text}");
    if let Ok(file) = std::env::var("FAULTS_REPORT") {
        let before = fs::read_to_string(&file).unwrap_or_default();
        fs::write(&file, format!("{before}{name}: {text}\n")).unwrap();
    }
}
