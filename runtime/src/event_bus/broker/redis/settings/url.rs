//! Where a Redis server is, and how to connect to it.

use std::{fmt, path::PathBuf, time::Duration};

/// The URL of a Redis server: `redis://`, `rediss://` (TLS) or `unix://`. `Debug` hides its passwords.
///
/// It means the same as in redis-py, the client of the Python services. By default the host is `localhost`, the port is 6379,
/// and the database is 0. In a user name or password, `:`, `/`, `@`, `#`, `?` and `%` must be percent-encoded. The options
/// after `?` are `db`, `ssl_cert_reqs` (`required`, `optional`, `none`), `ssl_ca_certs` (a file of certificates) and
/// `socket_timeout` (seconds). Any other option is an error, because it would have no effect.
///
/// # Sentinel
///
/// redis-py has no URL for servers behind Sentinel. This crate has one, `redis+sentinel://` or, with TLS,
/// `rediss+sentinel://`: the sentinels (port 26379 by default), the name of the primary, then the database, as in
/// `redis+sentinel://worker:s3cret@one.example.org,two.example.org:26380/events/0`. The sentinels are asked for the primary
/// at each new connection, so a failover is followed. User name and password are for the Redis servers. If the
/// sentinels require a login, add the options `sentinel_username` and `sentinel_password`.
///
/// ```
/// use openedx_events::event_bus::settings::{RedisServer, RedisUrl};
///
/// let url: RedisUrl = "rediss://worker:s%40crat@redis.example.org/2?socket_timeout=1.5".parse()?;
/// assert_eq!(url.server, RedisServer::Tcp("redis.example.org".to_owned(), 6379));
/// assert_eq!(url.login.password.as_deref(), Some("s@crat"));
/// assert!(url.tls.is_some() && !format!("{url:?}").contains("s@crat"));
/// # Ok::<(), openedx_events::event_bus::settings::RedisUrlError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RedisUrl {
    /// Where the server is.
    pub server: RedisServer,
    /// The login at the server.
    pub login: RedisLogin,
    /// The number of the database.
    pub db: u32,
    /// The options of TLS; `None` if the connection is not encrypted.
    pub tls: Option<RedisTls>,
    /// How long connecting, and each call, may take.
    pub socket_timeout: Option<Duration>,
}

/// Where a Redis server is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedisServer {
    /// At this host and port.
    Tcp(String, u16),
    /// At this Unix socket.
    Socket(PathBuf),
    /// Behind Sentinel.
    Sentinel {
        /// The hosts and ports of the sentinels.
        sentinels: Vec<(String, u16)>,
        /// The name under which the sentinels know the primary.
        service: String,
        /// The login at the sentinels.
        login: RedisLogin,
    },
}

/// A user name and a password. `Debug` hides the password.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RedisLogin {
    /// The user; `default` if there is only a password.
    pub username: Option<String>,
    /// The password. Without a password, the client does not log in.
    pub password: Option<String>,
}

/// The certificates that a TLS connection to Redis trusts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RedisTls {
    /// A PEM file with the certificates of the trusted authorities. Without it, the system's authorities are trusted.
    pub ca_certs: Option<PathBuf>,
    /// Accepts any certificate, even an untrusted one: `ssl_cert_reqs=none` of redis-py.
    pub accept_any_certificate: bool,
}

impl RedisUrl {
    pub(in crate::event_bus) fn new(server: RedisServer) -> Self {
        Self { server, login: RedisLogin::default(), db: 0, tls: None, socket_timeout: None }
    }
}

impl fmt::Debug for RedisLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let password = self.password.as_ref().map(|_| format_args!("***"));
        // A server has no use for a user name alone: it is probably a password without its colon.
        let username = self.username.as_deref().map(|name| if password.is_some() { name } else { "***" });
        f.debug_struct("RedisLogin").field("username", &username).field("password", &password).finish()
    }
}
