//! The settings of Kafka.

use std::time::Duration;

use openedx_events::event_bus::{
    Settings,
    settings::{SettingsBuilder, SettingsError},
};
use serde_json::{Value, json};

use super::{QUIZ, route};

/// Reads settings that choose Kafka, with `more`.
fn read(more: Value) -> Result<Settings, SettingsError> {
    SettingsBuilder::new()
        .value(json!({
            "EVENT_BUS_PRODUCER": "kafka",
            "EVENT_BUS_CONSUMER": "kafka",
            "EVENT_BUS_KAFKA_BOOTSTRAP_SERVERS": "one:9092,two",
            "EVENT_BUS_KAFKA_SCHEMA_REGISTRY_URL": "http://one:8081/,https://two/path/",
        }))
        .value(more)
        .build()
}

/// Returns the path and the message of the only finding.
fn only(more: Value) -> (String, String) {
    let error = read(more).unwrap_err();
    let [finding] = error.findings() else { panic!("{error}") };
    (finding.path.clone(), finding.message.clone())
}

#[test]
fn every_setting_is_read() {
    let settings = read(json!({
        "EVENT_BUS_KAFKA_API_KEY": "key",
        "EVENT_BUS_KAFKA_API_SECRET": "s3cret-1",
        "EVENT_BUS_KAFKA_CLIENT_CONFIG": {"sasl.mechanism": "SCRAM-SHA-512", "socket.timeout.ms": 5000, "sasl.password": "s3cret-2"},
        "EVENT_BUS_KAFKA_SCHEMA_REGISTRY_API_KEY": "user",
        "EVENT_BUS_KAFKA_SCHEMA_REGISTRY_API_SECRET": "s3cret-3",
        "EVENT_BUS_KAFKA_SCHEMA_REGISTRY_TIMEOUT": 0.5,
        "EVENT_BUS_KAFKA_SCHEMA_REGISTRY_AUTO_REGISTER": false,
        "EVENT_BUS_KAFKA_SCHEMA_REGISTRY_CA_CERTS": "/ca.pem",
        "EVENT_BUS_KAFKA_POLL_INTERVAL_SEC": 3,
        "EVENT_BUS_KAFKA_CONSUMERS_ENABLED": false,
        "EVENT_BUS_KAFKA_CONSUMER_POLL_TIMEOUT": 2,
        "EVENT_BUS_KAFKA_CONSUMER_POLL_FAILURE_SLEEP": 3,
        "EVENT_BUS_KAFKA_CONSUMER_CONSECUTIVE_ERRORS_LIMIT": 4,
        "EVENT_BUS_KAFKA_AUDIT_LOGGING_ENABLED": false,
        // Another service that shares these settings is on Redis.
        "EVENT_BUS_REDIS_CONNECTION_URL": "redis://h",
        "EVENT_BUS_REDIS_CONSUMER_POLL_TIMEOUT": 9,
    }))
    .unwrap();
    assert_eq!(settings.warnings(), []);
    let kafka = &settings.buses.kafka;
    assert_eq!(kafka.bootstrap_servers.as_deref(), Some("one:9092,two"));
    assert_eq!(kafka.schema_registry_urls, ["http://one:8081", "https://two/path"]);
    assert_eq!(kafka.api_key.as_deref(), Some("key"));
    assert_eq!(kafka.api_secret.as_ref().unwrap().expose(), "s3cret-1");
    assert_eq!(kafka.client_config.get("socket.timeout.ms"), Some("5000"));
    assert_eq!(kafka.schema_registry_api_secret.as_ref().unwrap().expose(), "s3cret-3");
    assert_eq!(kafka.schema_registry_timeout, Duration::from_millis(500));
    assert!(!kafka.schema_registry_auto_register);
    assert_eq!(kafka.schema_registry_ca_certs.as_deref(), Some("/ca.pem".as_ref()));
    let consumer = &settings.consumer;
    assert!(!consumer.enabled && !consumer.audit_logging_enabled && !settings.producer.audit_logging_enabled);
    assert_eq!(consumer.poll_timeout, Duration::from_secs(2));
    assert_eq!(consumer.poll_failure_sleep, Duration::from_secs(3));
    assert_eq!(consumer.consecutive_errors_limit, Some(4));
    assert!(!format!("{settings:?}").contains("s3cret"), "{settings:?}");
}

