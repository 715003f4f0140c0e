//! Random operations on a stream and its group: entries are delivered, or their loss is told.

use std::{collections::BTreeSet, time::Duration};

use openedx_events::event_bus::{EntryId, EventBus, Lost, Polled, RedisBus, Start};

use super::{
    between::Between,
    support::{GROUP, TOPIC, World, backlog, ids, poll, send},
};

/// Random numbers that depend on a seed (xorshift).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }
}

/// A reported range of ids, the end of which may be unknown, and the reported number of entries.
type Range = (StreamPlace, Option<StreamPlace>, Option<u64>);
type StreamPlace = (u64, u64);

fn place(id: &EntryId) -> StreamPlace {
    let (millis, number) = id.as_str().split_once('-').unwrap();
    (millis.parse().unwrap(), number.parse().unwrap())
}

/// The ledger of a random run.
#[derive(Default)]
struct Ledger {
    added: Vec<StreamPlace>,
    deleted: BTreeSet<StreamPlace>,
    delivered: BTreeSet<StreamPlace>,
    lost_pending: BTreeSet<StreamPlace>,
    lost_unread: Vec<Range>,
    notes: Vec<String>,
    log: Vec<String>,
}

impl Ledger {
    fn add(&mut self, polled: &Polled) {
        if let [first, .., last] = &polled.entries[..] {
            self.log.push(format!("{} to {}; {:?}", first.id, last.id, polled.notes));
        }
        self.delivered.extend(polled.entries.iter().map(|entry| place(&entry.id)));
        self.notes.extend(polled.notes.iter().cloned());
        for lost in &polled.lost {
            self.log.push(format!("{lost:?}"));
            match lost {
                Lost::Pending(ids) => self.lost_pending.extend(ids.iter().map(place)),
                Lost::Unread { after, before, count } => {
                    // Without an end, the range ends where the loss was found, which may be some time ago.
                    let newest = || self.added.last().map(|last| (last.0, last.1 + 1));
                    let (end, count) = match before {
                        Some(before) => (Some(place(before)), *count),
                        None => (newest(), None),
                    };
                    self.lost_unread.push((place(after), end, count));
                }
            }
        }
    }

    /// Checks that each entry was delivered, deleted, or reported, and that numbers are right, unless entries may be lost that
    /// were delivered before.
    fn check(&self, counts: bool) {
        let missing = |id: &StreamPlace| {
            !self.delivered.contains(id) && !self.deleted.contains(id) && !self.lost_pending.contains(id)
        };
        let within = |(after, before, _): &Range, id: &StreamPlace| {
            id > after && before.is_none_or(|before| *id < before)
        };
        for id in self.added.iter().filter(|id| missing(id)) {
            assert!(
                self.lost_unread.iter().any(|range| within(range, id)),
                "{id:?} is missing: {:#?}",
                self.log
            );
        }
        for range @ (_, _, count) in &self.lost_unread {
            let gone = self.added.iter().filter(|id| missing(id) && within(range, id)).count() as u64;
            assert!(
                !counts || count.is_none_or(|count| count == gone),
                "{range:?}: {gone} are missing, {:#?}",
                self.log
            );
        }
    }
}

/// A fault in addition to trimming and deletions.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Also {
    /// Connections break.
    Cuts,
    /// Connections break, and the group is moved back.
    Moves,
    /// The group is deleted. That also deletes reports that nobody has read yet, so connections do not break.
    Deletions,
}

