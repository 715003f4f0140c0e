//! A connection to a server, on which every call ends in time.

use std::time::{Duration, Instant};

use redis::{Client, Value};

use super::{command::Commands, failure::Trouble};

pub(super) struct ServerConnection {
    inner: redis::Connection,
    /// The current timeouts of the socket.
    socket_timeout: Duration,
    /// The server's number of this connection, if this user may ask for it and call `CLIENT UNBLOCK`.
    pub(super) client_id: Option<u64>,
    /// Memory that the next commands reuse.
    pub(super) commands: Commands,
}

impl ServerConnection {
    /// Connects without logging in.
    pub(super) fn open(client: &Client, server: &str, timeout: Duration) -> Result<Self, Trouble> {
        let inner = client
            .get_connection_with_timeout(timeout)
            .map_err(|error| Trouble::connection(format!("cannot connect to {server}"), error))?;
        Ok(Self { inner, socket_timeout: Duration::ZERO, client_id: None, commands: Commands::new() })
    }

    /// Sends commands and appends a reply for each to `replies`, error replies included, until `deadline`.
    ///
    /// After an error the connection is out of step and must be dropped, and `replies` contains the replies that
    /// arrived in time.
    pub(super) fn exchange(
        &mut self,
        commands: &Commands,
        deadline: Instant,
        replies: &mut Vec<Value>,
    ) -> Result<(), Trouble> {
        self.limit(deadline)?;
        let broken = |error: redis::RedisError| {
            let what = if error.is_timeout() { "no reply in time" } else { "the connection broke" };
            Trouble::connection(what, error)
        };
        self.inner.send_packed_command(commands.bytes()).map_err(broken)?;
        for _ in 0..commands.len() {
            self.limit(deadline)?;
            let reply = self.inner.recv_response().map_err(broken)?;
            replies.push(reply);
        }
        Ok(())
    }

    /// Sends commands and returns a reply for each, error replies included.
    pub(super) fn call(&mut self, commands: &Commands, deadline: Instant) -> Result<Vec<Value>, Trouble> {
        let mut replies = Vec::with_capacity(commands.len());
        self.exchange(commands, deadline, &mut replies)?;
        Ok(replies)
    }

    /// Lets reads and writes take no longer than until `deadline`.
    fn limit(&mut self, deadline: Instant) -> Result<(), Trouble> {
        /// Setting the timeouts for each reply to the millisecond would cost two system calls a reply.
        const STEP: Duration = Duration::from_millis(100);
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Trouble::timeout("no reply in time"));
        }
        let fits = left <= self.socket_timeout && self.socket_timeout < left + STEP;
        if !fits {
            // A timeout that is a little too long fits more replies.
            let timeout = if left < STEP { left } else { left + STEP / 2 };
            let set = self.inner.set_read_timeout(Some(timeout));
            set.and_then(|()| self.inner.set_write_timeout(Some(timeout)))
                .map_err(|error| Trouble::connection("the connection broke", error))?;
            self.socket_timeout = timeout;
        }
        Ok(())
    }
}
