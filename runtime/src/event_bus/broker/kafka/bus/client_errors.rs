//! The errors that a client reports about its connections. Delivery reports say only that a message timed out; these errors
//! say why.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use rdkafka::{config::RDKafkaLogLevel, error::KafkaError, types::RDKafkaErrorCode};

use super::options::KafkaOptions;
use crate::event_bus::broker::BusError;

/// How long an error may explain others. A client repeats an error at most every thirty seconds while its cause remains.
const FRESH: Duration = Duration::from_mins(2);
/// A broker that closes a connection this soon after it was opened probably requires a login.
const SOON: u64 = 2000;

/// The kinds of errors, the most telling one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The brokers refuse the login.
    Login,
    /// The certificate is not trusted, or the two sides support no common encryption.
    Tls,
    /// The broker closes the connection, as if it expected another protocol.
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
    protocol: String,
    /// Whether a broker has answered, which shows that the protocol is right.
    has_answered: AtomicBool,
    last: Mutex<[Option<(Instant, String)>; KINDS]>,
}

impl ClientErrors {
    pub(super) fn new(options: &KafkaOptions) -> Self {
        let user = options.client_config.get("sasl.username").map(str::to_owned);
        let user = user.or_else(|| options.login.as_ref().map(|(user, _)| user.clone()));
        let protocol = options.security_protocol().to_ascii_uppercase();
        Self {
            servers: options.bootstrap_servers.clone(),
            user,
            protocol,
            has_answered: AtomicBool::new(false),
            last: Mutex::default(),
        }
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
            Some(RDKafkaErrorCode::BrokerTransportFailure) if self.hint(reason).is_some() => return,
            Some(RDKafkaErrorCode::BrokerTransportFailure) => Kind::Transport,
            _ => {
                tracing::debug!(?code, "the Kafka client: {reason}");
                return;
            }
        };
        self.remember(kind, shortened(reason));
    }

    /// Writes a log line of a client. Remembers it if it hints at a cause.
    pub(super) fn log(&self, level: RDKafkaLogLevel, facility: &str, line: &str) {
        // Lines about failed connections come again and again, and `note` gets most of them as well.
        if facility == "FAIL" || facility == "ERROR" {
            tracing::debug!("librdkafka: {facility} {line}");
            if let Some(hint) = self.hint(line) {
                self.remember(Kind::Protocol, &format!("{}; {hint}", shortened(line)));
            }
            return;
        }
        // A service has one table of properties for its producer and its consumers. The client retries calls that fail while a
        // broker starts.
        let is_ours = |part| facility == "CONFWARN" && line.contains(part);
        let is_usual = is_ours("will be ignored by this")
            || is_ours("enable.gapless.guarantee")
            || (facility == "GETPID" && line.ends_with(": retrying"));
        match level {
            _ if is_usual => tracing::debug!("librdkafka: {facility} {line}"),
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

    /// Returns why a broker may have closed a connection. This is a guess: a proxy does the same if its broker is down.
    fn hint(&self, line: &str) -> Option<&'static str> {
        if !line.contains("Disconnected") || self.has_answered.load(Ordering::Relaxed) {
            return None;
        }
        let (age, state) = line.rsplit_once(" (after ")?.1.split_once("ms in state ")?;
        let state = state.split([',', ')']).next()?;
        match state {
            "APIVERSION_QUERY" if !self.protocol.ends_with("SSL") => Some(
                "it may expect TLS: set `security.protocol` to `SSL` or `SASL_SSL` in `EVENT_BUS_KAFKA_CLIENT_CONFIG`, or set \
                 `EVENT_BUS_KAFKA_API_KEY`",
            ),
            "SSL_HANDSHAKE" => Some("it may not speak TLS: use its TLS port"),
            "UP" if !self.protocol.starts_with("SASL") && age.parse::<u64>().is_ok_and(|age| age < SOON) => {
                Some("it may expect a login: set `EVENT_BUS_KAFKA_API_KEY` and `EVENT_BUS_KAFKA_API_SECRET`")
            }
            _ => None,
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
        self.has_answered.store(true, Ordering::Relaxed);
        for last in &mut *self.last() {
            *last = None;
        }
    }

    /// Says that a topic does not exist, and how to create it.
    pub(super) fn missing_topic(&self, topic: &str) -> String {
        missing_topic(&self.servers, topic)
    }

    /// Returns the most telling of the last errors, which is probably why a broker does not answer.
    pub(super) fn cause(&self) -> Option<BusError> {
        let last = self.last().clone();
        let find = |kind: Kind| {
            let last = last[kind as usize].as_ref().filter(|(at, _)| at.elapsed() < FRESH);
            last.map(|(_, reason)| reason)
        };
        let servers = &self.servers;
        if let Some(reason) = find(Kind::Login) {
            let user = self.user.as_deref().map(|user| format!(" of `{user}`")).unwrap_or_default();
            return Some(BusError::permanent(format!(
                "Kafka refuses the login{user}: {reason}; check `EVENT_BUS_KAFKA_API_KEY`, `EVENT_BUS_KAFKA_API_SECRET` and \
                 `EVENT_BUS_KAFKA_CLIENT_CONFIG`"
            )));
        }
        if let Some(reason) = find(Kind::Tls) {
            return Some(BusError::permanent(format!(
                "the connection to Kafka cannot be encrypted: {reason}; set `ssl.ca.location` in \
                 `EVENT_BUS_KAFKA_CLIENT_CONFIG` to a file with the brokers' CA certificate"
            )));
        }
        if let Some(reason) = find(Kind::Protocol) {
            return Some(BusError::transient(format!("Kafka closes the connection: {reason}")));
        }
        let reason = find(Kind::Resolve).or_else(|| find(Kind::Transport))?;
        Some(BusError::transient(format!("cannot connect to Kafka at {servers}: {reason}")))
    }
}

/// Says that a topic does not exist on servers, and how to create it.
pub(super) fn missing_topic(servers: &str, topic: &str) -> String {
    let command = create_command(servers, topic);
    format!("Kafka has no topic `{topic}`; check its name, or let an administrator create it: `{command}`")
}

/// Returns the command that creates a topic on servers.
pub(super) fn create_command(servers: &str, topic: &str) -> String {
    format!("kafka-topics.sh --bootstrap-server {servers} --create --topic {topic} --partitions 3")
}

/// Removes the name of the thread, and the times and counts at the end.
fn shortened(reason: &str) -> &str {
    let reason = reason
        .strip_prefix("[thrd:")
        .and_then(|rest| rest.split_once("]: "))
        .map_or(reason, |(_, rest)| rest);
    reason.rfind(" (after ").map_or(reason, |end| &reason[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lines::Lines;

    /// A service has one table of properties for its producer and its consumers.
    #[test]
    fn properties_of_the_other_kind_of_client_are_no_warning() {
        let errors = ClientErrors::new(&KafkaOptions::new("one:9092", ["http://registry"]));
        let lines = Lines::default();
        tracing::subscriber::with_default(lines.clone(), || {
            for line in [
                "[thrd:app]: Configuration property session.timeout.ms is a consumer property and will be ignored by this producer \
                 instance",
                "[thrd:app]: Configuration property x is deprecated: y",
            ] {
                errors.log(RDKafkaLogLevel::Warning, "CONFWARN", line);
            }
        });
        assert_eq!((lines.with("WARN").len(), lines.with("deprecated").len()), (1, 1));
    }
}
