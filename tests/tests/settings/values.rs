//! Values of each kind, and the messages about wrong ones.

use std::time::Duration;

use openedx_events::event_bus::{
    Settings,
    settings::{ConsumerExtra, DeliveryMode, SettingsBuilder, Severity},
};
use serde_json::json;

use super::{QUIZ, error, only, register_nats, route};

#[test]
fn defaults_are_as_documented() {
    let settings = Settings::from_value(json!({})).unwrap();
    assert_eq!(settings, Settings::default());
    assert_eq!((settings.service_name, settings.topic_prefix), (None, None));
    assert_eq!((&settings.producer.bus, &settings.consumer.bus), (&None, &None));
    assert_eq!(
        (settings.producer.delivery, settings.producer.timeout),
        (DeliveryMode::Wait, Duration::from_secs(2))
    );
    let consumer = settings.consumer;
    assert!(consumer.enabled && consumer.config.is_empty());
    assert_eq!((consumer.max_attempts, consumer.dlq_max_len), (8, 10_000));
    assert_eq!((consumer.pause_after, consumer.pause_max), (10, Duration::from_mins(2)));
    assert_eq!((consumer.retry_min, consumer.retry_max), (Duration::from_secs(1), Duration::from_mins(1)));
    assert_eq!(consumer.receiver_timeout, Duration::from_mins(1));
    assert_eq!(consumer.dlq_max_age, Duration::from_hours(14 * 24));
    assert_eq!(
        (consumer.poll_timeout, consumer.poll_failure_sleep),
        (Duration::from_mins(1), Duration::from_secs(1))
    );
    assert_eq!(consumer.consecutive_errors_limit, None);
    assert_eq!((settings.buses.redis.stream_max_len, settings.buses.redis.stream_max_age), (10_000, None));
    assert!(consumer.audit_logging_enabled && settings.producer.audit_logging_enabled);
}

#[test]
fn every_setting_is_read() {
    let settings = Settings::from_value(json!({
        "EVENTS_SERVICE_NAME": "quizzes",
        "SERVICE_VARIANT": "other",
        "EVENT_BUS_PRODUCER": "redis",
        "EVENT_BUS_CONSUMER": "memory",
        "EVENT_BUS_TOPIC_PREFIX": "dev",
        "EVENT_BUS_PRODUCER_CONFIG": route(QUIZ, "quizzes", "quiz.id", true),
        "EVENT_BUS_CONSUMER_CONFIG": {
            "quizzes": {"group_id": "grades", "enabled": false, "extra": {
                "consumer_name": "grades.1", "last_read_msg_id": "7-1", "check_backlog": true,
                "claim_msgs_older_than": 90_000,
            }},
            "hints": {"group_id": "grades"},
        },
        "EVENT_BUS_PRODUCER_DELIVERY": "background",
        "EVENT_BUS_PRODUCER_TIMEOUT": 1.5,
        "EVENT_BUS_CONSUMER_MAX_ATTEMPTS": 1,
        "EVENT_BUS_CONSUMER_RETRY_MIN": 1,
        "EVENT_BUS_CONSUMER_RETRY_MAX": 2,
        "EVENT_BUS_CONSUMER_PAUSE_AFTER": 0,
        "EVENT_BUS_CONSUMER_PAUSE_MAX": 10,
        "EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT": 3,
        "EVENT_BUS_CONSUMER_DLQ_MAX_AGE": 4,
        "EVENT_BUS_CONSUMER_DLQ_MAX_LEN": 5,
        "EVENT_BUS_REDIS_CONNECTION_URL": "redis://localhost",
        "EVENT_BUS_REDIS_STREAM_MAX_LEN": 6,
        "EVENT_BUS_REDIS_STREAM_MAX_AGE": 7,
        "EVENT_BUS_REDIS_CONSUMERS_ENABLED": false,
        "EVENT_BUS_REDIS_CONSUMER_POLL_TIMEOUT": 8,
        "EVENT_BUS_REDIS_CONSUMER_POLL_FAILURE_SLEEP": 0,
        "EVENT_BUS_REDIS_CONSUMER_CONSECUTIVE_ERRORS_LIMIT": 9,
        "EVENT_BUS_REDIS_AUDIT_LOGGING_ENABLED": false,
    }))
    .unwrap();
    assert_eq!(settings.warnings(), []);
    assert_eq!(settings.service_name.as_deref(), Some("quizzes"));
    assert_eq!(settings.producing_bus(), Ok(Some("redis")));
    assert_eq!(settings.consuming_bus(), Ok("memory"));
    assert_eq!(
        (settings.stream_name("quizzes"), settings.producer.delivery),
        ("dev-quizzes".into(), DeliveryMode::Background)
    );
    assert_eq!(settings.producer.timeout, Duration::from_millis(1500));
    let consumer = settings.consumer;
    assert_eq!((consumer.max_attempts, consumer.dlq_max_len, consumer.enabled), (1, 5, false));
    assert_eq!((consumer.pause_after, consumer.pause_max), (0, Duration::from_secs(10)));
    assert_eq!(
        [consumer.retry_min, consumer.retry_max, consumer.receiver_timeout, consumer.dlq_max_age],
        [1, 2, 3, 4].map(Duration::from_secs)
    );
    assert_eq!(
        (consumer.poll_timeout, consumer.poll_failure_sleep),
        (Duration::from_secs(8), Duration::ZERO)
    );
    assert_eq!(consumer.consecutive_errors_limit, Some(9));
    assert_eq!(
        (settings.buses.redis.stream_max_len, settings.buses.redis.stream_max_age),
        (6, Some(Duration::from_secs(7)))
    );
    assert!(!consumer.audit_logging_enabled && !settings.producer.audit_logging_enabled);
    let quizzes = &consumer.config["quizzes"];
    assert_eq!((&*quizzes.group_id, quizzes.enabled), ("grades", false));
    assert_eq!(quizzes.extra.consumer_name.as_deref(), Some("grades.1"));
    assert_eq!(quizzes.extra.last_read_msg_id.as_deref(), Some("7-1"));
    assert!(quizzes.extra.check_backlog);
    assert_eq!(quizzes.extra.claim_msgs_older_than, Duration::from_secs(90));
    assert!(consumer.config["hints"].enabled);
    assert_eq!(consumer.config["hints"].extra.claim_msgs_older_than, Duration::from_mins(10));
}

