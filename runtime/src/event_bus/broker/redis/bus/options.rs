//! How to reach a Redis server, and how long a call may take.

use std::time::Duration;

use crate::event_bus::broker::{
    BusError, bounded,
    redis::settings::{
        RedisSettings,
        url::{RedisServer, RedisUrl},
    },
};

/// How to reach a Redis server, and what to keep in its streams.
///
/// `Debug` hides passwords.
///
/// ```
/// use std::time::Duration;
///
/// use openedx_events::event_bus::RedisOptions;
///
/// let url = "rediss://worker:s3cret@redis.example.org/2".parse()?;
/// let options = RedisOptions::new(url).socket_timeout(Duration::from_secs(3));
/// assert!(!format!("{options:?}").contains("s3cret"));
/// # Ok::<(), openedx_events::event_bus::settings::RedisUrlError>(())
/// ```
#[derive(Clone, Debug)]
pub struct RedisOptions {
    pub(super) url: RedisUrl,
    pub(super) connect_timeout: Duration,
    pub(super) socket_timeout: Duration,
    pub(super) stream_max_len: u64,
    pub(super) stream_max_age: Option<Duration>,
    pub(super) service_name: String,
}

impl RedisOptions {
    /// Connects to the server at `url`.
    #[must_use]
    pub fn new(url: RedisUrl) -> Self {
        let RedisSettings { stream_max_len, stream_max_age, .. } = RedisSettings::default();
        let timeout = url.socket_timeout.map(possible);
        Self {
            url,
            connect_timeout: timeout.unwrap_or(Duration::from_secs(2)),
            socket_timeout: timeout.unwrap_or(Duration::from_secs(5)),
            stream_max_len,
            stream_max_age,
            service_name: "openedx-events".to_owned(),
        }
    }

    /// Connects to a server at a host and port, without a login.
    pub fn tcp(host: impl Into<String>, port: u16) -> Self {
        Self::new(RedisUrl::new(RedisServer::Tcp(host.into(), port)))
    }

    /// Connects to the server in `settings`, for the service of this name.
    pub(in crate::event_bus) fn of(
        settings: &RedisSettings,
        service_name: Option<&str>,
    ) -> Result<Self, BusError> {
        let url = settings.connection_url.clone().ok_or_else(|| {
            BusError::permanent("no server is configured: set `EVENT_BUS_REDIS_CONNECTION_URL`")
        })?;
        let options =
            Self::new(url).stream_max_len(settings.stream_max_len).stream_max_age(settings.stream_max_age);
        Ok(match service_name {
            Some(name) => options.service_name(name),
            None => options,
        })
    }

    /// Limits the time to connect, for each address of a host; 2 seconds by default. The system looks up names, with its
    /// own timeouts.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = possible(timeout);
        self
    }

    /// Limits the time in which the server must answer; 5 seconds by default. A read that waits for new entries may
    /// take this time in addition to its wait.
    #[must_use]
    pub fn socket_timeout(mut self, timeout: Duration) -> Self {
        self.socket_timeout = possible(timeout);
        self
    }

    /// Sets the approximate number of entries that a stream keeps; 10,000 by default. The oldest are dropped, even if
    /// they are unread.
    #[must_use]
    pub fn stream_max_len(mut self, max_len: u64) -> Self {
        self.stream_max_len = max_len;
        self
    }

    /// Sets the approximate time for which a stream keeps entries, by the clock of the producer; no limit by default.
    #[must_use]
    pub fn stream_max_age(mut self, max_age: Option<Duration>) -> Self {
        self.stream_max_age = max_age;
        self
    }

    /// Sets the name of the service, under which the server lists the connections (`CLIENT LIST`).
    #[must_use]
    pub fn service_name(mut self, name: impl Into<String>) -> Self {
        self.service_name = name.into();
        self
    }

    /// Returns the server for a message, without passwords.
    pub(super) fn place(&self) -> String {
        match &self.url.server {
            RedisServer::Tcp(host, port) => format!("{host}:{port}"),
            RedisServer::Socket(path) => path.display().to_string(),
            RedisServer::Sentinel { service, .. } => format!("the primary of `{service}`"),
        }
    }
}

/// Bounds a timeout on both sides, because a socket refuses a timeout of zero.
fn possible(timeout: Duration) -> Duration {
    bounded(timeout).max(Duration::from_millis(1))
}
