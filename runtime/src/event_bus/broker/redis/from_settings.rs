//! From settings to a server.

use super::options::{RedisOptions, RedisTls};
use crate::event_bus::{
    broker::error::BusError,
    settings::{CertReqs, Settings},
};

impl RedisOptions {
    /// The server and streams that settings name.
    ///
    /// # Errors
    ///
    /// Where they name no server.
    pub fn from_settings(settings: &Settings) -> Result<Self, BusError> {
        let redis = &settings.redis;
        let url = redis.connection_url.as_ref().ok_or_else(|| {
            BusError::permanent("no server is set: write its URL for `EVENT_BUS_REDIS_CONNECTION_URL`")
        })?;
        let mut options = match (url.socket(), url.host()) {
            (Some(path), _) => Self::unix_socket(path),
            (None, None) if !url.sentinels().is_empty() => {
                let (username, password) = url.sentinel_login();
                let service = url.sentinel_service().unwrap_or_default();
                Self::sentinel(url.sentinels().iter().cloned(), service).sentinel_login(username, password)
            }
            (None, host) => Self::tcp(host.unwrap_or("localhost"), url.port()),
        };
        options = options.login(url.username(), url.password()).db(url.db());
        if url.tls() {
            let mut tls = RedisTls::new();
            tls.ca_certs = url.ssl_ca_certs().map(Into::into);
            // A server always has a certificate, so `optional` is as strict as `required`.
            tls.accept_any_certificate = url.ssl_cert_reqs() == CertReqs::None;
            options = options.tls(tls);
        }
        if let Some(timeout) = url.socket_timeout() {
            options = options.socket_timeout(timeout).connect_timeout(timeout);
        }
        if let Some(name) = &settings.service_name {
            options = options.service_name(name);
        }
        Ok(options.stream_max_len(redis.stream_max_len).stream_max_age(redis.stream_max_age))
    }
}
