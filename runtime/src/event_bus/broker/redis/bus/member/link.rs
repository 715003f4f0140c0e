//! The member's link to the server: its connection, and the acknowledgements that travel with the next commands.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    sync::Arc,
    time::{Duration, Instant},
};

use redis::Value;

use super::{handed_out::HandedOut, wake::Wake};
use crate::event_bus::broker::{
    BusError, Subscription, Waker,
    redis::bus::{
        command::Commands, connection::ServerConnection, connector::Connector, failure::Trouble, reply,
    },
};

/// The length of the pieces into which a wait is cut if nothing can end it early.
const PIECE: Duration = Duration::from_millis(400);

pub(super) struct Link {
    pub(super) subscription: Subscription,
    pub(super) handed_out: HandedOut,
    connector: Arc<Connector>,
    /// The name of this member in the server's list of clients. It ends with a random part, which another process with the
    /// same consumer name does not have.
    client_name: String,
    connection: Option<ServerConnection>,
    /// Why the server refused an acknowledgement.
    refusal: Option<Trouble>,
    wake: Arc<Wake>,
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
            refusal: None,
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
        Ok(true)
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

    /// Sends the acknowledgements that wait for a command.
    pub(super) fn acknowledge(&mut self) -> Result<(), Trouble> {
        if self.handed_out.finished().is_empty() { Ok(()) } else { self.call(&Commands::new()).map(drop) }
    }

    /// Runs commands whose last one waits until `deadline`, or until the [waker](Self::waker) ends the wait. Returns the
    /// replies that came, and an error if some did not.
    pub(super) fn wait(
        &mut self,
        deadline: Instant,
        commands: impl FnOnce(&Subscription, Duration) -> Commands,
    ) -> (Vec<Value>, Result<(), Trouble>) {
        let mut wait = deadline.saturating_duration_since(Instant::now());
        let client_id = self.connection.as_ref().and_then(|connection| connection.client_id);
        if client_id.is_none() {
            wait = wait.min(PIECE);
        }
        let mut replies = Vec::new();
        if wait.is_zero() {
            return (replies, Ok(()));
        }
        let commands = commands(&self.subscription, wait);
        let wake = Arc::clone(&self.wake);
        let result = wake.unless_woken(client_id, || self.exchange(&commands, wait, &mut replies));
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
        let finished = self.handed_out.finished();
        if finished.is_empty() {
            return connection.exchange(commands, deadline, replies);
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
        let result = connection.exchange(&all, deadline, replies);
        if !replies.is_empty() {
            // A refusal must not hide the other replies: the server has handed out the entries in them.
            match reply::count(replies.remove(0), "XACK") {
                Ok(_) => self.handed_out.acknowledged(),
                Err(trouble) => self.refusal = Some(trouble),
            }
        }
        result
    }

    /// Returns whether no other process consumes under this member's name.
    pub(super) fn is_alone(&mut self) -> Result<bool, Trouble> {
        match self.ask(&["CLIENT", "LIST", "TYPE", "normal"]) {
            Ok(list) => Ok(is_alone(&self.client_name, &reply::text(list).unwrap_or_default())),
            // Assume that there may be one.
            Err(trouble) if trouble.is_refused_command() => Ok(false),
            Err(trouble) => Err(trouble),
        }
    }

    /// Returns whether a poll must end, because its time is up or it was woken.
    pub(super) fn is_over(&self, deadline: Instant) -> bool {
        Instant::now() >= deadline || self.wake.take()
    }

    pub(super) fn waker(&self) -> Waker {
        let wake = Arc::clone(&self.wake);
        Arc::new(move || wake.wake())
    }

    /// Drops the connection if it is no longer usable, and makes the error for the consumer.
    pub(super) fn fail(&mut self, trouble: Trouble) -> BusError {
        if trouble.breaks_connection() {
            self.connection = None;
        }
        let Subscription { topic, group, .. } = &self.subscription;
        trouble.into_error(&format!("cannot consume stream `{topic}` as group `{group}`"))
    }
}

/// Returns whether the server's list of clients has no other process with the consumer name in `client_name`. The service of
/// that process may have another name.
fn is_alone(client_name: &str, list: &str) -> bool {
    fn parts(name: &str) -> Option<(&str, &str)> {
        let (_service, rest) = name.split_once('/')?;
        rest.rsplit_once('/')
    }
    let own = parts(client_name);
    let names = list.split([' ', '\n']).filter_map(|field| field.strip_prefix("name="));
    let is_other = |(member, random)| own.is_some_and(|own| own.0 == member && own.1 != random);
    !names.filter_map(parts).any(is_other)
}

#[cfg(test)]
mod tests {
    #[test]
    fn another_process_with_the_name_of_this_member_is_noticed() {
        let is_alone = |list: &str| super::is_alone("shop/t/g/a/1f", list);
        let own = "id=7 addr=1 name=shop/t/g/a/1f cmd=x\nid=8 name=shop/t/g/a/1f\n";
        assert!(is_alone(own) && is_alone(&format!("{own}id=9 name=shop/t/g/b/2f\nid=10 name= db=0\n")));
        assert!(!is_alone(&format!("{own}id=9 name=other-service/t/g/a/2f\n")));
    }
}
