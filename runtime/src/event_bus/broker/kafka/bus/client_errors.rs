//! The errors that a client reports about its connections. Reports of deliveries say only that the time is over; these errors
//! say why.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use rdkafka::{config::RDKafkaLogLevel, error::KafkaError, types::RDKafkaErrorCode};

use super::options::KafkaOptions;
use crate::event_bus::broker::BusError;

/// How long an error may explain others. A client tries to connect at least every ten seconds, so a cause that lasts is
/// reported again in this time.
const FRESH: Duration = Duration::from_secs(30);

/// The kinds of errors, the most telling one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The brokers refuse the login.
    Login,
    /// The certificate is not trusted, or there is no common encryption.
    Tls,
    /// The broker expects the other kind of connection.
    Protocol,
    /// The host has no address.
    Resolve,
    /// The broker cannot be reached.
    Transport,
}

/// The number of kinds.
const KINDS: usize = 5;

/// The last error of each kind. A client's context owns it together with the users of the client.
pub(super) struct ClientErrors {
    servers: String,
    user: Option<String>,
    last: Mutex<[Option<(Instant, String)>; KINDS]>,
}

impl ClientErrors {
    pub(super) fn new(options: &KafkaOptions) -> Self {
        let user = options.client_config.get("sasl.username").map(str::to_owned);
        let user = user.or_else(|| options.login.as_ref().map(|(user, _)| user.clone()));
        Self { servers: options.bootstrap_servers.clone(), user, last: Mutex::default() }
    }

    fn last(&self) -> MutexGuard<'_, [Option<(Instant, String)>; KINDS]> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers an error that a client reports.
    pub(super) fn note(&self, error: &KafkaError, reason: &str) {
        let code = error.rdkafka_error_code();
        let kind = match code {
            Some(
                RDKafkaErrorCode::Authentication
                | RDKafkaErrorCode::SaslAuthenticationFailed
                | RDKafkaErrorCode::UnsupportedSASLMechanism,
            ) => Kind::Login,
            Some(RDKafkaErrorCode::SSL) => Kind::Tls,
            Some(RDKafkaErrorCode::Resolve) => Kind::Resolve,
            Some(RDKafkaErrorCode::BrokerTransportFailure) => Kind::Transport,
            _ => {
                tracing::debug!(?code, "the client of Kafka: {reason}");
                return;
            }
        };
        self.remember(kind, reason);
    }

    /// Writes a log line of a client. Remembers it if it is the only hint at a cause.
    pub(super) fn log(&self, level: RDKafkaLogLevel, facility: &str, line: &str) {
        // Lines about failed connections come again and again, and `note` gets them as well.
        if facility == "FAIL" || facility == "ERROR" {
            tracing::debug!("librdkafka: {facility} {line}");
            if line.contains("security.protocol") {
                self.remember(Kind::Protocol, line);
            }
            return;
        }
        match level {
            RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical => {
                tracing::error!("librdkafka: {facility} {line}");
            }
            RDKafkaLogLevel::Error | RDKafkaLogLevel::Warning => {
                tracing::warn!("librdkafka: {facility} {line}");
            }
            RDKafkaLogLevel::Notice | RDKafkaLogLevel::Info | RDKafkaLogLevel::Debug => {
                tracing::debug!("librdkafka: {facility} {line}");
            }
        }
    }

    fn remember(&self, kind: Kind, reason: &str) {
        let is_new = self.last()[kind as usize].replace((Instant::now(), reason.to_owned())).is_none();
        if is_new {
            tracing::warn!(error = reason, "a connection to Kafka failed");
        } else {
            tracing::debug!(error = reason, "a connection to Kafka failed again");
        }
    }

    /// Forgets the errors, because a broker has answered.
    pub(super) fn clear(&self) {
        for last in &mut *self.last() {
            *last = None;
        }
    }

    /// Returns the most telling of the last errors, which is probably why a broker does not answer.
    pub(super) fn cause(&self) -> Option<BusError> {
        let fresh = |last: &(Instant, String)| last.0.elapsed() < FRESH;
        let last = self.last().clone();
        let find =
            |kind: Kind| last[kind as usize].as_ref().filter(|last| fresh(last)).map(|(_, reason)| reason);
        let servers = &self.servers;
        if let Some(reason) = find(Kind::Login) {
            let user = self.user.as_deref().map(|user| format!(" of `{user}`")).unwrap_or_default();
            return Some(BusError::permanent(format!(
                "Kafka at {servers} refuses the login{user}: {reason}; check `EVENT_BUS_KAFKA_API_KEY`, \
                 `EVENT_BUS_KAFKA_API_SECRET` and `EVENT_BUS_KAFKA_CLIENT_CONFIG`"
            )));
        }
        if let Some(reason) = find(Kind::Protocol) {
            return Some(BusError::permanent(format!(
                "Kafka at {servers} expects another kind of connection: {reason}; name a port for this kind, or set \
                 `security.protocol` in `EVENT_BUS_KAFKA_CLIENT_CONFIG`"
            )));
        }
        if let Some(reason) = find(Kind::Tls) {
            return Some(BusError::permanent(format!(
                "the connection to Kafka at {servers} cannot be encrypted: {reason}; set `ssl.ca.location` in \
                 `EVENT_BUS_KAFKA_CLIENT_CONFIG` to the file of the brokers' authority"
            )));
        }
        let reason = find(Kind::Resolve).or_else(|| find(Kind::Transport))?;
        Some(BusError::transient(format!("cannot connect to Kafka at {servers}: {reason}")))
    }
}
