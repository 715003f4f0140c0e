//! A socket on which every call ends in time, whatever signals arrive.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{TcpStream, ToSocketAddrs as _},
    path::Path,
    time::{Duration, Instant},
};

#[cfg(unix)]
use std::os::unix::net::UnixStream;

/// After a deadline, bytes that have arrived are still read, for at most this time: the process may have been paused.
const GRACE: Duration = Duration::from_millis(200);

pub(super) struct Socket {
    wire: Wire,
    deadline: Instant,
    /// The end of the time for bytes that have arrived before the deadline.
    grace: Option<Instant>,
    /// The current timeouts of the system's socket.
    timeout: Duration,
}

enum Wire {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Socket {
    /// Connects to the first address of a host that accepts the connection within `timeout`.
    pub(super) fn tcp(host: &str, port: u16, timeout: Duration) -> io::Result<Self> {
        let mut last = io::Error::new(ErrorKind::NotFound, "the host has no address");
        for address in (host, port).to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, timeout) {
                Ok(stream) => {
                    // Small commands are sent at once.
                    stream.set_nodelay(true)?;
                    return Ok(Self::new(Wire::Tcp(stream)));
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    #[cfg(unix)]
    pub(super) fn unix(path: &Path) -> io::Result<Self> {
        loop {
            match UnixStream::connect(path) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                stream => return Ok(Self::new(Wire::Unix(stream?))),
            }
        }
    }

    #[cfg(not(unix))]
    pub(super) fn unix(_: &Path) -> io::Result<Self> {
        Err(io::Error::new(ErrorKind::Unsupported, "this system has no Unix sockets"))
    }

    fn new(wire: Wire) -> Self {
        Self { wire, deadline: Instant::now(), grace: None, timeout: Duration::ZERO }
    }

    /// Lets all calls end at `deadline`.
    pub(super) fn set_deadline(&mut self, deadline: Instant) {
        self.deadline = deadline;
        self.grace = None;
    }

    /// Runs a call until it ends, or until the deadline. A signal, even one that pauses and resumes the process, interrupts
    /// calls on a socket with a timeout.
    fn until_deadline<T>(&mut self, mut call: impl FnMut(&mut Wire) -> io::Result<T>) -> io::Result<T> {
        loop {
            let is_late = self.limit()?;
            match call(&mut self.wire) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    if is_late {
                        return Err(late());
                    }
                }
                result => return result,
            }
        }
    }

    /// Sets the timeouts of the system's socket. Returns whether the deadline has passed.
    fn limit(&mut self) -> io::Result<bool> {
        /// Setting the timeouts to the millisecond would cost two system calls a reply.
        const STEP: Duration = Duration::from_millis(100);
        let now = Instant::now();
        let left = self.deadline.saturating_duration_since(now);
        let is_late = left.is_zero();
        if is_late && now >= *self.grace.get_or_insert(now + GRACE) {
            return Err(late());
        }
        let left = left.max(Duration::from_millis(1));
        let fits = left <= self.timeout && self.timeout < left + STEP;
        if !fits {
            // A timeout that is a little too long fits more replies.
            let timeout = if left < STEP { left } else { left + STEP / 2 };
            self.wire.set_timeout(timeout)?;
            self.timeout = timeout;
        }
        Ok(is_late)
    }
}

fn late() -> io::Error {
    ErrorKind::TimedOut.into()
}

impl Wire {
    fn set_timeout(&self, timeout: Duration) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => {
                stream.set_read_timeout(Some(timeout))?;
                stream.set_write_timeout(Some(timeout))
            }
            #[cfg(unix)]
            Self::Unix(stream) => {
                stream.set_read_timeout(Some(timeout))?;
                stream.set_write_timeout(Some(timeout))
            }
        }
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.until_deadline(|wire| match wire {
            Wire::Tcp(stream) => stream.read(buffer),
            #[cfg(unix)]
            Wire::Unix(stream) => stream.read(buffer),
        })
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.until_deadline(|wire| match wire {
            Wire::Tcp(stream) => stream.write(bytes),
            #[cfg(unix)]
            Wire::Unix(stream) => stream.write(bytes),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
