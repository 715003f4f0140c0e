//! A connection to a server: every call on it ends in time.

use std::{
    fmt,
    io::{self, Read, Write},
    time::{Duration, Instant},
};

use super::{
    command::Commands,
    failure::Trouble,
    socket::Socket,
    value::{Malformed, Replies, Value},
};

/// How much is read at a time.
const PIECE: usize = 64 << 10;

/// A connection that is logged in.
pub(super) struct Connection {
    socket: Socket,
    /// What the socket's timeouts are now.
    socket_timeout: Duration,
    /// Where the socket reads into, used again.
    piece: Box<[u8]>,
    received: Replies,
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
    /// One on which nothing was sent.
    pub(super) fn new(socket: Socket) -> Self {
        Self {
            socket,
            socket_timeout: Duration::ZERO,
            piece: vec![0; PIECE].into(),
            received: Replies::default(),
            client_id: None,
            can_unblock: false,
            run_id: None,
            commands: Commands::new(),
        }
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
        self.socket.write_all(commands.bytes()).and_then(|()| self.socket.flush()).map_err(broken)?;
        let mut missing = commands.len();
        while missing > 0 {
            match self.received.take() {
                Ok(Some(reply)) => {
                    replies.push(reply);
                    missing -= 1;
                }
                Ok(None) => self.read(deadline)?,
                Err(Malformed) => {
                    return Err(Trouble::unreachable("what answers does not speak Redis's protocol"));
                }
            }
        }
        Ok(())
    }

    pub(super) fn call(&mut self, commands: &Commands, deadline: Instant) -> Result<Vec<Value>, Trouble> {
        let mut replies = Vec::with_capacity(commands.len());
        self.exchange(commands, deadline, &mut replies)?;
        Ok(replies)
    }

    fn read(&mut self, deadline: Instant) -> Result<(), Trouble> {
        self.limit(deadline)?;
        match self.socket.read(&mut self.piece) {
            Ok(0) => Err(broken(io::ErrorKind::UnexpectedEof.into())),
            Ok(len) => {
                self.received.receive(&self.piece[..len]);
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            Err(error) => Err(broken(error)),
        }
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
            self.socket
                .set_timeout(timeout)
                .map_err(|error| Trouble::connection("the connection broke", error))?;
            self.socket_timeout = timeout;
        }
        Ok(())
    }
}

fn broken(error: io::Error) -> Trouble {
    let what = if is_timeout(&error) { "no answer in time" } else { "the connection broke" };
    Trouble::connection(what, error)
}

/// A socket's timeout has the one name or the other, by the system.
pub(super) fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock)
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}
