//! The errors that a client reports about its connections. Delivery reports say only that a message timed out; these errors
//! say why.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use rdkafka::{config::RDKafkaLogLevel, error::KafkaError, types::RDKafkaErrorCode};

use super::options::KafkaOptions;
use crate::event_bus::{broker::BusError, trouble::Trouble};

/// How long an error may explain others. A client repeats an error at most every thirty seconds while its cause remains.
const FRESH: Duration = Duration::from_mins(2);
/// A broker that closes a connection this soon after it was opened probably requires a login.
const SOON: u64 = 2000;

const EXPECTS_TLS: &str = "it may expect TLS: set `security.protocol` to `SSL` or `SASL_SSL` in `EVENT_BUS_KAFKA_CLIENT_CONFIG`, or \
                           set `EVENT_BUS_KAFKA_API_KEY`";

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
    /// The errors in the log, of all clients of the bus. Other brokers may answer meanwhile.
    failing: Arc<Mutex<Trouble>>,
}

impl ClientErrors {
    pub(super) fn new(options: &KafkaOptions, failing: Arc<Mutex<Trouble>>) -> Self {
        let user = options.client_config.get("sasl.username").map(str::to_owned);
        let user = user.or_else(|| options.login.as_ref().map(|(user, _)| user.clone()));
        let protocol = options.security_protocol().to_ascii_uppercase();
        Self {
            servers: options.bootstrap_servers.clone(),
            user,
            protocol,
            has_answered: AtomicBool::new(false),
            last: Mutex::default(),
            failing,
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
            Some(RDKafkaErrorCode::BrokerTransportFailure | RDKafkaErrorCode::BadMessage)
                if self.hint(reason).is_some() =>
            {
                return;
            }
            Some(RDKafkaErrorCode::BrokerTransportFailure | RDKafkaErrorCode::OperationTimedOut) => {
                Kind::Transport
            }
            _ => {
                tracing::debug!(?code, "the Kafka client: {reason}");
                return;
            }
        };
        self.remember(kind, &shortened(reason));
    }

