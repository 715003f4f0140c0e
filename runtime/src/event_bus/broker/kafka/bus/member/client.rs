//! The thread that owns the client. It keeps polling the client, even while receivers run, so that the group keeps this
//! member; it follows the group's decisions, and closes the client.

use std::{
    collections::BTreeMap,
    sync::Arc,
    thread,
    time::{Duration, Instant, SystemTime},
};

use rdkafka::{consumer::Consumer, error::KafkaError, types::RDKafkaErrorCode};

use super::{
    super::{
        Connector, dead_letters,
        offsets::{self, At, Offsets},
        reader::{Known, Reader},
        scan,
    },
    begin::{self, Group},
    commits::Committer,
    context::{MemberClient, Rebalance},
    partition::Partition,
    position_of,
    queue::Queue,
    state::{Phase, Shared},
    topic::{self, Topic},
    tracker::Tracker,
};
use crate::event_bus::{
    broker::{BusError, Subscription},
    observe::spawn,
};

/// How long one poll of the client waits. A stop takes effect between two polls.
const POLL: Duration = Duration::from_millis(50);
/// How long a member tries to join.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest wait for receivers before partitions are given up.
const GRACE: Duration = Duration::from_secs(10);
/// How long the last commit before that may take.
const LAST_COMMIT: Duration = Duration::from_secs(5);
/// The pause before another try to find out where to continue.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a member waits for partitions before it says so.
const QUIET: Duration = Duration::from_secs(5);
/// How long the thread waits for a broker that may be away.
const LOOK: Duration = Duration::from_millis(300);
/// How often an error of the client is reported.
const REPORT: Duration = Duration::from_secs(30);

pub(super) struct ClientThread {
    client: Arc<MemberClient>,
    connector: Arc<Connector>,
    shared: Arc<Shared>,
    subscription: Subscription,
    epoch: u64,
    /// Where the group begins, if this member creates it and could not commit that yet.
    new: Offsets,
    /// When an error was reported last.
    reported: BTreeMap<String, Instant>,
    /// The partitions that have not reached their limit although nothing arrives, with their position, and since when.
    idle: BTreeMap<i32, (i64, Instant)>,
    /// When the brokers were last asked whether they can be used again.
    looked: Instant,
}

impl ClientThread {
    pub(super) fn new(
        client: Arc<MemberClient>,
        connector: Arc<Connector>,
        shared: Arc<Shared>,
        subscription: Subscription,
    ) -> Self {
        let (new, reported, idle) = (Offsets::new(), BTreeMap::new(), BTreeMap::new());
        let looked = Instant::now();
        Self { client, connector, shared, subscription, epoch: 0, new, reported, idle, looked }
    }

    pub(super) fn run(mut self) {
        match self.join() {
            Ok(()) => {
                self.follow();
                self.close();
            }
            Err(error) => {
                self.shared.lock().phase = Phase::Failed(error);
                self.shared.notify();
                self.close();
            }
        }
    }

