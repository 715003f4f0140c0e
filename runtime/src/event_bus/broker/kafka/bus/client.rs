//! Makes the clients of librdkafka: producers, consumers, administrators. All have the same properties for the connection.

use std::{fs::File, sync::Arc};

use rdkafka::{
    ClientContext,
    config::{ClientConfig, FromClientConfigAndContext, RDKafkaLogLevel},
    consumer::{BaseConsumer, ConsumerContext},
    error::KafkaError,
    message::DeliveryResult,
    producer::{BaseProducer, ProducerContext},
    types::RDKafkaConfRes,
    util::get_rdkafka_version,
};

use super::{client_errors::ClientErrors, options::KafkaOptions};
use crate::event_bus::broker::{BusError, bounded};

/// The setting with the operator's properties.
const SETTING: &str = "EVENT_BUS_KAFKA_CLIENT_CONFIG";

/// Makes a client with its own properties `own`, and the context that gets its errors.
pub(super) fn create<C, T>(options: &KafkaOptions, own: &[(&str, &str)], context: C) -> Result<T, BusError>
where
    C: ClientContext,
    T: FromClientConfigAndContext<C>,
{
    config(options, own).create_with_context(context).map_err(|error| wrong_config(&error, options))
}

/// Lets librdkafka judge the properties: each of the operator's, then all together, for a producer and a consumer. Does not connect.
pub(super) fn check(options: &KafkaOptions) -> Result<(), BusError> {
    let own: Vec<_> = options.client_config.iter().collect();
    let refused: Vec<_> = own.iter().filter_map(|(name, value)| refusal(name, value)).collect();
    if !refused.is_empty() {
        let refused = refused.join("; ");
        return Err(BusError::permanent(format!("the Kafka client refuses `{SETTING}`: {refused}")));
    }
    if options.security_protocol().to_ascii_uppercase().ends_with("SSL") {
        own.iter().try_for_each(|(name, value)| readable(name, value))?;
    }
    config(options, &[]).create_native_config().map_err(|error| wrong_config(&error, options))?;
    if own.is_empty() {
        return Ok(());
    }
    let timeout = milliseconds(options.produce_timeout, 1000);
    let producer = [("acks", "all"), ("enable.idempotence", "true"), ("message.timeout.ms", &timeout)];
    try_out::<BaseProducer<Silent>>(options, &producer)?;
    try_out::<BaseConsumer<Silent>>(options, &[("group.id", "openedx-events")])
}

/// Makes a client that knows no broker, and drops it.
fn try_out<T: FromClientConfigAndContext<Silent>>(
    options: &KafkaOptions,
    own: &[(&str, &str)],
) -> Result<(), BusError> {
    let mut config = config(options, own);
    config.remove("bootstrap.servers");
    let client: Result<T, _> = config.create_with_context(Silent);
    client.map(drop).map_err(|error| wrong_config(&error, options))
}

/// Returns why librdkafka refuses a property, and its name. Does not quote its value, which may be a password in the wrong place.
fn refusal(name: &str, value: &str) -> Option<String> {
    let error = ClientConfig::new().set(name, value).create_native_config().err()?;
    Some(match error {
        KafkaError::ClientConfig(RDKafkaConfRes::RD_KAFKA_CONF_UNKNOWN, ..) => {
            let (_, version) = get_rdkafka_version();
            format!("`{name}` is not a property of librdkafka {version}")
        }
        KafkaError::ClientConfig(_, reason, ..) => format!("`{name}`: {}", without(&reason, value)),
        other => format!("`{name}`: {other}"),
    })
}

/// Removes a value from librdkafka's words, unless it is a number: those name the range.
fn without(reason: &str, value: &str) -> String {
    if value.is_empty() || value.parse::<f64>().is_ok() {
        reason.to_owned()
    } else {
        reason.replace(value, "…")
    }
}

/// Checks that a file or folder of certificates or keys can be read: OpenSSL says neither which file it is nor who named it.
fn readable(name: &str, path: &str) -> Result<(), BusError> {
    if !name.starts_with("ssl.") || !name.ends_with(".location") || path == "probe" {
        return Ok(());
    }
    File::open(path).map(drop).map_err(|error| {
        BusError::permanent(format!("`{name}` in `{SETTING}` is `{path}`, which cannot be read: {error}"))
    })
}

/// Returns the milliseconds of a time, as a property of librdkafka, at least `least`.
pub(super) fn milliseconds(time: std::time::Duration, least: u64) -> String {
    /// The longest time that librdkafka accepts for most properties.
    const LONGEST: u64 = 900_000;
    let milliseconds = u64::try_from(bounded(time).as_millis()).unwrap_or(LONGEST);
    milliseconds.clamp(least, LONGEST).to_string()
}

fn config(options: &KafkaOptions, own: &[(&str, &str)]) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", &options.bootstrap_servers);
    if let Some(name) = &options.service_name {
        config.set("client.id", name);
    }
    config.set("security.protocol", options.security_protocol());
    if let Some((user, password)) = &options.login {
        config.set("sasl.mechanism", "PLAIN");
        config.set("sasl.username", user).set("sasl.password", password.expose());
    }
    // This librdkafka comes with its own OpenSSL, which does not know where the system keeps its CA certificates.
    config.set("ssl.ca.location", "probe");
    // The client soon reconnects to a broker that was down.
    config.set("reconnect.backoff.max.ms", "1000");
    for (name, value) in own {
        config.set(*name, *value);
    }
    for (name, value) in options.client_config.iter() {
        config.set(name, value);
    }
    let is_debugged = config.get("debug").is_some_and(|contexts| !contexts.is_empty());
    config.set_log_level(if is_debugged { RDKafkaLogLevel::Debug } else { RDKafkaLogLevel::Info });
    config
}

