//! The names of buses.

use openedx_events::event_bus::{Settings, settings::SettingsBuilder};
use serde_json::json;

use super::{QUIZ, register_nats, route};

#[test]
fn bus_names() {
    register_nats();
    let bus = |setting: &str, name: &str| {
        SettingsBuilder::new()
            .value(json!({
                setting: name,
                "EVENT_BUS_REDIS_CONNECTION_URL": "redis://h",
                "EVENT_BUS_KAFKA_BOOTSTRAP_SERVERS": "h:9092",
                "EVENT_BUS_KAFKA_SCHEMA_REGISTRY_URL": "http://h",
            }))
            .build()
            .map(|settings| settings.producer.bus.or(settings.consumer.bus).unwrap())
    };
    assert_eq!(bus("EVENT_BUS_PRODUCER", "memory"), Ok("memory".to_owned()));
    assert_eq!(bus("EVENT_BUS_PRODUCER", "edx_event_bus_redis.create_producer"), Ok("redis".to_owned()));
    assert_eq!(bus("EVENT_BUS_CONSUMER", "edx_event_bus_redis.RedisEventConsumer"), Ok("redis".to_owned()));
    assert_eq!(bus("EVENT_BUS_PRODUCER", "edx_event_bus_kafka.create_producer"), Ok("kafka".to_owned()));
    assert_eq!(bus("EVENT_BUS_CONSUMER", "edx_event_bus_kafka.KafkaEventConsumer"), Ok("kafka".to_owned()));
    assert_eq!(bus("EVENT_BUS_CONSUMER", "nats"), Ok("nats".to_owned()));
    for (setting, name, message) in [
        ("EVENT_BUS_PRODUCER", "edx_event_bus_redis.RedisEventConsumer", "belongs to the other setting"),
        ("EVENT_BUS_CONSUMER", "edx_event_bus_kafka.create_producer", "belongs to the other setting"),
        ("EVENT_BUS_CONSUMER", "my.python.Consumer", "names Python code"),
        ("EVENT_BUS_PRODUCER", "Redis", "the known buses are `memory`, `redis`, `kafka`, `nats`"),
    ] {
        let error = bus(setting, name).unwrap_err();
        assert_eq!(error.findings()[0].path, setting);
        assert!(error.to_string().contains(message), "{error}");
    }
}

#[test]
fn a_missing_bus() {
    let settings =
        Settings::from_value(json!({"EVENT_BUS_PRODUCER_CONFIG": route(QUIZ, "quizzes", "quiz.id", true)}));
    let error = settings.unwrap().producing_bus().unwrap_err();
    assert_eq!(error.findings()[0].path, "EVENT_BUS_PRODUCER");
    assert!(
        error.to_string().contains("such as the one from `org.example.learning.quiz.passed.v1` to `quizzes`"),
        "{error}"
    );
    let settings =
        Settings::from_value(json!({"EVENT_BUS_PRODUCER_CONFIG": route(QUIZ, "quizzes", "quiz.id", false)}));
    assert_eq!(settings.as_ref().unwrap().producing_bus(), Ok(None));
    assert_eq!(settings.unwrap().consuming_bus().unwrap_err().findings()[0].path, "EVENT_BUS_CONSUMER");
}
