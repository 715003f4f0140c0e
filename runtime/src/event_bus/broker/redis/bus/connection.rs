//! A connection to a server, on which every call ends in time.

use std::{
    io::{self, Read, Write},
    time::Instant,
};

use redis::Value;
use rustls::{ClientConnection, StreamOwned};

use super::{
    command::Commands,
    failure::Trouble,
    reply_reader::{ReplyReader, Unread},
    socket::Socket,
};

pub(super) struct ServerConnection {
    stream: Stream,
    replies: ReplyReader,
    /// The server's number of this connection, if this user may ask for it.
    pub(super) id: Option<u64>,
    /// Whether this user may end a wait of this connection from another one.
    pub(super) can_be_woken: bool,
    /// Memory that the next commands reuse.
    pub(super) commands: Commands,
}

/// A connection with or without encryption.
pub(super) enum Stream {
    Plain(Socket),
    Encrypted(Box<StreamOwned<ClientConnection, Socket>>),
}

impl ServerConnection {
    pub(super) fn new(stream: Stream) -> Self {
        Self { stream, replies: ReplyReader::new(), id: None, can_be_woken: false, commands: Commands::new() }
    }

    /// Returns the number with which another connection ends a wait of this one.
    pub(super) fn id_to_wake(&self) -> Option<u64> {
        self.id.filter(|_| self.can_be_woken)
    }

    /// Completes the handshake of an encrypted connection until `deadline`. After a timeout, it can go on.
    pub(super) fn shake_hands(&mut self, deadline: Instant) -> Result<(), Trouble> {
        let Stream::Encrypted(stream) = &mut self.stream else { return Ok(()) };
        stream.sock.set_deadline(deadline);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock).map_err(broken)?;
        }
        Ok(())
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
        self.send(commands, deadline)?;
        self.receive(commands.len(), replies)
    }

    /// Sends commands until `deadline`, which also holds for receiving their replies. The caller receives all of them, in order,
    /// or drops the connection.
    pub(super) fn send(&mut self, commands: &Commands, deadline: Instant) -> Result<(), Trouble> {
        if deadline <= Instant::now() {
            return Err(Trouble::timeout("no reply in time"));
        }
        self.stream.socket().set_deadline(deadline);
        self.stream.write_all(commands.bytes()).and_then(|()| self.stream.flush()).map_err(broken)
    }

    /// Appends the next replies to `replies`.
    pub(super) fn receive(&mut self, count: usize, replies: &mut Vec<Value>) -> Result<(), Trouble> {
        for _ in 0..count {
            replies.push(self.replies.read(&mut self.stream).map_err(unread)?);
        }
        Ok(())
    }

    /// Sends commands and returns a reply for each, error replies included.
    pub(super) fn call(&mut self, commands: &Commands, deadline: Instant) -> Result<Vec<Value>, Trouble> {
        let mut replies = Vec::with_capacity(commands.len());
        self.exchange(commands, deadline, &mut replies)?;
        Ok(replies)
    }
}

/// Makes the error of a reply that could not be read.
fn unread(error: Unread) -> Trouble {
    match error {
        Unread::Io(error) => broken(error),
        Unread::NotAReply => Trouble::unreachable("the server sent something other than a reply"),
    }
}

fn broken(error: io::Error) -> Trouble {
    let is_timeout = matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock);
    Trouble::connection(if is_timeout { "no reply in time" } else { "the connection broke" }, error)
}

impl Stream {
    fn socket(&mut self) -> &mut Socket {
        match self {
            Self::Plain(socket) => socket,
            Self::Encrypted(stream) => &mut stream.sock,
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(buffer),
            Self::Encrypted(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(bytes),
            Self::Encrypted(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            Self::Encrypted(stream) => stream.flush(),
        }
    }
}