#[test]
fn the_client_config_is_json_in_the_environment() {
    let settings = SettingsBuilder::new()
        .variables([("EVENT_BUS_KAFKA_CLIENT_CONFIG", r#"{"ssl.ca.location": "/ca.pem"}"#)])
        .build()
        .unwrap();
    assert_eq!(settings.buses.kafka.client_config.get("ssl.ca.location"), Some("/ca.pem"));
}

#[test]
fn missing_servers_are_named() {
    let error = Settings::from_value(json!({"EVENT_BUS_CONSUMER": "edx_event_bus_kafka.KafkaEventConsumer"}));
    let error = error.unwrap_err();
    let paths: Vec<_> = error.findings().iter().map(|finding| &*finding.path).collect();
    assert_eq!(paths, ["EVENT_BUS_KAFKA_BOOTSTRAP_SERVERS", "EVENT_BUS_KAFKA_SCHEMA_REGISTRY_URL"]);
    assert!(
        error.findings()[0].message.starts_with("not set\nnote: `EVENT_BUS_CONSUMER` is `kafka`"),
        "{error}"
    );
}

#[test]
fn half_a_login_is_refused() {
    for (present, absent) in [
        ("EVENT_BUS_KAFKA_API_KEY", "EVENT_BUS_KAFKA_API_SECRET"),
        ("EVENT_BUS_KAFKA_API_SECRET", "EVENT_BUS_KAFKA_API_KEY"),
        ("EVENT_BUS_KAFKA_SCHEMA_REGISTRY_API_SECRET", "EVENT_BUS_KAFKA_SCHEMA_REGISTRY_API_KEY"),
    ] {
        let (path, message) = only(json!({present: "s3cret"}));
        assert_eq!(path, present);
        assert!(message.starts_with(&format!("set without `{absent}`\n")), "{message}");
        assert!(!message.contains("s3cret"), "{message}");
    }
}

#[test]
fn properties_that_delivery_depends_on_are_refused() {
    for name in [
        "acks",
        "group.id",
        "enable.auto.commit",
        "auto.offset.reset",
        "partitioner",
        "test.mock.num.brokers",
    ] {
        let (path, message) = only(json!({"EVENT_BUS_KAFKA_CLIENT_CONFIG": {name: "s3cret"}}));
        assert_eq!(path, format!("EVENT_BUS_KAFKA_CLIENT_CONFIG['{name}']"));
        assert!(message.starts_with("this property cannot be set\nnote: "), "{message}");
        assert!(!message.contains("s3cret"), "{message}");
    }
    let (_, message) = only(json!({"EVENT_BUS_KAFKA_CLIENT_CONFIG": {"ssl.ca.location": ["/ca.pem"]}}));
    assert!(message.starts_with("expected a string or a number, found a list\n"), "{message}");
    let (_, message) = only(json!({"EVENT_BUS_KAFKA_CLIENT_CONFIG": "ssl.ca.location=/ca.pem"}));
    assert!(
        message.starts_with("expected a table of properties of librdkafka, found a string\n"),
        "{message}"
    );
}

#[test]
fn wrong_keys_of_enabled_routes_are_errors() {
    let routes =
        |key: &str, enabled| json!({"EVENT_BUS_PRODUCER_CONFIG": route(QUIZ, "quizzes", key, enabled)});
    let (path, message) = only(routes("quiz.nothing", true));
    assert_eq!(path, format!("EVENT_BUS_PRODUCER_CONFIG['{QUIZ}']['quizzes']['event_key_field']"));
    assert!(message.contains("note: events without a key can overtake each other"), "{message}");
    let settings = read(routes("quiz.nothing", false)).unwrap();
    assert_eq!(settings.warnings().len(), 1, "a disabled route is only a warning");
    assert_eq!(read(routes("quiz.id", true)).unwrap().warnings(), []);
}

#[test]
fn a_limit_of_the_number_of_dead_letters_has_no_effect() {
    let warnings = read(json!({"EVENT_BUS_CONSUMER_DLQ_MAX_LEN": 100})).unwrap().warnings().to_vec();
    assert_eq!(warnings.len(), 1);
    let warning = warnings[0].to_string();
    assert!(
        warning.contains("EVENT_BUS_CONSUMER_DLQ_MAX_LEN") && warning.contains("no effect on Kafka"),
        "{warning}"
    );
}
