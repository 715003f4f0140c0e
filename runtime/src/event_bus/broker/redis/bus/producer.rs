//! Sends messages: one pipeline of `XADD` on a connection that no other thread uses meanwhile.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::{
    command::Commands, connection::ServerConnection, connector::Connector, failure::Trouble, fields, reply,
    rights, stream_id::StreamId,
};
use crate::event_bus::{
    broker::{BusError, EventBusProducer},
    wire::{EntryId, Envelope},
};

/// The number of idle connections to keep.
const IDLE_CONNECTIONS: usize = 8;
/// The pause before the producer calls again a server that is starting or failing over. It doubles each time, up to
/// `LONGEST_PAUSE`.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

pub(super) struct RedisProducer {
    connector: Arc<Connector>,
    idle: Mutex<Vec<ServerConnection>>,
    client_name: String,
    /// When the old entries of each stream were dropped last.
    trimmed: Mutex<HashMap<String, Instant>>,
    /// Whether the log says that this user may not drop old entries.
    says_untrimmed: AtomicBool,
}

type SendOutcome = Result<EntryId, Trouble>;

impl RedisProducer {
    pub(super) fn new(connector: Arc<Connector>) -> Self {
        let client_name = connector.client_name(&["producer"]);
        Self {
            connector,
            idle: Mutex::default(),
            client_name,
            trimmed: Mutex::default(),
            says_untrimmed: AtomicBool::new(false),
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<ServerConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends `envelopes` and appends their outcomes. After an error, the rest has no outcome.
    fn send_on(
        &self,
        connection: &mut ServerConnection,
        envelopes: &[Envelope],
        deadline: Instant,
        outcomes: &mut Vec<SendOutcome>,
    ) -> Result<(), Trouble> {
        let mut commands = std::mem::take(&mut connection.commands);
        self.write(&mut commands, envelopes);
        let mut replies = Vec::with_capacity(commands.len());
        let result = connection.exchange(&commands, deadline, &mut replies);
        // An idle connection does not keep the memory of large messages.
        commands.clear();
        connection.commands = commands;
        outcomes.extend(replies.into_iter().map(reply::added));
        result
    }

    fn write(&self, commands: &mut Commands, envelopes: &[Envelope]) {
        for Envelope { topic, message, .. } in envelopes {
            fields::write_add(commands, topic, Some(self.connector.options.stream_max_len), message);
        }
    }

    /// Drops the entries that are too old from the streams of `envelopes`, now and then. The ids of the new entries tell the
    /// server's time: the clock of this process may be wrong.
    fn trim(
        &self,
        connection: &mut ServerConnection,
        envelopes: &[Envelope],
        outcomes: &[SendOutcome],
        deadline: Instant,
    ) -> Result<(), Trouble> {
        const LONGEST: Duration = Duration::from_secs(1);
        let Some(max_age) = self.connector.options.stream_max_age else { return Ok(()) };
        let mut commands = Commands::new();
        let mut trimmed = self.trimmed.lock().unwrap_or_else(PoisonError::into_inner);
        // The last entry of a stream is the newest.
        for (Envelope { topic, .. }, outcome) in envelopes.iter().zip(outcomes).rev() {
            let Ok(Ok(id)) = outcome.as_ref().map(StreamId::read) else { continue };
            let now = Instant::now();
            let is_due = |at: &Instant| now.saturating_duration_since(*at) >= LONGEST.min(max_age / 4);
            if trimmed.get(&**topic).is_none_or(is_due) {
                trimmed.insert(topic.as_ref().to_owned(), now);
                let max_age = u64::try_from(max_age.as_millis()).unwrap_or(u64::MAX);
                let oldest = id.millis.saturating_sub(max_age);
                commands.command(5).word("XTRIM").word(&**topic).word("MINID").word("~").number(oldest);
            }
        }
        drop(trimmed);
        if commands.len() == 0 {
            return Ok(());
        }
        for reply in connection.call(&commands, deadline)? {
            if let Err(trouble) = reply::checked(reply)
                && trouble.is_refused_command()
                && !self.says_untrimmed.swap(true, Ordering::Relaxed)
            {
                tracing::warn!(
                    "streams keep entries beyond `EVENT_BUS_REDIS_STREAM_MAX_AGE`: the server does not let user `{}` call `XTRIM`",
                    self.connector.options.user()
                );
            }
        }
        Ok(())
    }

    /// Sends until each envelope has an outcome, and connects again if that can help.
    fn send_all(&self, envelopes: &[Envelope], deadline: Instant) -> Vec<SendOutcome> {
        let mut outcomes: Vec<SendOutcome> = Vec::with_capacity(envelopes.len());
        let mut pause = FIRST_PAUSE;
        loop {
            let rest = &envelopes[outcomes.len()..];
            let idle = self.idle().pop();
            let was_idle = idle.is_some();
            let connection = idle.map_or_else(|| self.connector.connect(&self.client_name, deadline), Ok);
            let mut may_help = true;
            let result = connection.and_then(|mut connection| {
                // If a new connection breaks, the envelopes may have arrived.
                may_help = was_idle;
                let limit = deadline.min(Instant::now() + self.connector.options.socket_timeout);
                self.send_on(&mut connection, rest, limit, &mut outcomes)?;
                may_help = true;
                Self::take_back(&mut outcomes)?;
                if self.trim(&mut connection, envelopes, &outcomes, limit).is_err() {
                    // The messages were sent. Only the connection is broken.
                    return Ok(());
                }
                let mut idle = self.idle();
                if idle.len() < IDLE_CONNECTIONS {
                    idle.push(connection);
                }
                Ok(())
            });
            let Err(trouble) = result else { return outcomes };
            // The other idle connections are most likely broken too.
            self.idle().clear();
            let timed_out = matches!(&trouble, Trouble::Connection { timed_out: true, .. });
            let again_at = Instant::now() + if was_idle { Duration::ZERO } else { pause };
            if !may_help || timed_out || !trouble.is_transient() || again_at >= deadline {
                outcomes.resize_with(envelopes.len(), || Err(trouble.clone()));
                return outcomes;
            }
            if !was_idle {
                thread::sleep(pause);
                pause = LONGEST_PAUSE.min(pause * 2);
            }
        }
    }

    /// Removes the errors at the end of `outcomes` that say that the server cannot serve now. These envelopes did not
    /// arrive, and sending them again keeps their order. Returns the first of these errors.
    fn take_back(outcomes: &mut Vec<SendOutcome>) -> Result<(), Trouble> {
        let mut first = None;
        while let Some(Err(trouble)) = outcomes.last()
            && trouble.breaks_connection()
            && trouble.is_transient()
        {
            first = outcomes.pop().and_then(Result::err);
        }
        first.map_or(Ok(()), Err)
    }
}

impl EventBusProducer for RedisProducer {
    fn send(&self, envelopes: &[Envelope], deadline: Instant) -> Vec<Result<EntryId, BusError>> {
        if envelopes.is_empty() {
            return Vec::new();
        }
        let outcomes = self.send_all(envelopes, deadline).into_iter().zip(envelopes);
        let name_topic = |(outcome, envelope): (SendOutcome, &Envelope)| {
            outcome.map_err(|trouble| {
                let action = format!("cannot add to stream `{}`", envelope.topic);
                if !trouble.is("NOPERM") {
                    return trouble.into_error(&action);
                }
                let line = rights::producer_acl_line(self.connector.options.user(), &envelope.topic);
                trouble.into_error(&format!("{action}, which an administrator allows with `{line}`"))
            })
        };
        outcomes.map(name_topic).collect()
    }
}
