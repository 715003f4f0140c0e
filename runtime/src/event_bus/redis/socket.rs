//! The way to a server: over TCP, over TLS, or a Unix socket.

use std::{
    io::{self, Read, Write},
    net::{TcpStream, ToSocketAddrs},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use rustls::{ClientConfig, ClientConnection, StreamOwned, pki_types::ServerName};

use super::options::Address;

/// A connected socket.
pub(super) enum Socket {
    Tcp(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
    #[cfg(unix)]
    Unix(std::os::unix::net::UnixStream),
}

impl Socket {
    /// Connects to the first address of the host that answers; each has `timeout`. With `tls`, the host has shown its
    /// certificate when this returns.
    pub(super) fn tcp(
        (host, port): &Address,
        tls: Option<&Arc<ClientConfig>>,
        timeout: Duration,
    ) -> io::Result<Self> {
        let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
        for address in (&**host, *port).to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, timeout) {
                Ok(mut socket) => {
                    // A write is never held back for the next one.
                    socket.set_nodelay(true)?;
                    let Some(tls) = tls else { return Ok(Self::Tcp(socket)) };
                    let tls = handshake(&mut socket, host, tls, timeout)?;
                    return Ok(Self::Tls(Box::new(StreamOwned::new(tls, socket))));
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    #[cfg(unix)]
    pub(super) fn unix(path: &Path) -> io::Result<Self> {
        std::os::unix::net::UnixStream::connect(path).map(Self::Unix)
    }

    #[cfg(not(unix))]
    pub(super) fn unix(_: &Path) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no Unix sockets"))
    }

    /// Lets a read or a write take no longer.
    pub(super) fn set_timeout(&self, timeout: Duration) -> io::Result<()> {
        let timeout = Some(timeout);
        match self {
            Self::Tcp(socket) => limit(socket, timeout),
            Self::Tls(tls) => limit(&tls.sock, timeout),
            #[cfg(unix)]
            Self::Unix(socket) => {
                socket.set_read_timeout(timeout).and_then(|()| socket.set_write_timeout(timeout))
            }
        }
    }
}

fn limit(socket: &TcpStream, timeout: Option<Duration>) -> io::Result<()> {
    socket.set_read_timeout(timeout).and_then(|()| socket.set_write_timeout(timeout))
}

fn handshake(
    socket: &mut TcpStream,
    host: &str,
    config: &Arc<ClientConfig>,
    timeout: Duration,
) -> io::Result<ClientConnection> {
    let invalid =
        |error: Box<dyn std::error::Error + Send + Sync>| io::Error::new(io::ErrorKind::InvalidInput, error);
    let name = ServerName::try_from(host.to_owned()).map_err(|error| invalid(error.into()))?;
    let mut tls = ClientConnection::new(Arc::clone(config), name).map_err(|error| invalid(error.into()))?;
    let deadline = Instant::now() + timeout;
    while tls.is_handshaking() {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        limit(socket, Some(left))?;
        tls.complete_io(socket)?;
    }
    Ok(tls)
}

impl Read for Socket {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(socket) => socket.read(into),
            Self::Tls(socket) => socket.read(into),
            #[cfg(unix)]
            Self::Unix(socket) => socket.read(into),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(socket) => socket.write(bytes),
            Self::Tls(socket) => socket.write(bytes),
            #[cfg(unix)]
            Self::Unix(socket) => socket.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Tcp(socket) => socket.flush(),
            Self::Tls(socket) => socket.flush(),
            #[cfg(unix)]
            Self::Unix(socket) => socket.flush(),
        }
    }
}
