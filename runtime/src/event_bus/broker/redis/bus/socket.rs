//! A socket on which every call ends in time, whatever signals arrive.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs as _},
    path::Path,
    sync::mpsc::channel,
    thread,
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
    /// Connects to the first address of a host that accepts the connection. Each address has at most `timeout`, and all of them
    /// have until `deadline`.
    pub(super) fn tcp(host: &str, port: u16, timeout: Duration, deadline: Instant) -> io::Result<Self> {
        let mut last = io::Error::new(ErrorKind::NotFound, "the host has no address");
        let addresses = addresses(host, port, deadline)?;
        for (index, address) in addresses.iter().enumerate() {
            // The others need time as well if this one does not answer.
            let share = u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
            let left = deadline.saturating_duration_since(Instant::now()) / share;
            if left.is_zero() {
                return Err(late());
            }
            match TcpStream::connect_timeout(address, timeout.min(left)) {
                Ok(stream) => {
                    // Small commands are sent at once.
                    stream.set_nodelay(true)?;
                    return Ok(Self::new(Wire::Tcp(stream), deadline));
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    #[cfg(unix)]
    pub(super) fn unix(path: &Path, deadline: Instant) -> io::Result<Self> {
        loop {
            match UnixStream::connect(path) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                stream => return Ok(Self::new(Wire::Unix(stream?), deadline)),
            }
        }
    }

    #[cfg(not(unix))]
    pub(super) fn unix(_: &Path, _: Instant) -> io::Result<Self> {
        Err(io::Error::new(ErrorKind::Unsupported, "this system has no Unix sockets"))
    }

    fn new(wire: Wire, deadline: Instant) -> Self {
        Self { wire, deadline, grace: None, timeout: Duration::ZERO }
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
        /// Below this, the timeout ends at the deadline. The system's clock is about as precise.
        const SHORT: Duration = Duration::from_millis(20);
        let now = Instant::now();
        let left = self.deadline.saturating_duration_since(now);
        let is_late = left.is_zero();
        if is_late && now >= *self.grace.get_or_insert(now + GRACE) {
            return Err(late());
        }
        let left = left.max(Duration::from_millis(1));
        // A call never ends after the deadline. If it ends before, it goes on with the rest of the time.
        let fits = self.timeout <= left && self.timeout >= left / 2;
        if !fits {
            // A timeout that is a little too short fits the next replies as well. To set it for each would cost two system calls
            // a reply.
            let timeout = if left < SHORT { left } else { left * 3 / 4 };
            self.wire.set_timeout(timeout)?;
            self.timeout = timeout;
        }
        Ok(is_late)
    }
}

/// Looks up the addresses of a host. The system's own limit for that may be far beyond the deadline.
fn addresses(host: &str, port: u16, deadline: Instant) -> io::Result<Vec<SocketAddr>> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let host = host.to_owned();
    in_time(deadline, move || (&*host, port).to_socket_addrs().map(Iterator::collect))
}

/// Runs `work` on another thread, and stops waiting for it at the deadline.
fn in_time<T: Send + 'static>(
    deadline: Instant,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let (tell, told) = channel();
    // Nobody listens after the deadline.
    let run = move || drop(tell.send(work()));
    thread::Builder::new().name("events-resolve".to_owned()).spawn(run)?;
    let left = deadline.saturating_duration_since(Instant::now());
    told.recv_timeout(left).unwrap_or_else(|_| Err(late()))
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

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// Returns how late a read of a silent server ends if the deadline moves in these steps. The machine may be busy, so the
    /// best of several attempts counts.
    fn lateness(deadlines: &[u64]) -> Duration {
        let server = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = server.local_addr().unwrap().port();
        let attempt = || {
            let deadline = Instant::now() + Duration::from_secs(10);
            let mut socket = Socket::tcp("127.0.0.1", port, Duration::from_secs(10), deadline).unwrap();
            let mut last = Instant::now();
            for millis in deadlines {
                last = Instant::now() + Duration::from_millis(*millis);
                socket.set_deadline(last);
                let error = socket.read(&mut [0]).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::TimedOut);
            }
            assert!(Instant::now() >= last, "the read ends too early");
            last.elapsed()
        };
        (0..4).map(|_| attempt()).min().unwrap()
    }

    #[test]
    fn a_read_ends_at_its_deadline() {
        for deadlines in [&[250][..], &[300, 210], &[30, 120]] {
            let lateness = lateness(deadlines);
            assert!(lateness < Duration::from_millis(30), "{deadlines:?}: {lateness:?}");
        }
    }

    #[test]
    fn a_name_that_is_not_found_in_time_is_an_error() {
        let begun = Instant::now();
        let found = in_time(begun + Duration::from_millis(50), || {
            thread::sleep(Duration::from_mins(1));
            Ok(())
        });
        assert_eq!(found.unwrap_err().kind(), ErrorKind::TimedOut);
        assert!(begun.elapsed() < Duration::from_secs(30));
        assert!(!addresses("localhost", 80, Instant::now() + Duration::from_secs(30)).unwrap().is_empty());
    }
}
