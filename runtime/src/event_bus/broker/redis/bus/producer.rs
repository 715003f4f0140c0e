//! Sends messages: one pipeline of `XADD` on a connection that no other thread uses meanwhile.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use super::{
    command::Commands, connection::ServerConnection, connector::Connector, failure::Trouble, fields, reply,
    rights,
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
}

type SendOutcome = Result<EntryId, Trouble>;

impl RedisProducer {
    pub(super) fn new(connector: Arc<Connector>) -> Self {
        let client_name = connector.client_name(&["producer"]);
        Self { connector, idle: Mutex::default(), client_name }
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
        outcomes.extend(replies.into_iter().take(envelopes.len()).map(reply::added));
        result
    }

    fn write(&self, commands: &mut Commands, envelopes: &[Envelope]) {
        let options = &self.connector.options;
        for Envelope { topic, message, .. } in envelopes {
            fields::write_add(commands, topic, Some(options.stream_max_len), message);
        }
        let Some(max_age) = options.stream_max_age else { return };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let oldest = u64::try_from(now.saturating_sub(max_age).as_millis()).unwrap_or_default();
        let topics: BTreeSet<&str> = envelopes.iter().map(|envelope| &*envelope.topic).collect();
        for topic in topics {
            commands.command(5).word("XTRIM").word(topic).word("MINID").word("~").number(oldest);
        }
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