    fn topic(&self) -> Topic<'_> {
        Topic { client: &self.client, subscription: &self.subscription }
    }

    /// Looks at the topic, creates the group, and asks for partitions.
    fn join(&mut self) -> Result<(), BusError> {
        let (group, letters) = self.create()?;
        let is_created = !matches!(group, Group::Exists);
        if let Group::CreatedByMembers(offsets) = group {
            self.new = offsets;
        }
        let topic = self.topic();
        let subscribed = self.client.subscribe(&[&self.subscription.topic]);
        subscribed.map_err(|error| topic.trouble("join the group", &error))?;
        let (client, shared) = (Arc::clone(&self.client), Arc::clone(&self.shared));
        let committer = Committer::new(client, shared, self.subscription.clone());
        spawn("events-commits".to_owned(), move || committer.run())
            .map_err(|error| BusError::transient("cannot start a thread").with_source(error))?;
        let mut state = self.shared.lock();
        // The caller may have gone meanwhile.
        if matches!(state.phase, Phase::Starting) {
            state.phase = Phase::Joined;
            state.is_rebalancing = true;
            state.is_new_group = is_created;
            if is_created && letters == Some(Known::Exists) && !state.has_created_letters {
                state.reports.notes.extend(begin::forgotten(&self.subscription.start));
            }
        }
        drop(state);
        self.shared.notify();
        Ok(())
    }

    /// Looks at the topic and creates the group. Tries again while the group's coordinator is not ready. Also returns whether the
    /// topic of its dead letters existed, if it needs one.
    fn create(&self) -> Result<(Group, Option<Known>), BusError> {
        let deadline = Instant::now() + PATIENCE;
        let mut letters = None;
        loop {
            let topic = self.topic();
            let created = topic.partitions().and_then(|partitions| {
                if self.subscription.stores_dead_letters && letters.is_none() {
                    let known = dead_letters::topic::prepare(&self.connector, &self.subscription, deadline)?;
                    self.shared.lock().has_created_letters |= known == Known::Missing;
                    letters = Some(known);
                }
                Ok((begin::create(&topic, partitions)?, letters))
            });
            match created {
                Err(error) if error.is_transient() && Instant::now() < deadline => {
                    // The client reports why a connection failed when it is polled.
                    while self.client.poll(POLL).is_some() {}
                }
                created => return created,
            }
        }
    }

    /// Follows the group until the caller leaves it.
    fn follow(&mut self) {
        let mut waits_since = Some(Instant::now());
        while matches!(self.shared.lock().phase, Phase::Joined) {
            self.poll(POLL);
            if waits_since.is_some_and(|since| since.elapsed() >= QUIET) {
                waits_since = None;
                tracing::info!(
                    "waiting for the group to rebalance; a member that ended without leaving it counts until its \
                     session is over, up to 45 seconds by default"
                );
            }
            while let Some(rebalance) = self.client.context().take_rebalance() {
                waits_since = matches!(rebalance, Rebalance::Revoke).then(Instant::now);
                match rebalance {
                    Rebalance::Assign(partitions) => self.assign(&partitions),
                    Rebalance::Revoke => self.revoke(),
                }
            }
            self.look_for_brokers();
            self.find_lost_places();
            self.find_limits();
            self.find_ends();
            let mut state = self.shared.lock();
            if state.must_commit() {
                self.shared.want_commit(&mut state);
            }
        }
    }

    /// Polls the client once.
    fn poll(&mut self, wait: Duration) {
        match self.client.poll(wait) {
            // It was in transit before the partition got its own queue.
            Some(Ok(message)) => {
                if let Some(partition) = self.shared.lock().partition(position_of(&message).partition) {
                    partition.add((&message).into());
                }
                self.shared.news.notify();
            }
            Some(Err(error)) => self.client_failed(&error),
            None => {}
        }
    }

    /// Reports an error of the client, but not every time.
    fn client_failed(&mut self, error: &KafkaError) {
        use RDKafkaErrorCode::{PartitionEOF, PollExceeded};
        let code = error.rdkafka_error_code();
        if matches!(code, Some(PartitionEOF | PollExceeded)) {
            return;
        }
        // While the connection is broken, polls that find nothing do not mean that the broker has answered.
        if topic::is_unreachable(error) {
            let error = self.topic().trouble("read the topic", error);
            self.shared.lock().trouble = Some(error);
            self.shared.notify();
            return;
        }
        let key = format!("{code:?}");
        if self.reported.get(&key).is_some_and(|at| at.elapsed() < REPORT) {
            return;
        }
        self.reported.insert(key, Instant::now());
        let error = match code {
            Some(code) => self.topic().failed(code),
            None => BusError::transient(format!("the Kafka client failed: {error}")),
        };
        self.shared.lock().error = Some(error);
        self.shared.notify();
    }

    /// Asks from time to time whether the brokers can be used again, if they cannot.
    fn look_for_brokers(&mut self) {
        if self.looked.elapsed() < PAUSE || self.shared.lock().trouble.is_none() {
            return;
        }
        let metadata = self.client.fetch_metadata(Some(&self.subscription.topic), LOOK);
        self.looked = Instant::now();
        if metadata.is_ok() {
            self.client.context().errors.clear();
            self.shared.lock().trouble = None;
            self.shared.notify();
        }
    }

    /// Begins to read the partitions that the group assigns to this member.
    fn assign(&mut self, given: &[i32]) {
        let places = loop {
            match begin::places_of(&self.topic(), given, &self.new) {
                Ok(places) => break places,
                Err(error) => {
                    self.shared.lock().error = Some(error);
                    self.shared.notify();
                }
            }
            let deadline = Instant::now() + PAUSE;
            while Instant::now() < deadline {
                if !matches!(self.shared.lock().phase, Phase::Joined) {
                    return;
                }
                self.poll(POLL);
            }
        };
        self.epoch += 1;
        let (mut partitions, mut lost, mut notes) = (Vec::new(), Vec::new(), Vec::new());
        for (number, place) in places {
            let Some(mut queue) = Queue::split(&self.client, &self.subscription.topic, number) else {
                continue;
            };
            let news = Arc::clone(&self.shared);
            queue.on_news(move || news.news.notify());
            notes.extend(place.note);
            let tracker = match place.marks {
                Some(marks) => Tracker::new(place.committed, Some(marks)),
                None => Tracker::begin(place.committed),
            };
            let mut partition = Partition::new(number, self.epoch, tracker, queue, self.subscription.until);
            lost.extend(partition.stay_in(place.beginning, place.end));
            partitions.push(partition);
        }
        let offsets: Vec<_> = partitions.iter().map(|one| (one.number, one.position())).collect();
        if offsets.is_empty() {
            tracing::info!("the group has no partition for this member: others read all of them");
        } else {
            let numbers: Vec<_> = offsets.iter().map(|(number, _)| number).collect();
            tracing::info!(partitions = ?numbers, "reading partitions");
        }
        let mut state = self.shared.lock();
        state.partitions = partitions;
        state.reports.lost.extend(lost);
        state.reports.notes.extend(notes);
        state.is_rebalancing = false;
        drop(state);
        if let Err(error) = self.topic().assign(offsets) {
            self.shared.lock().error = Some(error);
        }
        self.shared.notify();
    }

    /// Gives up all partitions, after giving receivers time to finish their messages.
    fn revoke(&mut self) {
        self.shared.lock().is_rebalancing = true;
        self.shared.notify();
        let grace = GRACE.min(self.subscription.receiver_timeout);
        let deadline = Instant::now() + grace;
        while !self.client.assignment_lost() {
            let state = self.shared.lock();
            if state.in_hand() == 0 || !matches!(state.phase, Phase::Joined) || Instant::now() >= deadline {
                break;
            }
            drop(state);
            self.poll(POLL / 5);
        }
        if !self.client.assignment_lost() {
            self.commit_all(Instant::now() + LAST_COMMIT);
        }
        let revoked = self.shared.lock().revoke();
        drop(revoked);
        self.shared.notify();
        if let Err(error) = self.client.unassign() {
            self.client_failed(&error);
        }
    }

    /// Commits the current state, and keeps polling meanwhile.
    fn commit_all(&mut self, deadline: Instant) {
        let mut state = self.shared.lock();
        let failures = state.commits.failures();
        for partition in &mut state.partitions {
            partition.tracker.give_back();
        }
        while state.must_commit() && state.commits.failures() == failures && Instant::now() < deadline {
            self.shared.want_commit(&mut state);
            state = self.shared.wait(state, Instant::now() + POLL / 5);
            drop(state);
            self.poll(Duration::ZERO);
            state = self.shared.lock();
        }
    }

    /// Finds out where to continue in partitions whose log no longer has the next record.
    fn find_lost_places(&mut self) {
        let state = self.shared.lock();
        let lost = state.partitions.iter().filter(|partition| partition.is_out_of_range);
        let lost: Vec<_> = lost.map(|partition| partition.number).collect();
        drop(state);
        if lost.is_empty() {
            return;
        }
        let mut ranges = match self.topic().ranges(&lost) {
            Ok(ranges) => ranges,
            Err(error) => {
                self.shared.lock().error = Some(error);
                self.shared.notify();
                thread::sleep(POLL);
                return;
            }
        };
        let mut state = self.shared.lock();
        for number in lost {
            let Some(range) = ranges.remove(&number) else { continue };
            let Some(partition) = state.partition(number) else { continue };
            let lost = partition.stay_in(range.start, range.end);
            state.reports.lost.extend(lost);
        }
        // The client has stopped reading the partition, so seeking is refused; it must be assigned again, with the others.
        let offsets: Vec<_> = state.partitions.iter().map(|one| (one.number, one.position())).collect();
        if let Err(error) = self.topic().assign(offsets) {
            state.error = Some(error);
        }
        drop(state);
        self.shared.notify();
    }

    /// Finds the ends of the member's work, once their time has come.
    fn find_limits(&self) {
        let Some(until) = self.subscription.until.filter(|until| SystemTime::now() >= *until) else { return };
        let state = self.shared.lock();
        let unknown = state.partitions.iter().filter(|partition| partition.limit.is_none());
        let unknown: Vec<_> = unknown.map(|partition| partition.number).collect();
        drop(state);
        if unknown.is_empty() {
            return;
        }
        let topic = self.topic();
        let ends = topic.offsets(unknown, At::End);
        match ends.and_then(|ends| begin::since(&topic, ends, offsets::millis(until))) {
            Ok(limits) => {
                let mut state = self.shared.lock();
                for (number, limit) in limits {
                    if let Some(partition) = state.partition(number) {
                        partition.limit = Some(limit);
                    }
                }
            }
            Err(error) => self.shared.lock().error = Some(error),
        }
        self.shared.notify();
    }

    /// Ends the work in partitions without a record before their limit: the log may end with markers of transactions, which never
    /// arrive.
    fn find_ends(&mut self) {
        if self.subscription.until.is_none() {
            return;
        }
        let mut state = self.shared.lock();
        let waits = state.partitions.iter().filter_map(|one| {
            let limit = one.limit.filter(|_| !one.is_done() && one.position() == one.tracker.next())?;
            Some((one.number, (one.position(), limit)))
        });
        let waits: BTreeMap<_, _> = waits.collect();
        drop(state);
        self.idle.retain(|number, (position, _)| waits.get(number).is_some_and(|(now, _)| now == position));
        for (number, (position, limit)) in waits {
            let (_, since) = *self.idle.entry(number).or_insert((position, Instant::now()));
            if since.elapsed() < PAUSE {
                continue;
            }
            self.idle.remove(&number);
            let topic = &self.subscription.topic;
            let is_empty = Reader::new(&self.connector)
                .and_then(|reader| scan::has_no_record(&reader, topic, number, position..limit));
            state = self.shared.lock();
            match is_empty {
                Ok(false) => {}
                Ok(true) => {
                    let partition = state.partition(number).filter(|one| one.position() == position);
                    if let Some(partition) = partition {
                        partition.limit = Some(position);
                    }
                }
                Err(error) => state.error = Some(error),
            }
            drop(state);
            self.shared.notify();
        }
    }

    /// Leaves the group and closes the client, which takes as long as the broker does.
    fn close(self) {
        let Self { client, shared, .. } = self;
        let mut state = shared.lock();
        let partitions = std::mem::take(&mut state.partitions);
        drop(state);
        drop(partitions);
        client.context().close();
        // The group may wait for a decision of this member.
        if let Err(error) = client.unassign() {
            tracing::debug!(%error, "the Kafka client could not give up its partitions");
        }
        // The commit in flight needs the client.
        while Arc::strong_count(&client) > 1 {
            client.poll(POLL);
        }
        drop(client);
        let mut state = shared.lock();
        if matches!(state.phase, Phase::Leaving) {
            state.phase = Phase::Left;
        }
        drop(state);
        shared.notify();
    }
}