#[test]
fn null_and_the_empty_string_mean_not_set() {
    let settings = json!({
        "EVENTS_SERVICE_NAME": "", "SERVICE_VARIANT": "lms", "EVENT_BUS_PRODUCER": null, "EVENT_BUS_TOPIC_PREFIX": "",
        "EVENT_BUS_PRODUCER_CONFIG": null, "EVENT_BUS_REDIS_STREAM_MAX_LEN": null,
        "EVENT_BUS_REDIS_CONSUMERS_ENABLED": null, "EVENT_BUS_BACKEND": null,
    });
    let settings = Settings::from_value(settings).unwrap();
    assert_eq!(settings.service_name.as_deref(), Some("lms"));
    let mut expected = Settings::default();
    expected.service_name = Some("lms".to_owned());
    assert_eq!(settings, expected);
    // An empty variable does not hide the value in a file.
    let settings = SettingsBuilder::new()
        .value(json!({"EVENT_BUS_TOPIC_PREFIX": "dev", "EVENT_BUS_PRODUCER_CONFIG": route(QUIZ, "t", "quiz.id", true)}))
        .variables([("EVENT_BUS_TOPIC_PREFIX", ""), ("EVENT_BUS_PRODUCER_CONFIG", ""), ("EVENT_BUS_CONSUMER_CONFIG", "null")])
        .build()
        .unwrap();
    assert_eq!(settings.topic_prefix.as_deref(), Some("dev"));
    assert!(settings.producer.config.iter().any(|(_, _, route)| route.enabled));
}

#[test]
fn invalid_values() {
    for (name, wrong, message) in [
        ("EVENTS_SERVICE_NAME", json!(5), "expected a string, found a number"),
        ("EVENT_BUS_TOPIC_PREFIX", json!(true), "expected a string, found a boolean"),
        ("EVENT_BUS_REDIS_CONNECTION_URL", json!(["redis://:secret@h"]), "expected a string, found a list"),
        (
            "EVENT_BUS_PRODUCER_DELIVERY",
            json!("Wait"),
            "expected `wait` or `background`, found the string `Wait`",
        ),
        (
            "EVENT_BUS_REDIS_CONSUMERS_ENABLED",
            json!("false"),
            "expected `true` or `false`, found the string `false`",
        ),
        ("EVENT_BUS_REDIS_CONSUMERS_ENABLED", json!(1), "expected `true` or `false`, found `1`"),
        (
            "EVENT_BUS_REDIS_AUDIT_LOGGING_ENABLED",
            json!("on"),
            "expected `true` or `false`, found the string `on`",
        ),
        ("EVENT_BUS_PRODUCER_CONFIG", json!("{}"), "expected a table of event types, found a string"),
        ("EVENT_BUS_PRODUCER_CONFIG", json!([]), "expected a table of event types, found a list"),
        ("EVENT_BUS_CONSUMER_CONFIG", json!(0), "expected a table of topics, found a number"),
        (
            "EVENT_BUS_PRODUCER_TIMEOUT",
            json!(0),
            "expected a number of seconds above 0 and at most 1000000000, found `0`",
        ),
        (
            "EVENT_BUS_PRODUCER_TIMEOUT",
            json!(1e300),
            "expected a number of seconds above 0 and at most 1000000000, found `1e+300`",
        ),
        (
            "EVENT_BUS_PRODUCER_TIMEOUT",
            json!("NaN"),
            "expected a number of seconds above 0 and at most 1000000000, found the string `NaN`",
        ),
        (
            "EVENT_BUS_CONSUMER_DLQ_MAX_AGE",
            json!("14d"),
            "expected a number of seconds above 0 and at most 1000000000, found the string `14d`",
        ),
        (
            "EVENT_BUS_REDIS_CONSUMER_POLL_FAILURE_SLEEP",
            json!(-1),
            "expected a number of seconds from 0 to 1000000000, found `-1`",
        ),
    ] {
        let (path, found) = only(json!({name: wrong}));
        assert_eq!(path, name);
        assert_eq!(found.lines().next().unwrap(), message, "{name}");
        assert!(found.contains("\nhelp: "), "{found}");
    }
    let counts = [
        json!(0),
        json!(-3),
        json!(2.5),
        json!("ten"),
        json!(1e30),
        json!("99999999999999999999"),
        json!({}),
    ];
    for wrong in counts {
        let (path, found) = only(json!({"EVENT_BUS_REDIS_STREAM_MAX_LEN": wrong}));
        assert_eq!(path, "EVENT_BUS_REDIS_STREAM_MAX_LEN");
        assert!(
            found.starts_with("expected a whole number from 1 to 18446744073709551615, found "),
            "{found}"
        );
    }
    assert!(error(json!([])).to_string().contains("expected a table of names and values, found a list"));
}

