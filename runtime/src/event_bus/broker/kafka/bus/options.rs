//! How to reach Kafka and its schema registry.

use std::{path::PathBuf, time::Duration};

use crate::event_bus::{
    broker::{
        BusError,
        kafka::settings::{KafkaClientConfig, KafkaSecret, KafkaSettings},
    },
    settings::ProducerSettings,
};

/// How to reach Kafka and its schema registry.
///
/// `Debug` hides passwords.
///
/// ```
/// use std::time::Duration;
///
/// use openedx_events::event_bus::KafkaOptions;
/// use openedx_events::event_bus::settings::KafkaSecret;
///
/// let mut options = KafkaOptions::new("one:9092,two:9092", ["http://registry:8081"]);
/// options.login = Some(("worker".to_owned(), KafkaSecret::new("s3cret")));
/// options.produce_timeout = Duration::from_secs(5);
/// assert!(!format!("{options:?}").contains("s3cret"));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct KafkaOptions {
    /// The brokers to ask for the others: hosts and ports with commas between them.
    pub bootstrap_servers: String,
    /// The user and the password at the brokers. With them, connections are encrypted, and the login is SASL/PLAIN.
    pub login: Option<(String, KafkaSecret)>,
    /// Further properties of librdkafka, which override those that the other options imply.
    pub client_config: KafkaClientConfig,
    /// The URLs of the servers of the schema registry. The next one is asked if one does not answer.
    pub registry_urls: Vec<String>,
    /// The user and the password at the schema registry.
    pub registry_login: Option<(String, KafkaSecret)>,
    /// The time in which a server of the schema registry must answer; 5 seconds by default.
    pub registry_timeout: Duration,
    /// A PEM file of the authorities that the certificate of the schema registry may come from. Without it, the system's
    /// authorities are trusted.
    pub registry_ca_certs: Option<PathBuf>,
    /// Whether producers register the schemas of their events; `true` by default. Otherwise they only look them up.
    pub auto_register: bool,
    /// The time after which the client gives up a message, at least 1 second; 2 seconds by default. A producer with a longer
    /// timeout needs the same time here.
    pub produce_timeout: Duration,
    /// The name of the service, which brokers see as the client's id.
    pub service_name: Option<String>,
}

impl KafkaOptions {
    /// Connects to the cluster of these brokers, and to the schema registry at these URLs, without a login.
    pub fn new<U: Into<String>>(
        bootstrap_servers: impl Into<String>,
        registry_urls: impl IntoIterator<Item = U>,
    ) -> Self {
        let KafkaSettings { schema_registry_timeout, schema_registry_auto_register, client_config, .. } =
            KafkaSettings::default();
        Self {
            bootstrap_servers: bootstrap_servers.into(),
            login: None,
            client_config,
            registry_urls: registry_urls.into_iter().map(Into::into).collect(),
            registry_login: None,
            registry_timeout: schema_registry_timeout,
            registry_ca_certs: None,
            auto_register: schema_registry_auto_register,
            produce_timeout: ProducerSettings::default().timeout,
            service_name: None,
        }
    }

    /// Connects to the cluster in `settings`, for the service of this name.
    ///
    /// # Errors
    ///
    /// If the settings name no brokers or no schema registry.
    pub fn from_settings(settings: &KafkaSettings, service_name: Option<&str>) -> Result<Self, BusError> {
        let missing = |name: &str| BusError::permanent(format!("no server is configured: set `{name}`"));
        let servers = settings.bootstrap_servers.clone();
        let servers = servers.ok_or_else(|| missing("EVENT_BUS_KAFKA_BOOTSTRAP_SERVERS"))?;
        if settings.schema_registry_urls.is_empty() {
            return Err(missing("EVENT_BUS_KAFKA_SCHEMA_REGISTRY_URL"));
        }
        let login = |key: &Option<String>, secret: &Option<KafkaSecret>| key.clone().zip(secret.clone());
        let mut options = Self::new(servers, settings.schema_registry_urls.clone());
        options.login = login(&settings.api_key, &settings.api_secret);
        options.client_config = settings.client_config.clone();
        options.registry_login =
            login(&settings.schema_registry_api_key, &settings.schema_registry_api_secret);
        options.registry_timeout = settings.schema_registry_timeout;
        options.registry_ca_certs.clone_from(&settings.schema_registry_ca_certs);
        options.auto_register = settings.schema_registry_auto_register;
        options.service_name = service_name.map(str::to_owned);
        Ok(options)
    }

    /// Returns the protocol of the connections to brokers, such as `SASL_SSL`.
    pub(super) fn security_protocol(&self) -> &str {
        let implied = if self.login.is_some() { "SASL_SSL" } else { "PLAINTEXT" };
        self.client_config.get("security.protocol").unwrap_or(implied)
    }
}
