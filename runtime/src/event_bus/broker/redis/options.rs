//! Where the server is, how to log in, and how long a call may take.

use std::{fmt, path::PathBuf, time::Duration};

use crate::event_bus::broker::subscription::bounded;

/// How to reach a Redis server, and what to keep in its streams.
///
/// Passwords are left out of `Debug`.
///
/// ```
/// use std::time::Duration;
///
/// use openedx_events::event_bus::RedisOptions;
///
/// let options = RedisOptions::tcp("redis.example.org", 6379)
///     .login(Some("worker"), Some("s3cret"))
///     .db(2)
///     .socket_timeout(Duration::from_secs(3));
/// assert!(!format!("{options:?}").contains("s3cret"));
/// ```
#[derive(Clone)]
pub struct RedisOptions {
    pub(super) server: Server,
    pub(super) login: Login,
    pub(super) db: u32,
    pub(super) tls: Option<RedisTls>,
    pub(super) connect_timeout: Duration,
    pub(super) socket_timeout: Duration,
    pub(super) stream_max_len: u64,
    pub(super) stream_max_age: Option<Duration>,
    pub(super) service_name: String,
}

/// A host and its port.
pub(super) type Address = (String, u16);

#[derive(Clone, Debug)]
pub(super) enum Server {
    Tcp(Address),
    Socket(PathBuf),
    Sentinel { sentinels: Vec<Address>, service: String, login: Login },
}

#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) username: Option<String>,
    pub(super) password: Option<String>,
}

/// What a TLS connection to Redis trusts.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RedisTls {
    /// A PEM file with the certificates of the authorities that are trusted, instead of the system's.
    pub ca_certs: Option<PathBuf>,
    /// Any certificate will do, also one that cannot be trusted: `ssl_cert_reqs=none` of redis-py.
    pub accept_any_certificate: bool,
}

impl RedisOptions {
    /// A server at a host and port.
    pub fn tcp(host: impl Into<String>, port: u16) -> Self {
        Self::new(Server::Tcp((host.into(), port)))
    }

    /// A server at a Unix socket.
    pub fn unix_socket(path: impl Into<PathBuf>) -> Self {
        Self::new(Server::Socket(path.into()))
    }

    /// The primary that these sentinels know under the name `service`. They are asked at each new connection, so that
    /// a failover is followed.
    pub fn sentinel(sentinels: impl IntoIterator<Item = (String, u16)>, service: impl Into<String>) -> Self {
        Self::new(Server::Sentinel {
            sentinels: sentinels.into_iter().collect(),
            service: service.into(),
            login: Login::default(),
        })
    }

    fn new(server: Server) -> Self {
        Self {
            server,
            login: Login::default(),
            db: 0,
            tls: None,
            connect_timeout: Duration::from_secs(2),
            socket_timeout: Duration::from_secs(5),
            stream_max_len: 10_000,
            stream_max_age: None,
            service_name: "openedx-events".to_owned(),
        }
    }

    /// Logs in with these. A password alone is that of the user `default`.
    #[must_use]
    pub fn login(mut self, username: Option<&str>, password: Option<&str>) -> Self {
        self.login = Login::new(username, password);
        self
    }

    /// Logs in at the sentinels with these; without it, they are asked without a login.
    #[must_use]
    pub fn sentinel_login(mut self, username: Option<&str>, password: Option<&str>) -> Self {
        if let Server::Sentinel { login, .. } = &mut self.server {
            *login = Login::new(username, password);
        }
        self
    }

    /// The number of the database; 0 without it.
    #[must_use]
    pub fn db(mut self, db: u32) -> Self {
        self.db = db;
        self
    }

    /// Encrypts connections over TCP, also those to sentinels.
    #[must_use]
    pub fn tls(mut self, tls: RedisTls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// How long connecting may take, for each address of a host; 2 seconds without it. Names are looked up by the
    /// system, with its own timeouts.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = possible(timeout);
        self
    }

    /// How long the server may take to answer; 5 seconds without it. A read that waits for new entries has its
    /// waiting time in addition.
    #[must_use]
    pub fn socket_timeout(mut self, timeout: Duration) -> Self {
        self.socket_timeout = possible(timeout);
        self
    }

    /// About how many entries a stream keeps; 10,000 without it. The oldest are dropped, read or not.
    #[must_use]
    pub fn stream_max_len(mut self, max_len: u64) -> Self {
        self.stream_max_len = max_len;
        self
    }

    /// About how long a stream keeps entries, by the clock of the producer; for ever without it.
    #[must_use]
    pub fn stream_max_age(mut self, max_age: Option<Duration>) -> Self {
        self.stream_max_age = max_age;
        self
    }

    /// The service under whose name the connections are listed by the server (`CLIENT LIST`).
    #[must_use]
    pub fn service_name(mut self, name: impl Into<String>) -> Self {
        self.service_name = name.into();
        self
    }

    /// The server as a person would name it, without passwords.
    pub(super) fn place(&self) -> String {
        match &self.server {
            Server::Tcp((host, port)) => format!("{host}:{port}"),
            Server::Socket(path) => path.display().to_string(),
            Server::Sentinel { service, .. } => format!("the primary of `{service}`"),
        }
    }
}

/// A socket refuses a timeout of nothing.
fn possible(timeout: Duration) -> Duration {
    bounded(timeout).max(Duration::from_millis(1))
}

impl Login {
    pub(super) fn new(username: Option<&str>, password: Option<&str>) -> Self {
        Self { username: username.map(str::to_owned), password: password.map(str::to_owned) }
    }
}

impl RedisTls {
    /// What the system trusts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts the authorities in this PEM file instead.
    #[must_use]
    pub fn ca_certs(mut self, file: impl Into<PathBuf>) -> Self {
        self.ca_certs = Some(file.into());
        self
    }

    /// Trusts any certificate.
    #[must_use]
    pub fn accept_any_certificate(mut self) -> Self {
        self.accept_any_certificate = true;
        self
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let password = self.password.as_ref().map(|_| format_args!("***"));
        f.debug_struct("Login").field("username", &self.username).field("password", &password).finish()
    }
}

impl fmt::Debug for RedisOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisOptions")
            .field("server", &self.server)
            .field("login", &self.login)
            .field("db", &self.db)
            .field("tls", &self.tls)
            .field("connect_timeout", &self.connect_timeout)
            .field("socket_timeout", &self.socket_timeout)
            .field("stream_max_len", &self.stream_max_len)
            .field("stream_max_age", &self.stream_max_age)
            .field("service_name", &self.service_name)
            .finish_non_exhaustive()
    }
}