    /// Writes a log line of a client. Remembers it if it hints at a cause.
    pub(super) fn log(&self, level: RDKafkaLogLevel, facility: &str, line: &str) {
        // Lines about failed connections come again and again, and `note` gets most of them as well. Calls say that a request timed
        // out, and the client closes a connection without answers.
        if matches!(facility, "FAIL" | "ERROR" | "REQTMOUT") {
            tracing::debug!("librdkafka: {facility} {line}");
            if let Some(hint) = self.hint(line) {
                let mut reason = shortened(line);
                // This is the start of an answer in another protocol.
                let separator = match reason.find(" Receive failed: Invalid response size") {
                    Some(end) => {
                        reason.truncate(end);
                        " "
                    }
                    None => "; ",
                };
                let reason = [&*reason, separator, hint].concat();
                self.remember(Kind::Protocol, &reason);
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
        if self.has_answered.load(Ordering::Relaxed) {
            return None;
        }
        if line.contains("ApiVersionRequest failed: Local: Timed out") {
            return Some(
                "it accepts connections and does not answer, so it may not be a Kafka broker: check the port",
            );
        }
        if let Some((_, size)) = line.split_once("Invalid response size ") {
            let size = size.split(' ').next().and_then(|size| size.parse::<u32>().ok());
            // A record of TLS begins with the kind of an alert and the major version.
            return Some(if size.is_some_and(|size| size >> 16 == 0x1503) {
                EXPECTS_TLS
            } else {
                "it does not speak Kafka's protocol: check the port"
            });
        }
        if !line.contains("Disconnected") {
            return None;
        }
        let (age, state) = line.rsplit_once(" (after ")?.1.split_once("ms in state ")?;
        let state = state.split([',', ')']).next()?;
        match state {
            "APIVERSION_QUERY" if !self.protocol.ends_with("SSL") => Some(EXPECTS_TLS),
            "SSL_HANDSHAKE" => Some("it may not speak TLS: use its TLS port"),
            "UP" if !self.protocol.starts_with("SASL") && age.parse::<u64>().is_ok_and(|age| age < SOON) => {
                Some("it may expect a login: set `EVENT_BUS_KAFKA_API_KEY` and `EVENT_BUS_KAFKA_API_SECRET`")
            }
            _ => None,
        }
    }

    fn remember(&self, kind: Kind, reason: &str) {
        let now = Instant::now();
        self.last()[kind as usize] = Some((now, reason.to_owned()));
        // The calls that need the connection fail for this reason, and then their callers warn.
        if self.failing().failed(reason, now) {
            tracing::info!(error = reason, "a connection to Kafka failed");
        } else {
            tracing::debug!(error = reason, "a connection to Kafka failed again");
        }
    }

    /// Forgets the errors, because a broker has answered.
    pub(super) fn clear(&self) {
        self.has_answered.store(true, Ordering::Relaxed);
        let has_failed = std::mem::take(&mut *self.last()).iter().any(Option::is_some);
        if has_failed {
            self.failing().succeeded(Duration::ZERO, Instant::now());
        }
    }

    fn failing(&self) -> MutexGuard<'_, Trouble> {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says that no broker answers, and where they should be.
    pub(super) fn no_answer(&self) -> String {
        let servers = &self.servers;
        if self.has_answered.load(Ordering::Relaxed) {
            format!("Kafka does not answer at {servers}")
        } else {
            format!(
                "Kafka does not answer at {servers}: check `EVENT_BUS_KAFKA_BOOTSTRAP_SERVERS`, and that no firewall drops the packets"
            )
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
            return Some(BusError::transient(format!("cannot talk to Kafka at {reason}")));
        }
        let reason = find(Kind::Resolve).or_else(|| find(Kind::Transport))?;
        // Each of several servers may fail in its own way.
        let is_named = reason.starts_with(&format!("{servers}: "));
        let servers = if is_named { String::new() } else { format!("{servers}: ") };
        Some(BusError::transient(format!("cannot connect to Kafka at {servers}{reason}")))
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

/// Removes the name of the thread, the times and counts at the end, and the repetitions of the broker's address, as in
/// `sasl_ssl://one:9093/bootstrap: Connect to ipv4#127.0.0.1:9093 failed: Connection refused (after 0ms in state CONNECT)`.
fn shortened(reason: &str) -> String {
    let reason = reason
        .strip_prefix("[thrd:")
        .and_then(|rest| rest.split_once("]: "))
        .map_or(reason, |(_, rest)| rest);
    let reason = reason.rfind(" (after ").map_or(reason, |end| &reason[..end]);
    let reason = reason.strip_prefix("GroupCoordinator: ").unwrap_or(reason);
    let Some((broker, what)) = reason.split_once(": ") else { return reason.to_owned() };
    let broker = broker.rsplit_once("://").map_or(broker, |(_, rest)| rest);
    let address = broker.split_once('/').map_or(broker, |(address, _)| address);
    let what = if let Some((host, why)) =
        what.strip_prefix("Connect to ").and_then(|what| what.split_once(" failed: "))
    {
        match host.split_once('#').map_or(host, |(_, host)| host) {
            host if host == address => why.to_owned(),
            host => format!("{why} by {host}"),
        }
    } else {
        what.replace(&format!("Failed to resolve '{address}'"), "the host has no address")
    };
    format!("{address}: {what}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lines::Lines;

    #[test]
    fn an_address_is_named_once() {
        for (reason, short) in [
            (
                "127.0.0.1:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in state CONNECT)",
                "127.0.0.1:1: Connection refused",
            ),
            (
                "[thrd:sasl_ssl://one:9093/bootstrap]: sasl_ssl://one:9093/3: Connect to ipv4#10.0.0.3:9093 failed: Connection refused",
                "one:9093: Connection refused by 10.0.0.3:9093",
            ),
            (
                "one:9092/bootstrap: Failed to resolve 'one:9092': Name or service not known (after 4ms in state CONNECT)",
                "one:9092: the host has no address: Name or service not known",
            ),
            ("GroupCoordinator: one:9092: Disconnected (after 4ms in state UP)", "one:9092: Disconnected"),
            ("SASL authentication failed", "SASL authentication failed"),
        ] {
            assert_eq!(shortened(reason), short);
        }
    }

    /// One of several brokers may be down while others answer.
    #[test]
    fn an_error_that_comes_again_and_again_is_told_once() {
        let errors =
            ClientErrors::new(&KafkaOptions::new("one:9092,two:9092", ["http://registry"]), Arc::default());
        let lines = Lines::default();
        let failed = KafkaError::Global(RDKafkaErrorCode::BrokerTransportFailure);
        tracing::subscriber::with_default(lines.clone(), || {
            for milliseconds in 0..5 {
                for broker in ["one:9092/1", "two:9092/2"] {
                    let reason = format!("{broker}: Disconnected (after {milliseconds}ms in state UP)");
                    errors.note(&failed, &reason);
                    errors.clear();
                }
            }
        });
        assert_eq!(lines.with("a connection to Kafka failed").len(), 2);
    }

    #[test]
    fn a_server_that_does_not_speak_kafka_is_named() {
        for (line, part) in [
            (
                "Receive failed: Invalid response size 1213486160 (0..100000000): increase it",
                "does not speak Kafka's protocol",
            ),
            ("Receive failed: Invalid response size 352518912 (0..100000000): increase it", "may expect TLS"),
            (
                "ApiVersionRequest failed: Local: Timed out: probably due to broker version < 0.10",
                "may not be a Kafka broker",
            ),
        ] {
            let errors =
                ClientErrors::new(&KafkaOptions::new("one:9092", ["http://registry"]), Arc::default());
            assert!(errors.no_answer().contains("one:9092"));
            errors.log(
                RDKafkaLogLevel::Error,
                "FAIL",
                &format!("one:9092/bootstrap: {line} (after 7ms in state APIVERSION_QUERY)"),
            );
            let cause = errors.cause().unwrap().to_string();
            assert!(cause.contains("Kafka at one:9092: ") && cause.contains(part), "{cause}");
            assert_eq!(cause.matches("one:9092").count(), 1, "{cause}");
        }
    }

    /// A service has one table of properties for its producer and its consumers.
    #[test]
    fn properties_of_the_other_kind_of_client_are_no_warning() {
        let errors = ClientErrors::new(&KafkaOptions::new("one:9092", ["http://registry"]), Arc::default());
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