#[test]
fn all_findings_are_reported_at_once_errors_first() {
    let error = error(json!({
        "EVENT_BUS_BACKEND": "redis",
        "EVENT_BUS_PRODUCER": "edx_event_bus_rabbit.create_producer",
        "EVENT_BUS_CONSUMER": "redis",
        "EVENT_BUS_PRODUCER_TIMEOUT": "soon",
        "EVENT_BUS_PRODUCER_CONFIG": route("org.example.learning.quiz.pased.v1", "a b", "quiz.id", true),
    }));
    let found: Vec<_> = error.findings().iter().map(|finding| (finding.severity, &*finding.path)).collect();
    assert_eq!(
        found,
        [
            (Severity::Error, "EVENT_BUS_PRODUCER"),
            (Severity::Error, "EVENT_BUS_PRODUCER_CONFIG['org.example.learning.quiz.pased.v1']"),
            (Severity::Error, "EVENT_BUS_PRODUCER_CONFIG['org.example.learning.quiz.pased.v1']['a b']"),
            (Severity::Error, "EVENT_BUS_PRODUCER_TIMEOUT"),
            (Severity::Error, "EVENT_BUS_REDIS_CONNECTION_URL"),
            (Severity::Warning, "EVENT_BUS_BACKEND"),
        ]
    );
    let messages: Vec<_> = error.findings().iter().map(|finding| &*finding.message).collect();
    assert!(
        messages[0].starts_with("`edx_event_bus_rabbit.create_producer` is not a bus\nnote: "),
        "{}",
        messages[0]
    );
    assert!(messages[1].ends_with("help: write `org.example.learning.quiz.passed.v1`"), "{}", messages[1]);
    assert!(messages[2].starts_with("the topic `a b` contains the character ` `\nnote: "), "{}", messages[2]);
    assert!(messages[4].starts_with("not set\nnote: `EVENT_BUS_CONSUMER` is `redis`"), "{}", messages[4]);
}

#[test]
fn contradictory_timeouts() {
    let (path, message) = only(json!({"EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT": 600}));
    assert_eq!(path, "EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT");
    assert!(message.starts_with("messages are claimed after 600000 ms"), "{message}");
    // It is valid if every consumer claims messages later than the default.
    let slow = |claim: u64| {
        let consumers = json!({"t": {"group_id": "g", "extra": {"claim_msgs_older_than": claim}}});
        json!({"EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT": 900, "EVENT_BUS_CONSUMER_CONFIG": consumers})
    };
    assert!(Settings::from_value(slow(900_001)).is_ok());
    assert_eq!(only(slow(900_000)).0, "EVENT_BUS_CONSUMER_CONFIG['t']['extra']['claim_msgs_older_than']");
    assert_eq!(only(slow(600_000)).0, "EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT");
    // A bus that does not claim messages has no such limit.
    register_nats();
    let on_nats = |claim| {
        let mut settings = slow(claim);
        settings["EVENT_BUS_CONSUMER"] = "nats".into();
        Settings::from_value(settings)
    };
    assert!(on_nats(900_000).is_ok() && on_nats(600_000).is_ok());
    let extra = r#"{"claim_msgs_older_than": 1000}"#;
    assert!(on_nats(600_000).unwrap().read_extra(ConsumerExtra::default(), extra).is_ok());
    let (path, message) = only(json!({"EVENT_BUS_CONSUMER_RETRY_MAX": 0.1}));
    assert_eq!(path, "EVENT_BUS_CONSUMER_RETRY_MAX");
    assert!(
        message.starts_with("the first wait of 1 s is longer than the longest wait of 0.1 s"),
        "{message}"
    );
}
