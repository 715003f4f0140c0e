//! Members of consumer groups.

mod dead_letter;
mod fresh;
mod group;
mod hold;
mod redelivered;
mod script;
mod waker;

use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use redis::Value;

use super::{
    command::Commands, connection::Connection, connector::Connector, failure::Trouble, reply,
    stream_id::StreamId,
};
use crate::event_bus::{
    broker::{
        contract::{EventBusConsumer, Polled, Waker},
        error::BusError,
        subscription::{Subscription, bounded},
    },
    wire::{
        dead_letter::Failure,
        entry::{Entry, EntryId},
    },
};
use fresh::Watch;
use redelivered::Scan;
use waker::Wake;

/// As many lost entries are told in one poll, and the rest in the next.
const LOST_AT_ONCE: usize = 100;
/// A group that is gone again and again is no matter of one poll.
const REJOINS: usize = 3;

pub(super) struct RedisConsumer {
    connector: Arc<Connector>,
    subscription: Subscription,
    /// What the server lists the connection as.
    name: String,
    connection: Option<Connection>,
    /// The server's numbers of our own connections, which are no other process, and the start of the server that gave
    /// them.
    own_connections: (Option<String>, Vec<u64>),
    /// Where the group was when this member joined it.
    joined_at: Option<StreamId>,
    /// To be acknowledged with the next thing that is sent.
    acknowledge: Vec<StreamId>,
    last_acknowledged: Option<StreamId>,
    /// Handed out and not acknowledged: not handed out again.
    in_hand: BTreeSet<StreamId>,
    /// What was found and not returned yet: a poll that fails does not lose it.
    found: Polled,
    scan: Scan,
    watch: Watch,
    /// Whether the server lets us run scripts for it, as far as we know.
    holds_by_script: bool,
    wake: Arc<Wake>,
}

impl RedisConsumer {
    pub(super) fn new(connector: Arc<Connector>, subscription: &Subscription) -> Result<Self, BusError> {
        if let crate::event_bus::broker::subscription::Start::After(id) = &subscription.start {
            StreamId::read(id)?;
        }
        let Subscription { topic, group, consumer_name, .. } = subscription;
        let name = client_name(&connector.options.service_name, &[topic, group, consumer_name]);
        Ok(Self {
            name,
            subscription: subscription.clone(),
            connection: None,
            own_connections: (None, Vec::new()),
            joined_at: None,
            acknowledge: Vec::new(),
            last_acknowledged: None,
            in_hand: BTreeSet::new(),
            found: Polled::default(),
            scan: Scan::new(subscription.claim_older_than),
            watch: Watch::new(connector.options.emulate_6_2),
            holds_by_script: true,
            wake: Arc::new(Wake::new(Arc::clone(&connector))),
            connector,
        })
    }

    /// Sends `commands`, with the open acknowledgements before them, and returns the replies to `commands`.
    fn call(&mut self, commands: &Commands, wait: Duration) -> Result<Vec<Value>, Trouble> {
        let mut replies = Vec::with_capacity(1 + commands.len());
        self.exchange(commands, wait, &mut replies)?;
        Ok(replies)
    }

    /// The same; after an error, `replies` has those that came.
    fn exchange(
        &mut self,
        commands: &Commands,
        wait: Duration,
        replies: &mut Vec<Value>,
    ) -> Result<(), Trouble> {
        self.join()?;
        let mut first = Commands::new();
        self.write_acknowledgements(&mut first);
        let timeout = self.connector.options.socket_timeout + wait;
        let connection =
            self.connection.as_mut().ok_or_else(|| Trouble::unreachable("there is no connection"))?;
        let deadline = Instant::now() + timeout;
        if first.is_empty() {
            return connection.exchange(commands, deadline, replies);
        }
        first.append(commands);
        let result = connection.exchange(&first, deadline, replies);
        if !replies.is_empty() {
            reply::count(replies.remove(0), "XACK")?;
            self.last_acknowledged = self.last_acknowledged.max(self.acknowledge.iter().max().copied());
            for id in self.acknowledge.drain(..) {
                self.in_hand.remove(&id);
            }
        }
        result
    }

    fn write_acknowledgements(&self, commands: &mut Commands) {
        if self.acknowledge.is_empty() {
            return;
        }
        let Subscription { topic, group, .. } = &self.subscription;
        let mut command = commands.command(3 + self.acknowledge.len());
        command.word("XACK").word(topic).word(group);
        for id in &self.acknowledge {
            command.word(id.to_string());
        }
    }