/// Returns whether the value of a property may be a secret.
fn is_secret(name: &str) -> bool {
    ["password", "secret", "username", ".pem", "oauthbearer.config"].iter().any(|part| name.contains(part))
}

/// Makes the error of properties that librdkafka refuses. Does not quote a value, which may be a password.
fn wrong_config(error: &KafkaError, options: &KafkaOptions) -> BusError {
    BusError::permanent(match error {
        KafkaError::ClientConfig(_, reason, name, value) => {
            format!("the Kafka client refuses the property `{name}`: {}", without(reason, value))
        }
        KafkaError::ClientCreation(reason) => {
            let mut reason = reason.clone();
            for (_, value) in options.client_config.iter().filter(|(name, _)| is_secret(name)) {
                reason = without(&reason, value);
            }
            let named = options.client_config.iter().filter(|(name, _)| reason.contains(name));
            let files = named.filter(|(name, _)| name.ends_with(".location"));
            let files: Vec<_> = files.map(|(name, path)| format!(" (`{name}` is `{path}`)")).collect();
            let files = files.concat();
            format!(
                "librdkafka cannot make a client with the properties in `{SETTING}`: {}{files}",
                reason.trim_end_matches([':', ' '])
            )
        }
        other => format!("the Kafka client cannot be created: {other}"),
    })
}

/// The context of clients that need no callbacks of their own: logs, and remembers errors.
#[derive(Clone)]
pub(super) struct Context {
    pub(super) errors: Arc<ClientErrors>,
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, line: &str) {
        self.errors.log(level, facility, line);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.errors.note(&error, reason);
    }
}

impl ConsumerContext for Context {}

/// The context of clients that only show whether librdkafka accepts their properties. The real ones log its warnings.
struct Silent;

impl ClientContext for Silent {
    fn log(&self, _: RDKafkaLogLevel, _: &str, _: &str) {}

    fn error(&self, _: KafkaError, _: &str) {}
}

impl ConsumerContext for Silent {}

impl ProducerContext for Silent {
    type DeliveryOpaque = ();

    fn delivery(&self, _: &DeliveryResult<'_>, (): ()) {}
}

#[cfg(test)]
mod tests {
    use super::{KafkaOptions, check, config};
    use crate::event_bus::settings::KafkaSecret;

    fn options() -> KafkaOptions {
        KafkaOptions::new("one:9092", ["http://registry"])
    }

    #[test]
    fn a_login_is_encrypted_and_the_client_config_overrides_it() {
        let mut options = options();
        options.login = Some(("key".to_owned(), KafkaSecret::new("s3cret")));
        options.client_config.set("sasl.mechanism", "SCRAM-SHA-512").unwrap();
        let config = config(&options, &[("acks", "all")]);
        for (name, value) in [
            ("security.protocol", "SASL_SSL"),
            ("sasl.mechanism", "SCRAM-SHA-512"),
            ("sasl.username", "key"),
            ("sasl.password", "s3cret"),
            ("acks", "all"),
        ] {
            assert_eq!(config.get(name), Some(value));
        }
        check(&options).unwrap();
    }

    /// Returns the message about these properties.
    fn refused(properties: &[(&str, &str)]) -> String {
        let mut options = options();
        for (name, value) in properties {
            options.client_config.set(name, *value).unwrap();
        }
        let error = check(&options).unwrap_err();
        assert!(!error.is_transient());
        error.to_string()
    }

    #[test]
    fn all_wrong_properties_are_named_without_their_values() {
        let message =
            refused(&[("no.such.property", "s3cret"), ("compression.type", "s3cret"), ("linger.ms", "-1")]);
        assert!(
            message.starts_with("the Kafka client refuses `EVENT_BUS_KAFKA_CLIENT_CONFIG`: "),
            "{message}"
        );
        for part in [
            "`no.such.property` is not a property of librdkafka 2.",
            "`compression.type`: ",
            "`linger.ms`: ",
            "-1",
        ] {
            assert!(message.contains(part), "{message}");
        }
        assert!(!message.contains("s3cret"), "{message}");
    }

    #[test]
    fn properties_that_contradict_each_other_are_refused() {
        for (properties, part) in [
            (&[("linger.ms", "60000")][..], "`linger.ms`"),
            (&[("session.timeout.ms", "400000")], "`session.timeout.ms`"),
            (&[("security.protocol", "SASL_SSL"), ("sasl.mechanism", "NONE")], "NONE"),
        ] {
            let message = refused(properties);
            assert!(
                message.contains(part) && message.contains("`EVENT_BUS_KAFKA_CLIENT_CONFIG`"),
                "{message}"
            );
        }
    }

    #[test]
    fn files_that_cannot_be_used_are_named() {
        let missing = [("security.protocol", "ssl"), ("ssl.ca.location", "/no/such/ca.pem")];
        assert_eq!(
            refused(&missing),
            "`ssl.ca.location` in `EVENT_BUS_KAFKA_CLIENT_CONFIG` is `/no/such/ca.pem`, which cannot be read: No such file or \
             directory (os error 2)"
        );
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let wrong = [missing[0], ("ssl.ca.location", file.to_str().unwrap())];
        let message = refused(&wrong);
        assert!(message.ends_with(&format!("(`ssl.ca.location` is `{}`)", file.display())), "{message}");
    }
}
