//! A connection to a server: every call on it ends in time.

use std::{
    fmt,
    time::{Duration, Instant},
};

use redis::{Client, Value};

use super::{command::Commands, failure::Trouble};

/// A connection that is logged in.
pub(super) struct Connection {
    inner: redis::Connection,
    /// What the socket's timeouts are now.
    socket_timeout: Duration,
    /// The server's number of this connection, where it lets us ask.
    pub(super) client_id: Option<u64>,
    /// Whether `CLIENT UNBLOCK` may be called.
    pub(super) can_unblock: bool,
    /// Changes when the server is started again, where it lets us ask.
    pub(super) run_id: Option<String>,
    /// Memory for commands, used again.
    pub(super) commands: Commands,
}

impl Connection {
    /// Connects without logging in.
    pub(super) fn open(client: &Client, place: &str, timeout: Duration) -> Result<Self, Trouble> {
        let inner = client
            .get_connection_with_timeout(timeout)
            .map_err(|error| Trouble::connection(format!("no connection to {place}"), error))?;
        Ok(Self {
            inner,
            socket_timeout: Duration::ZERO,
            client_id: None,
            can_unblock: false,
            run_id: None,
            commands: Commands::new(),
        })
    }

    /// Sends commands and reads a reply for each, errors of the server among them, until `deadline`.
    ///
    /// After an error the connection is out of step, and has to be dropped. `replies` then has those that came.
    pub(super) fn exchange(
        &mut self,
        commands: &Commands,
        deadline: Instant,
        replies: &mut Vec<Value>,
    ) -> Result<(), Trouble> {
        self.limit(deadline)?;
        let broken = |error: redis::RedisError| {
            let what = if error.is_timeout() { "no answer in time" } else { "the connection broke" };
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

    pub(super) fn call(&mut self, commands: &Commands, deadline: Instant) -> Result<Vec<Value>, Trouble> {
        let mut replies = Vec::with_capacity(commands.len());
        self.exchange(commands, deadline, &mut replies)?;
        Ok(replies)
    }

    /// Lets reads and writes take no longer than until `deadline`.
    fn limit(&mut self, deadline: Instant) -> Result<(), Trouble> {
        /// The socket is not told each millisecond less: that would be two system calls more a command.
        const STEP: Duration = Duration::from_millis(100);
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Trouble::timeout("no answer in time"));
        }
        let fits = left <= self.socket_timeout && self.socket_timeout < left + STEP;
        if !fits {
            // A little later than asked is better than a system call for each step of the clock.
            let timeout = if left < STEP { left } else { left + STEP / 2 };
            let set = self.inner.set_read_timeout(Some(timeout));
            set.and_then(|()| self.inner.set_write_timeout(Some(timeout)))
                .map_err(|error| Trouble::connection("the connection broke", error))?;
            self.socket_timeout = timeout;
        }
        Ok(())
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}
