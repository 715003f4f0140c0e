//! The member's link to the server: its connection, and the acknowledgements that travel with the next commands.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    sync::Arc,
    time::{Duration, Instant},
};

use redis::Value;

use super::{
    handed_out::HandedOut,
    twins::{Twins, Verdict, find},
    wake::Wake,
};
use crate::event_bus::broker::{
    BusError, Subscription, Waker,
    redis::bus::{
        command::Commands, connection::ServerConnection, connector::Connector, failure::Trouble, reply,
        rights,
    },
};

/// The longest single wait if nothing can end a wait early.
const PIECE: Duration = Duration::from_millis(400);

pub(super) struct Link {
    pub(super) subscription: Subscription,
    pub(super) handed_out: HandedOut,
    connector: Arc<Connector>,
    /// The name of this member in the server's list of clients. It ends with a random part, which another process with the
    /// same consumer name does not have.
    client_name: String,
    connection: Option<ServerConnection>,
    /// The commands of [`begin`](Self::begin) whose replies were not taken yet.
    begun: Option<Begun>,
    /// Why the server refused an acknowledgement.
    refusal: Option<Trouble>,
    twins: Twins,
    is_settled: bool,
    last_call: Instant,
    /// When the server ends the last wait whose reply did not come.
    waits_until: Option<Instant>,
    wake: Arc<Wake>,
}

/// Commands that were sent, and the replies that came so far.
struct Begun {
    commands: usize,
    replies: Vec<Value>,
}

impl Link {
    pub(super) fn new(connector: Arc<Connector>, subscription: &Subscription) -> Self {
        let Subscription { topic, group, consumer_name, .. } = subscription;
        let random = format!("{:016x}", RandomState::new().build_hasher().finish());
        Self {
            subscription: subscription.clone(),
            handed_out: HandedOut::default(),
            client_name: connector.client_name(&[topic, group, consumer_name, &random]),
            connection: None,
            begun: None,
            refusal: None,
            twins: Twins::default(),
            is_settled: false,
            last_call: Instant::now(),
            waits_until: None,
            wake: Arc::new(Wake::new(Arc::clone(&connector))),
            connector,
        }
    }

    /// Connects, unless there is a connection. Returns whether it made a new one.
    pub(super) fn connect(&mut self) -> Result<bool, Trouble> {
        if self.connection.is_some() {
            return Ok(false);
        }
        let options = &self.connector.options;
        let deadline = Instant::now() + options.connect_timeout + options.socket_timeout;
        self.connection = Some(self.connector.connect(&self.client_name, deadline)?);
        self.is_settled = false;
        Ok(true)
    }

    /// Checks that the server allows what this member needs. Returns what the member must do without.
    pub(super) fn check_rights(&mut self) -> Result<Vec<String>, Trouble> {
        let mut probes = Commands::new();
        rights::write_probes(&mut probes, &self.subscription);
        let replies = self.call(&probes)?;
        rights::missing(replies, &self.subscription, self.connector.options.user())
    }

    /// Runs commands. Returns a reply for each, error replies included.
    pub(super) fn call(&mut self, commands: &Commands) -> Result<Vec<Value>, Trouble> {
        let mut replies = Vec::with_capacity(1 + commands.len());
        self.exchange(commands, Duration::ZERO, &mut replies)?;
        Ok(replies)
    }

    /// Runs one command. Returns its reply.
    pub(super) fn ask(&mut self, words: &[&str]) -> Result<Value, Trouble> {
        let mut commands = Commands::new();
        commands.push(words);
        reply::checked(self.only(&commands)?)
    }

    /// Runs one command. Returns its reply, even if it is an error reply.
    pub(super) fn only(&mut self, command: &Commands) -> Result<Value, Trouble> {
        Ok(self.call(command)?.pop().unwrap_or_default())
    }

    /// Returns an error if the server refused an acknowledgement since the last call.
    pub(super) fn take_refusal(&mut self) -> Result<(), Trouble> {
        self.refusal.take().map_or(Ok(()), Err)
    }

