//! `EVENT_BUS_REDIS_CONNECTION_URL`: what it says, and how it is printed.

mod error;
mod parse;
mod sentinel;

use std::{fmt, time::Duration};

pub use self::error::RedisUrlError;
use self::sentinel::Sentinel;

/// The URL of a Redis server: `redis://`, `rediss://` (TLS) or `unix://`. It is printed without its password,
/// by `Display` and `Debug`.
///
/// It means what it means to redis-py, the client of the Python services: what is left out is `localhost`,
/// port 6379, database 0; user name and password are percent-encoded where they have `:`, `/`, `@`, `#`, `?` or
/// `%`. The options after `?` are `db`, `ssl_cert_reqs` (`required`, `optional`, `none`), `ssl_ca_certs` (a
/// file of certificates) and `socket_timeout` (seconds). Any other is an error, and not ignored: it was
/// meant to change something.
///
/// Servers behind Sentinel, for which redis-py has no URL, have one of our own, `redis+sentinel://` or, with TLS,
/// `rediss+sentinel://`: the sentinels (port 26379 where it is left out), then the name of the primary, then the
/// database, as in `redis+sentinel://worker:s3cret@one.example.org,two.example.org:26380/events/0`. User name and
/// password are those of the Redis servers; for sentinels that want some, there are the options `sentinel_username` and
/// `sentinel_password`.
///
/// ```
/// use openedx_events::event_bus::settings::RedisUrl;
///
/// let url: RedisUrl = "rediss://worker:s%40crat@redis.example.org/2?socket_timeout=1.5".parse()?;
/// assert_eq!((url.host(), url.port(), url.db()), (Some("redis.example.org"), 6379, 2));
/// assert_eq!(url.password(), Some("s@crat"));
/// assert_eq!(url.to_string(), "rediss://worker:***@redis.example.org:6379/2?socket_timeout=1.5");
/// # Ok::<(), openedx_events::event_bus::settings::RedisUrlError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct RedisUrl {
    server: Server,
    username: Option<String>,
    password: Option<String>,
    db: u32,
    ssl_cert_reqs: CertReqs,
    ssl_ca_certs: Option<String>,
    socket_timeout: Option<Duration>,
}

#[derive(Clone, PartialEq, Eq)]
enum Server {
    Tcp { host: String, port: u16, tls: bool },
    Sentinel(Sentinel),
    Socket { path: String },
}

/// Whether the server has to have a certificate: `ssl_cert_reqs` of redis-py.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertReqs {
    /// One that is valid.
    #[default]
    Required,
    /// A valid one or none. A TLS server always has one, so this is as strict as `Required` to a client.
    Optional,
    /// Any, also one that cannot be trusted.
    None,
}