    /// Drops a connection that is of no more use, and says what was tried.
    fn fail(&mut self, trouble: Trouble) -> BusError {
        if trouble.breaks_connection() {
            self.connection = None;
        }
        let Subscription { topic, group, .. } = &self.subscription;
        trouble.into_error(&format!("cannot consume stream `{topic}` as group `{group}`"))
    }

    fn poll_until(&mut self, max: usize, deadline: Instant) -> Result<(), Trouble> {
        let mut rejoins = 0;
        loop {
            match self.look(max, deadline) {
                Err(trouble) if is_lost_group(&trouble) && rejoins < REJOINS => {
                    rejoins += 1;
                    self.create_again()?;
                }
                result => return result,
            }
        }
    }

    fn look(&mut self, max: usize, deadline: Instant) -> Result<(), Trouble> {
        // What an earlier poll found before it failed is handed out first.
        if max == 0 || !self.found.entries.is_empty() {
            return if self.acknowledge.is_empty() {
                Ok(())
            } else {
                self.call(&Commands::new(), Duration::ZERO).map(drop)
            };
        }
        loop {
            // A new connection begins with what is pending: what it had read may have been lost on the way.
            self.join()?;
            self.redelivered()?;
            if !self.found.entries.is_empty() || self.found.lost.len() >= LOST_AT_ONCE {
                return Ok(());
            }
            self.fresh(max)?;
            let nothing =
                self.found.entries.is_empty() && self.found.lost.is_empty() && self.found.notes.is_empty();
            if !nothing || self.is_over(deadline) {
                return Ok(());
            }
            self.wait(max, deadline.min(self.scan.next()))?;
            // Whoever has nothing to do asks no more than once for each wait.
            if !self.found.entries.is_empty() || self.is_over(deadline) {
                return Ok(());
            }
        }
    }

    fn is_over(&self, deadline: Instant) -> bool {
        Instant::now() >= deadline || self.wake.woken.swap(false, Ordering::SeqCst)
    }

    /// Hands out entries that no member was handed.
    fn hand_out_new(&mut self, entries: Vec<reply::StreamEntry>) {
        for (id, message) in entries {
            // A group that was moved back reads again what is still in hand: it stays there.
            if let Some(message) = message
                && self.in_hand.insert(id)
            {
                self.found.entries.push(Entry::new(id.into(), message, 1));
            }
        }
    }
}

fn is_lost_group(trouble: &Trouble) -> bool {
    trouble.is("NOGROUP") || trouble.is("UNBLOCKED")
}

/// A name for the server's list of clients, which takes no blanks: `service/part/…`.
pub(super) fn client_name(service: &str, parts: &[&str]) -> String {
    const REPLACED: &percent_encoding::AsciiSet =
        &percent_encoding::CONTROLS.add(b' ').add(b'/').add(b'%').add(0x7f);
    let encode = |part: &str| percent_encoding::utf8_percent_encode(part, REPLACED).to_string();
    let mut name = encode(service);
    for part in parts {
        name.push('/');
        name.push_str(&encode(part));
    }
    name
}

impl EventBusConsumer for RedisConsumer {
    fn poll(&mut self, acknowledge: &[EntryId], max: usize, wait: Duration) -> Result<Polled, BusError> {
        let deadline = Instant::now() + bounded(wait);
        // What an earlier poll failed to acknowledge is among these.
        self.acknowledge = acknowledge.iter().map(StreamId::read).collect::<Result<_, _>>()?;
        match self.poll_until(max, deadline) {
            Ok(()) => {
                let mut found = std::mem::take(&mut self.found);
                if found.entries.len() > max {
                    self.found.entries = found.entries.split_off(max);
                }
                Ok(found)
            }
            Err(trouble) => Err(self.fail(trouble)),
        }
    }

    fn hold(&mut self, entries: &[(EntryId, u32)]) -> Result<(), BusError> {
        let entries = entries.iter().map(|(id, attempts)| Ok((StreamId::read(id)?, *attempts)));
        let entries: Vec<_> = entries.collect::<Result<_, BusError>>()?;
        self.hold_entries(&entries).map_err(|trouble| self.fail(trouble))
    }

    fn dead_letter(&mut self, entry: &Entry, failure: &Failure) -> Result<(), BusError> {
        let id = StreamId::read(&entry.id)?;
        self.add_dead_letter(id, entry, failure).map_err(|trouble| self.fail(trouble))
    }

    fn waker(&self) -> Option<Waker> {
        let wake = Arc::clone(&self.wake);
        Some(Arc::new(move || wake.wake()))
    }
}