    /// Runs commands whose last one waits until `deadline`, or until the [waker](Self::waker) ends the wait. Returns the
    /// replies that came, and an error if some did not.
    pub(super) fn wait(
        &mut self,
        deadline: Instant,
        commands: impl FnOnce(&Subscription, Duration) -> Commands,
    ) -> (Vec<Value>, Result<(), Trouble>) {
        let mut wait = deadline.saturating_duration_since(Instant::now());
        let client_id = self.connection.as_ref().and_then(ServerConnection::id_to_wake);
        if client_id.is_none() {
            wait = wait.min(PIECE);
        }
        let mut replies = Vec::new();
        if wait.is_zero() {
            return (replies, Ok(()));
        }
        let commands = commands(&self.subscription, wait);
        let wake = Arc::clone(&self.wake);
        self.waits_until = Some(Instant::now() + wait);
        let result = wake.unless_woken(client_id, || self.exchange(&commands, wait, &mut replies));
        if result.is_ok() {
            self.waits_until = None;
        }
        (replies, result)
    }

    /// Sends the open acknowledgements and `commands`, and appends the replies to `commands`. After an error, `replies`
    /// has those that came.
    fn exchange(
        &mut self,
        commands: &Commands,
        wait: Duration,
        replies: &mut Vec<Value>,
    ) -> Result<(), Trouble> {
        let connection = self.connection.as_mut().ok_or_else(|| Trouble::unreachable("not connected"))?;
        let deadline = Instant::now() + self.connector.options.socket_timeout + wait;
        self.last_call = Instant::now();
        let finished = self.handed_out.finished();
        if finished.is_empty() {
            connection.send(commands, deadline)?;
            receive_begun(&mut self.begun, connection)?;
            return connection.receive(commands.len(), replies);
        }
        let Subscription { topic, group, .. } = &self.subscription;
        let mut all = Commands::new();
        let mut acknowledge = all.command(3 + finished.len());
        acknowledge.word("XACK").word(topic).word(group);
        for id in finished {
            acknowledge.id(*id);
        }
        drop(acknowledge);
        all.append(commands);
        connection.send(&all, deadline)?;
        receive_begun(&mut self.begun, connection)?;
        let result = connection.receive(all.len(), replies);
        if !replies.is_empty() {
            // A refusal must not hide the other replies: the server has handed out the entries in them.
            match reply::count(replies.remove(0), "XACK") {
                Ok(_) => self.handed_out.acknowledged(),
                Err(trouble) => self.refusal = Some(trouble),
            }
        }
        result
    }

    /// Returns whether commands can be [begun](Self::begin).
    pub(super) fn is_ready(&self) -> bool {
        self.is_settled && self.connection.is_some() && self.begun.is_none()
    }

    /// Sends commands, whose replies [`finish`](Self::finish) returns. Other commands may be sent before that.
    pub(super) fn begin(&mut self, commands: &Commands) -> Result<(), Trouble> {
        let connection = self.connection.as_mut().ok_or_else(|| Trouble::unreachable("not connected"))?;
        self.last_call = Instant::now();
        connection.send(commands, self.last_call + self.connector.options.socket_timeout)?;
        self.begun = Some(Begun { commands: commands.len(), replies: Vec::new() });
        Ok(())
    }

    /// Sends the open acknowledgements, and returns the replies to the commands that were [begun](Self::begin), if there are any.
    pub(super) fn finish(&mut self) -> Result<Option<Vec<Value>>, Trouble> {
        if self.begun.is_some() {
            self.call(&Commands::new())?;
        }
        Ok(self.begun.take().map(|begun| begun.replies))
    }

    /// Makes sure that no other connection takes entries from this member, and finds out whether other processes with its name
    /// are alive. Returns false as long as that is unknown: entries that a dead one received must come before new ones.
    pub(super) fn settle(&mut self) -> Result<bool, Trouble> {
        if !self.is_settled {
            self.is_settled = self.twins()? != Some(Verdict::Unknown);
        }
        Ok(self.is_settled)
    }

    /// Returns whether no other process consumes under this member's name. If this user may not ask, there may be one.
    pub(super) fn is_alone(&mut self) -> Result<bool, Trouble> {
        Ok(self.twins()? == Some(Verdict::Dead))
    }