/// Adds and trims entries, deletes some, and restarts members at random.
fn run_at_random(seed: u64, operations: u64, also: Also) -> Ledger {
    let world = World::new();
    let between = Between::cutting_the_reply_to(&world, "XREADGROUP");
    let mut random = Random(seed);
    let mut ledger = Ledger::default();
    let producer = world.producer();
    let names = ["a", "b"];
    let join = |name: &str| {
        let mut subscription = backlog(name);
        subscription.claim_older_than = Duration::from_hours(1);
        RedisBus::new(between.options()).unwrap().consumer(&subscription).unwrap()
    };
    let mut members = names.map(|name| (join(name), Vec::new()));
    poll(&mut *members[0].0, &[], 1);
    for _ in 0..operations {
        let member = random.below(2);
        match random.below(21) {
            0..6 => {
                for number in 0..=random.below(30) {
                    let id = send(&*producer, u32::try_from(number).unwrap()).unwrap();
                    ledger.added.push(place(&id));
                }
            }
            6 | 7 => {
                let len = random.below(60).to_string();
                let _: u64 = world.ask(&["XTRIM", TOPIC, "MAXLEN", &len]);
                ledger.log.push(format!("trim to {len}"));
            }
            8 if !ledger.added.is_empty() => {
                let (millis, number) = ledger.added[random.below(ledger.added.len())];
                if world.ask::<u64>(&["XDEL", TOPIC, &format!("{millis}-{number}")]) == 1 {
                    ledger.deleted.insert((millis, number));
                }
            }
            9 if also != Also::Deletions => {
                between.arm();
                ledger.log.push("cut the next reply".into());
            }
            10 => {
                // The process dies and is started again.
                ledger.log.push(format!("restart {}", names[member]));
                members[member] = (join(names[member]), Vec::new());
            }
            20 if also == Also::Moves => {
                let to = match ledger.delivered.iter().nth(random.below(1000)) {
                    None => Start::Backlog,
                    Some((millis, number)) => Start::After(EntryId::new(format!("{millis}-{number}"))),
                };
                world.bus().operations().unwrap().seek(TOPIC, GROUP, &to).unwrap();
                ledger.log.push(format!("seek {to:?}"));
            }
            20 if also == Also::Deletions => {
                // A process must be alive that knows the group.
                for is_known in [false, true] {
                    let (consumer, done) = &mut members[member];
                    let polled = poll(&mut **consumer, done, 1 + random.below(20));
                    *done = ids(&polled);
                    ledger.add(&polled);
                    if is_known {
                        break;
                    }
                    let _: u64 = world.ask(&["XGROUP", "DESTROY", TOPIC, GROUP]);
                    let len = random.below(60).to_string();
                    let _: u64 = world.ask(&["XTRIM", TOPIC, "MAXLEN", &len]);
                    ledger.log.push(format!("destroy and trim to {len}"));
                }
            }
            _ => {
                let (consumer, done) = &mut members[member];
                ledger.log.push(format!("poll as {}", names[member]));
                if let Ok(polled) = consumer.poll(done, 1 + random.below(20), Duration::ZERO) {
                    *done = ids(&polled);
                    ledger.add(&polled);
                }
            }
        }
    }
    // At the end, everything is read. A new member reports a loss that an operator's move has found.
    let mut last = (join("last"), Vec::new());
    for _ in 0..2 {
        for (consumer, done) in members.iter_mut().chain([&mut last]) {
            let mut idle = 0;
            while idle < 3 {
                match consumer.poll(done, 50, Duration::ZERO) {
                    Ok(polled) => {
                        idle = if polled.entries.is_empty() && polled.lost.is_empty() { idle + 1 } else { 0 };
                        *done = ids(&polled);
                        ledger.add(&polled);
                    }
                    Err(error) => assert!(error.is_transient(), "{error}"),
                }
            }
        }
    }
    ledger
}

#[test]
fn no_loss_is_silent_whatever_happens() {
    let begin = u64::from(std::process::id());
    let seeds = std::env::var("LOSS_SEED").map_or(begin..begin + 6, |seed| {
        let seed = seed.parse().unwrap();
        seed..seed + 1
    });
    for seed in seeds {
        for also in [Also::Cuts, Also::Moves, Also::Deletions] {
            let ledger = run_at_random(seed * 7919 + 1, 300, also);
            println!(
                "LOSS_SEED={seed}: {also:?}: {} added, {} deleted, {} delivered, {} lost pending, {} losses of unread entries, {} \
                 without a number",
                ledger.added.len(),
                ledger.deleted.len(),
                ledger.delivered.len(),
                ledger.lost_pending.len(),
                ledger.lost_unread.len(),
                ledger.lost_unread.iter().filter(|range| range.2.is_none()).count(),
            );
            ledger.check(also == Also::Cuts);
            assert!(also != Also::Cuts || ledger.notes.is_empty(), "{:?}", ledger.notes);
        }
    }
}
