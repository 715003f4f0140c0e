//! The thread that owns the client. It keeps polling the client, even while receivers run, so that the group keeps this
//! member; it follows the group's decisions, and closes the client.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rdkafka::{consumer::Consumer, error::KafkaError};

use super::{
    super::{Connector, dead_letters, offsets::Offsets, reader::Known},
    begin::{self, Group},
    commits::Committer,
    context::{MemberClient, Rebalance},
    limits::Limits,
    partition::Partition,
    poll_errors::PollErrors,
    position_of,
    queue::Queue,
    state::{Phase, Shared},
    topic::Topic,
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

pub(super) struct ClientThread {
    client: Arc<MemberClient>,
    connector: Arc<Connector>,
    shared: Arc<Shared>,
    subscription: Subscription,
    epoch: u64,
    /// Where the group begins, if this member creates it and could not commit that yet.
    new: Offsets,
    errors: PollErrors,
    limits: Limits,
}

impl ClientThread {
    pub(super) fn new(
        client: Arc<MemberClient>,
        connector: Arc<Connector>,
        shared: Arc<Shared>,
        subscription: Subscription,
    ) -> Self {
        let (new, errors, limits) = (Offsets::new(), PollErrors::new(), Limits::new(Arc::clone(&connector)));
        Self { client, connector, shared, subscription, epoch: 0, new, errors, limits }
    }

    pub(super) fn run(mut self) {
        match self.join() {
            Ok(()) => self.follow(),
            Err(error) => {
                self.shared.lock().phase = Phase::Failed(error);
                self.shared.notify();
            }
        }
        self.close();
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
            let topic = Topic { client: &self.client, subscription: &self.subscription };
            self.errors.look_for_brokers(&topic, &self.shared);
            begin::find_lost_places(&topic, &self.shared);
            self.limits.find(&topic, &self.shared);
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

    /// Reports an error of the client.
    fn client_failed(&mut self, error: &KafkaError) {
        let topic = Topic { client: &self.client, subscription: &self.subscription };
        self.errors.tell(error, &topic, &self.shared);
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