    /// Looks for other connections with the name of this member, and ends the reads of old and dead ones. Returns `Dead` if this is
    /// the only connection, and `None` if this user may not ask.
    fn twins(&mut self) -> Result<Option<Verdict>, Trouble> {
        let id = self.connection.as_ref().and_then(|connection| connection.id);
        let list = match self.ask(&["CLIENT", "LIST", "TYPE", "normal"]) {
            Ok(list) => reply::text(list).unwrap_or_default(),
            Err(trouble) if trouble.is_refused_command() => String::new(),
            Err(trouble) => return Err(trouble),
        };
        let Some(id) = id.filter(|_| !list.is_empty()) else {
            // The server ends an old read by itself, after a short time if this user may not wake it.
            let is_quiet = self.waits_until.is_none_or(|end| end <= Instant::now());
            return Ok(if is_quiet { None } else { Some(Verdict::Unknown) });
        };
        let mut all = Verdict::Dead;
        for twin in find(&self.client_name, id, &list) {
            let verdict = if twin.is_ours { Verdict::Dead } else { self.twins.judge(&twin, Instant::now()) };
            match verdict {
                Verdict::Dead => self.end_read(twin.id, true)?,
                Verdict::Alive if all == Verdict::Dead => all = Verdict::Alive,
                Verdict::Alive => {}
                Verdict::Unblock => {
                    self.end_read(twin.id, false)?;
                    all = Verdict::Unknown;
                }
                Verdict::Unknown => all = Verdict::Unknown,
            }
        }
        Ok(Some(all))
    }

    /// Ends the read of another connection, or the connection itself, as far as this user may.
    fn end_read(&mut self, id: u64, for_good: bool) -> Result<(), Trouble> {
        let id = id.to_string();
        let (kill, unblock) = (["CLIENT", "KILL", "ID", &id], ["CLIENT", "UNBLOCK", &id]);
        let killed = if for_good { self.ask(&kill).map(drop) } else { self.ask(&unblock).map(drop) };
        match killed {
            Err(trouble) if trouble.is_refused_command() => match self.ask(&unblock) {
                Err(trouble) if !trouble.is_refused_command() => Err(trouble),
                _ => Ok(()),
            },
            killed => killed,
        }
    }

    /// Sends the acknowledgements that wait for a command, or another command, so that other members see that this process is
    /// alive.
    pub(super) fn keep_alive(&mut self) -> Result<(), Trouble> {
        const PAUSE: Duration = Duration::from_secs(1);
        if !self.handed_out.finished().is_empty() {
            self.call(&Commands::new()).map(drop)
        } else if self.last_call.elapsed() >= PAUSE {
            let mut ping = Commands::new();
            ping.push(&["PING"]);
            self.only(&ping).map(drop)
        } else {
            Ok(())
        }
    }

    /// Returns whether a poll must end, because its time is up or it was woken.
    pub(super) fn is_over(&self, deadline: Instant) -> bool {
        Instant::now() >= deadline || self.wake.take()
    }

    /// Returns about how many entries the stream keeps, as far as this process knows.
    pub(super) fn stream_max_len(&self) -> u64 {
        self.connector.options.stream_max_len
    }

    pub(super) fn waker(&self) -> Waker {
        let wake = Arc::clone(&self.wake);
        Arc::new(move || wake.wake())
    }

    /// Drops the connection if it is unusable, and makes the error for the consumer.
    pub(super) fn fail(&mut self, trouble: Trouble) -> BusError {
        if trouble.breaks_connection() {
            // The next connection looks at every pending entry, including entries whose reply was lost.
            (self.connection, self.begun) = (None, None);
        }
        let Subscription { topic, group, .. } = &self.subscription;
        trouble.into_error(&format!("cannot consume stream `{topic}` as group `{group}`"))
    }
}

/// Receives the replies to commands that were begun, which come before all later ones.
fn receive_begun(begun: &mut Option<Begun>, connection: &mut ServerConnection) -> Result<(), Trouble> {
    match begun {
        Some(Begun { commands, replies }) => connection.receive(*commands - replies.len(), replies),
        None => Ok(()),
    }
}
