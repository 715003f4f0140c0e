//! The settings of Kafka, which are read and checked in every program, with or without the feature `kafka`. This folder may
//! use the tables of `settings`.

mod built_in;
mod client_config;
mod login;
mod registry_urls;
mod servers;

use std::{path::PathBuf, time::Duration};

pub use self::{client_config::KafkaClientConfig, login::KafkaSecret};
use crate::event_bus::settings::{
    row::settings,
    value::{Given, boolean, positive_seconds, seconds, string},
};

settings! {
    /// What only Kafka needs.
    pub struct KafkaSettings {
        /// The brokers to ask for the others, such as `one:9092,two:9092`.
        "EVENT_BUS_KAFKA_BOOTSTRAP_SERVERS" => bootstrap_servers: Option<String> = None, servers::read;
        /// The user at the brokers. With it, connections are encrypted, and the login is SASL/PLAIN.
        "EVENT_BUS_KAFKA_API_KEY" => api_key: Option<String> = None, string;
        /// The password of this user.
        "EVENT_BUS_KAFKA_API_SECRET" => api_secret: Option<KafkaSecret> = None, login::secret;
        /// Further properties of librdkafka, the Kafka client, such as `{"ssl.ca.location": "/etc/ca.pem"}`. They override
        /// those that the other settings imply. See [`KafkaClientConfig`].
        "EVENT_BUS_KAFKA_CLIENT_CONFIG" => client_config: KafkaClientConfig = KafkaClientConfig::default();
        /// The URL of the schema registry. If there are several servers, their URLs with commas between them: the next one is
        /// asked if one does not answer.
        "EVENT_BUS_KAFKA_SCHEMA_REGISTRY_URL" => schema_registry_urls: Vec<String> = Vec::new(), registry_urls::read;
        /// The user at the schema registry.
        "EVENT_BUS_KAFKA_SCHEMA_REGISTRY_API_KEY" => schema_registry_api_key: Option<String> = None, string;
        /// The password of this user.
        "EVENT_BUS_KAFKA_SCHEMA_REGISTRY_API_SECRET" => schema_registry_api_secret: Option<KafkaSecret> = None, login::secret;
        /// Seconds in which a server of the schema registry must answer.
        "EVENT_BUS_KAFKA_SCHEMA_REGISTRY_TIMEOUT" => schema_registry_timeout: Duration = Duration::from_secs(5), positive_seconds;
        /// Whether producers register the schemas of their events. Otherwise they only look them up.
        "EVENT_BUS_KAFKA_SCHEMA_REGISTRY_AUTO_REGISTER" => schema_registry_auto_register: bool = true, boolean;
        /// A PEM file of the authorities that the certificate of the schema registry may come from. Without it, the system's
        /// authorities are trusted.
        "EVENT_BUS_KAFKA_SCHEMA_REGISTRY_CA_CERTS" => schema_registry_ca_certs: Option<PathBuf> = None, path;
        /// Python's interval between polls for delivery reports. It has no effect here: reports arrive at once.
        "EVENT_BUS_KAFKA_POLL_INTERVAL_SEC" => poll_interval: Duration = Duration::from_secs(1), seconds;
    }
}

fn path(given: Given<'_>) -> Result<PathBuf, String> {
    string(given).map(PathBuf::from)
}
