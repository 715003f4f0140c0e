//! How to reach a Redis server, and how long a call may take.

use std::time::Duration;

use crate::event_bus::broker::{
    BusError,
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
/// let mut options = RedisOptions::new(url);
/// options.socket_timeout = Duration::from_secs(3);
/// assert!(!format!("{options:?}").contains("s3cret"));
/// # Ok::<(), openedx_events::event_bus::settings::RedisUrlError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RedisOptions {
    /// The server.
    pub url: RedisUrl,
    /// The time to connect, for each address of a host; 2 seconds by default.
    pub connect_timeout: Duration,
    /// The time in which the server must answer; 5 seconds by default. A read that waits for new entries may take
    /// this time in addition to its wait.
    pub socket_timeout: Duration,
    /// The approximate number of entries that a stream keeps; 10,000 by default. The oldest are dropped, even if they are
    /// unread.
    pub stream_max_len: u64,
    /// The approximate time for which a stream keeps entries, by the server's clock; no limit by default.
    pub stream_max_age: Option<Duration>,
    /// The name of the service, under which the server lists the connections (`CLIENT LIST`).
    pub service_name: String,
}

impl RedisOptions {
    /// Connects to the server at `url`.
    #[must_use]
    pub fn new(url: RedisUrl) -> Self {
        let RedisSettings { stream_max_len, stream_max_age, .. } = RedisSettings::default();
        Self {
            connect_timeout: url.socket_timeout.unwrap_or(Duration::from_secs(2)),
            socket_timeout: url.socket_timeout.unwrap_or(Duration::from_secs(5)),
            url,
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
    ///
    /// # Errors
    ///
    /// If the settings name no server.
    pub fn from_settings(settings: &RedisSettings, service_name: Option<&str>) -> Result<Self, BusError> {
        let url = settings.connection_url.clone().ok_or_else(|| {
            BusError::permanent("no server is configured: set `EVENT_BUS_REDIS_CONNECTION_URL`")
        })?;
        let mut options = Self::new(url);
        options.stream_max_len = settings.stream_max_len;
        options.stream_max_age = settings.stream_max_age;
        if let Some(name) = service_name {
            name.clone_into(&mut options.service_name);
        }
        Ok(options)
    }

    /// Returns the name of the user at the server.
    pub(super) fn user(&self) -> &str {
        self.url.login.username.as_deref().filter(|user| !user.is_empty()).unwrap_or("default")
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