impl RedisUrl {
    /// The host; `None` for a Unix socket, and for sentinels.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        match &self.server {
            Server::Tcp { host, .. } => Some(host),
            Server::Socket { .. } | Server::Sentinel(_) => None,
        }
    }

    /// The port; 6379 where the URL has none.
    #[must_use]
    pub fn port(&self) -> u16 {
        match self.server {
            Server::Tcp { port, .. } => port,
            Server::Socket { .. } | Server::Sentinel(_) => DEFAULT_PORT,
        }
    }

    /// The path of the Unix socket; `None` for a host.
    #[must_use]
    pub fn socket(&self) -> Option<&str> {
        match &self.server {
            Server::Socket { path } => Some(path),
            Server::Tcp { .. } | Server::Sentinel(_) => None,
        }
    }

    /// The sentinels, with their ports; none where the server itself is named.
    #[must_use]
    pub fn sentinels(&self) -> &[(String, u16)] {
        self.sentinel().map_or(&[], |sentinel| &sentinel.addresses)
    }

    /// The name under which the sentinels know the primary.
    #[must_use]
    pub fn sentinel_service(&self) -> Option<&str> {
        self.sentinel().map(|sentinel| &*sentinel.service)
    }

    /// User name and password at the sentinels, decoded: for the connection only.
    #[must_use]
    pub fn sentinel_login(&self) -> (Option<&str>, Option<&str>) {
        self.sentinel().map_or((None, None), |one| (one.username.as_deref(), one.password.as_deref()))
    }

    fn sentinel(&self) -> Option<&Sentinel> {
        match &self.server {
            Server::Sentinel(sentinel) => Some(sentinel),
            _ => None,
        }
    }

    /// Whether the connection is encrypted: `rediss://`.
    #[must_use]
    pub fn tls(&self) -> bool {
        matches!(self.server, Server::Tcp { tls: true, .. } | Server::Sentinel(Sentinel { tls: true, .. }))
    }

    /// The user name, decoded.
    #[must_use]
    pub fn username(&self) -> Option<&str> {
        self.username.as_deref()
    }

    /// The password, decoded: for the connection only.
    #[must_use]
    pub fn password(&self) -> Option<&str> {
        self.password.as_deref()
    }

    /// The number of the database: the option `db`, else the path, else 0.
    #[must_use]
    pub fn db(&self) -> u32 {
        self.db
    }

    /// Whether the server's certificate is checked.
    #[must_use]
    pub fn ssl_cert_reqs(&self) -> CertReqs {
        self.ssl_cert_reqs
    }

    /// The file with the certificates of the authorities that are trusted, instead of the system's.
    #[must_use]
    pub fn ssl_ca_certs(&self) -> Option<&str> {
        self.ssl_ca_certs.as_deref()
    }

    /// How long one call may take.
    #[must_use]
    pub fn socket_timeout(&self) -> Option<Duration> {
        self.socket_timeout
    }
}

const DEFAULT_PORT: u16 = 6379;

impl fmt::Display for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.server {
            Server::Tcp { tls: true, .. } => "rediss://",
            Server::Tcp { .. } => "redis://",
            Server::Socket { .. } => "unix://",
            Server::Sentinel(Sentinel { tls: true, .. }) => "rediss+sentinel://",
            Server::Sentinel(_) => "redis+sentinel://",
        })?;
        if self.username.is_some() || self.password.is_some() {
            // A user name alone is of no use to a server: it is a password without its colon.
            let username = if self.password.is_some() { self.username.as_deref() } else { Some("***") };
            f.write_str(username.unwrap_or_default())?;
            f.write_str(if self.password.is_some() { ":***@" } else { "@" })?;
        }
        let mut separator = '?';
        match &self.server {
            Server::Tcp { host, port, .. } if host.contains(':') => write!(f, "[{host}]:{port}/{}", self.db)?,
            Server::Tcp { host, port, .. } => write!(f, "{host}:{port}/{}", self.db)?,
            Server::Sentinel(sentinel) => write!(f, "{sentinel}/{}", self.db)?,
            Server::Socket { path } => {
                write!(f, "{path}?db={}", self.db)?;
                separator = '&';
            }
        }
        let mut option = |name: &str, value: &dyn fmt::Display| {
            let result = write!(f, "{separator}{name}={value}");
            separator = '&';
            result
        };
        match self.ssl_cert_reqs {
            CertReqs::Required => {}
            CertReqs::Optional => option("ssl_cert_reqs", &"optional")?,
            CertReqs::None => option("ssl_cert_reqs", &"none")?,
        }
        if let Some(file) = &self.ssl_ca_certs {
            option("ssl_ca_certs", file)?;
        }
        if let (Some(username), _) = self.sentinel_login() {
            option("sentinel_username", &username)?;
        }
        if let (_, Some(_)) = self.sentinel_login() {
            option("sentinel_password", &"***")?;
        }
        if let Some(time) = self.socket_timeout {
            option("socket_timeout", &time.as_secs_f64())?;
        }
        Ok(())
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedisUrl({self})")
    }
}
