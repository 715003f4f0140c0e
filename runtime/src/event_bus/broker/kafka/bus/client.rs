//! Makes the clients of librdkafka: producers, consumers, administrators. All have the same properties for the connection.

use std::sync::Arc;

use rdkafka::{
    ClientContext,
    config::{ClientConfig, FromClientConfigAndContext, RDKafkaLogLevel},
    consumer::ConsumerContext,
    error::KafkaError,
};

use super::{client_errors::ClientErrors, options::KafkaOptions};
use crate::event_bus::broker::{BusError, bounded};

/// Makes a client with its own properties `own`, and the context that gets its errors.
pub(super) fn create<C, T>(options: &KafkaOptions, own: &[(&str, &str)], context: C) -> Result<T, BusError>
where
    C: ClientContext,
    T: FromClientConfigAndContext<C>,
{
    config(options, own).create_with_context(context).map_err(|error| wrong_config(&error))
}

/// Checks the properties of the connection. Does not connect.
pub(super) fn check(options: &KafkaOptions) -> Result<(), BusError> {
    config(options, &[]).create_native_config().map(drop).map_err(|error| wrong_config(&error))
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

/// Makes the error of properties that librdkafka refuses. Does not quote a value, which may be a password.
fn wrong_config(error: &KafkaError) -> BusError {
    const SETTING: &str = "EVENT_BUS_KAFKA_CLIENT_CONFIG";
    BusError::permanent(match error {
        KafkaError::ClientConfig(_, reason, name, value) => {
            let reason = if value.is_empty() { reason.clone() } else { reason.replace(value, "…") };
            format!(
                "the Kafka client refuses the property `{name}`, which may come from `{SETTING}`: {reason}"
            )
        }
        KafkaError::ClientCreation(reason) => {
            format!("the Kafka client cannot be created; its properties may come from `{SETTING}`: {reason}")
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

    #[test]
    fn wrong_properties_are_named_without_their_value() {
        for (name, value) in [("no.such.property", "s3cret"), ("compression.type", "s3cret")] {
            let mut options = options();
            options.client_config.set(name, value).unwrap();
            let error = check(&options).unwrap_err();
            assert!(!error.is_transient());
            let message = error.to_string();
            assert!(message.contains(name) && !message.contains("s3cret"), "{message}");
        }
    }
}
