//! Settings of the event bus: kinds of values, sources, and what is said of each mistake.

use std::{fs, path::PathBuf, time::Duration};

use openedx_events::{
    event_bus::{
        Settings,
        settings::{BusName, Delivery, SettingsBuilder, SettingsError, Severity},
    },
    prelude::*,
};
use serde_json::{Value, json};

/// A quiz was passed.
#[event(type = "org.example.learning.quiz.passed.v1", key = quiz.id)]
pub struct QuizPassed {
    /// The quiz.
    pub quiz: QuizData,
}

/// A quiz.
#[payload]
pub struct QuizData {
    /// Its id.
    pub id: i64,
    /// Who made it.
    pub author: Option<AuthorData>,
    /// What part of the points it takes to pass.
    pub threshold: f64,
    /// Words to find it by.
    pub tags: Vec<String>,
}

/// An author.
#[payload]
pub struct AuthorData {
    /// Login name.
    pub login: String,
}

/// A hint was shown.
#[event(type = "org.example.learning.hint.shown.v1", local_only = "is for this process")]
pub struct HintShown {
    /// The hint.
    pub hint: String,
}

const QUIZ: &str = "org.example.learning.quiz.passed.v1";

fn error(settings: Value) -> SettingsError {
    Settings::from_value(settings).unwrap_err()
}

/// The one finding: path and message.
fn only(settings: Value) -> (String, String) {
    let error = error(settings);
    let [finding] = error.findings() else { panic!("{error}") };
    assert_eq!(finding.severity(), Severity::Error);
    (finding.path().to_owned(), finding.message().to_owned())
}

fn warnings(settings: Value) -> Vec<(String, String)> {
    let settings = Settings::from_value(settings).unwrap();
    let warnings = settings.warnings().iter();
    warnings.map(|warning| (warning.path().to_owned(), warning.message().to_owned())).collect()
}

fn route(event_type: &str, topic: &str, key: &str, enabled: bool) -> Value {
    json!({event_type: {topic: {"event_key_field": key, "enabled": enabled}}})
}

fn from_variables<const N: usize>(variables: [(&str, &str); N]) -> Result<Settings, SettingsError> {
    SettingsBuilder::new().variables(variables).build()
}

/// Settings in a file of that extension.
fn from_file(extension: &str, text: impl AsRef<[u8]>) -> Result<Settings, SettingsError> {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("settings_{number}.{extension}"));
    fs::write(&path, text).unwrap();
    let settings = SettingsBuilder::new().file(&path).build();
    fs::remove_file(&path).unwrap();
    settings
}

#[test]
fn without_settings_there_are_the_documented_defaults() {
    let settings = Settings::from_value(json!({})).unwrap();
    assert_eq!(settings, Settings::default());
    assert_eq!((settings.service_name, settings.topic_prefix), (None, None));
    assert_eq!((&settings.producer.bus, &settings.consumer.bus), (&None, &None));
    assert_eq!(
        (settings.producer.delivery, settings.producer.timeout),
        (Delivery::Wait, Duration::from_secs(2))
    );
    let consumer = settings.consumer;
    assert!(consumer.enabled && consumer.config.is_empty());
    assert_eq!((consumer.max_attempts, consumer.dlq_max_len), (5, 10_000));
    assert_eq!(
        (consumer.retry_min, consumer.retry_max),
        (Duration::from_millis(200), Duration::from_secs(30))
    );
    assert_eq!(consumer.receiver_timeout, Duration::from_secs(60));
    assert_eq!(consumer.dlq_max_age, Duration::from_secs(1_209_600));
    assert_eq!(
        (consumer.poll_timeout, consumer.poll_failure_sleep),
        (Duration::from_secs(60), Duration::from_secs(1))
    );
    assert_eq!(consumer.consecutive_errors_limit, None);
    assert_eq!((settings.redis.stream_max_len, settings.redis.stream_max_age), (10_000, None));
    assert!(settings.redis.audit_logging_enabled);
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
    assert_eq!(settings.producing_bus(), Ok(Some(&BusName::Redis)));
    assert_eq!(settings.consuming_bus(), Ok(&BusName::Memory));
    assert_eq!(
        (settings.stream_name("quizzes"), settings.producer.delivery),
        ("dev-quizzes".into(), Delivery::Background)
    );
    assert_eq!(settings.producer.timeout, Duration::from_millis(1500));
    let consumer = settings.consumer;
    assert_eq!((consumer.max_attempts, consumer.dlq_max_len, consumer.enabled), (1, 5, false));
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
        (settings.redis.stream_max_len, settings.redis.stream_max_age),
        (6, Some(Duration::from_secs(7)))
    );
    assert!(!settings.redis.audit_logging_enabled);
    let quizzes = &consumer.config["quizzes"];
    assert_eq!((&*quizzes.group_id, quizzes.enabled), ("grades", false));
    assert_eq!(quizzes.extra.consumer_name.as_deref(), Some("grades.1"));
    assert_eq!(quizzes.extra.last_read_msg_id.as_deref(), Some("7-1"));
    assert!(quizzes.extra.check_backlog);
    assert_eq!(quizzes.extra.claim_msgs_older_than, Duration::from_secs(90));
    assert!(consumer.config["hints"].enabled);
    assert_eq!(consumer.config["hints"].extra.claim_msgs_older_than, Duration::from_secs(600));
}

#[test]
fn null_and_the_empty_text_are_not_set() {
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
    // An empty variable does not hide what a file says.
    let settings = SettingsBuilder::new()
        .value(json!({"EVENT_BUS_TOPIC_PREFIX": "dev", "EVENT_BUS_PRODUCER_CONFIG": route(QUIZ, "t", "quiz.id", true)}))
        .variables([("EVENT_BUS_TOPIC_PREFIX", ""), ("EVENT_BUS_PRODUCER_CONFIG", ""), ("EVENT_BUS_CONSUMER_CONFIG", "null")])
        .build()
        .unwrap();
    assert_eq!(settings.topic_prefix.as_deref(), Some("dev"));
    assert!(settings.producer.config.has_enabled());
}

#[test]
fn variables_are_texts() {
    let settings = from_variables([
        ("EVENT_BUS_REDIS_CONSUMERS_ENABLED", "No"),
        ("EVENT_BUS_REDIS_AUDIT_LOGGING_ENABLED", "0"),
        ("EVENT_BUS_REDIS_STREAM_MAX_LEN", " 20000 "),
        ("EVENT_BUS_PRODUCER_TIMEOUT", "0.25"),
        ("EVENT_BUS_CONSUMER_CONFIG", r#"{"t": {"group_id": "g"}}"#),
        ("EVENTS_SERVICE_NAME", "7"),
        ("PATH", "/bin"),
    ])
    .unwrap();
    assert!(!settings.consumer.enabled && !settings.redis.audit_logging_enabled);
    assert_eq!(
        (settings.redis.stream_max_len, settings.producer.timeout),
        (20_000, Duration::from_millis(250))
    );
    assert_eq!((settings.consumer.config.len(), settings.service_name.as_deref()), (1, Some("7")));
    for (text, enabled) in
        [("true", true), ("TRUE", true), ("1", true), ("on", true), ("yes", true), ("off", false)]
    {
        let settings = from_variables([("EVENT_BUS_REDIS_CONSUMERS_ENABLED", text)]).unwrap();
        assert_eq!(settings.consumer.enabled, enabled, "{text}");
    }
    let error = from_variables([
        ("EVENT_BUS_REDIS_CONSUMERS_ENABLED", "maybe"),
        ("EVENT_BUS_PRODUCER_CONFIG", "{'a': True}"),
        ("EVENT_BUS_CONSUMER_CONFIG", "[]"),
    ])
    .unwrap_err();
    let texts: Vec<_> = error.findings().iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "error: `EVENT_BUS_CONSUMER_CONFIG` in the environment: a table of topics is needed, found a list\n  \
             note: it is topic → `group_id`, `enabled` and `extra`\n  \
             help: write it as in `{\"my-topic\": {\"group_id\": \"my-service\"}}`",
            "error: `EVENT_BUS_PRODUCER_CONFIG` in the environment: the variable is no JSON: key must be a string at \
             line 1 column 2\n  help: write the table as one JSON object",
            "error: `EVENT_BUS_REDIS_CONSUMERS_ENABLED` in the environment: `true` or `false` is needed, found the \
             text `maybe`\n  help: write `true` or `false`",
        ]
    );
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_an_error() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let value = OsStr::from_bytes(b"\xff");
    let build = |name: &OsStr| SettingsBuilder::new().variables([(name, value)]).build();
    let error = build(OsStr::new("EVENT_BUS_TOPIC_PREFIX")).unwrap_err();
    assert_eq!(error.findings()[0].path(), "EVENT_BUS_TOPIC_PREFIX");
    // Somebody else's.
    assert!(build(OsStr::new("LS_COLORS")).is_ok() && build(value).is_ok());
}

#[test]
fn values_of_a_wrong_type() {
    for (name, wrong, message) in [
        ("EVENTS_SERVICE_NAME", json!(5), "a text is needed, found a number"),
        ("EVENT_BUS_TOPIC_PREFIX", json!(true), "a text is needed, found a boolean"),
        ("EVENT_BUS_REDIS_CONNECTION_URL", json!(["redis://:secret@h"]), "a text is needed, found a list"),
        (
            "EVENT_BUS_PRODUCER_DELIVERY",
            json!("Wait"),
            "`wait` or `background` is needed, found the text `Wait`",
        ),
        (
            "EVENT_BUS_REDIS_CONSUMERS_ENABLED",
            json!("false"),
            "`true` or `false` is needed, found the text `false`",
        ),
        ("EVENT_BUS_REDIS_CONSUMERS_ENABLED", json!(1), "`true` or `false` is needed, found `1`"),
        ("EVENT_BUS_PRODUCER_CONFIG", json!("{}"), "a table of event types is needed, found a text"),
        ("EVENT_BUS_PRODUCER_CONFIG", json!([]), "a table of event types is needed, found a list"),
        ("EVENT_BUS_CONSUMER_CONFIG", json!(0), "a table of topics is needed, found a number"),
        (
            "EVENT_BUS_PRODUCER_TIMEOUT",
            json!(0),
            "a number of seconds above 0, and at most 1000000000 is needed, found `0`",
        ),
        (
            "EVENT_BUS_PRODUCER_TIMEOUT",
            json!(1e300),
            "a number of seconds above 0, and at most 1000000000 is needed, found `1e+300`",
        ),
        (
            "EVENT_BUS_PRODUCER_TIMEOUT",
            json!("NaN"),
            "a number of seconds above 0, and at most 1000000000 is needed, found the text `NaN`",
        ),
        (
            "EVENT_BUS_CONSUMER_DLQ_MAX_AGE",
            json!("14d"),
            "a number of seconds above 0, and at most 1000000000 is needed, found the text `14d`",
        ),
        (
            "EVENT_BUS_REDIS_CONSUMER_POLL_FAILURE_SLEEP",
            json!(-1),
            "a number of seconds from 0 to 1000000000 is needed, found `-1`",
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
            found.starts_with("a whole number from 1 to 18446744073709551615 is needed, found "),
            "{found}"
        );
    }
    assert!(error(json!([])).to_string().contains("a table of names and values is needed, found a list"));
}

#[test]
fn all_findings_come_at_once_errors_first() {
    let error = error(json!({
        "EVENT_BUS_BACKEND": "redis",
        "EVENT_BUS_PRODUCER": "edx_event_bus_kafka.create_producer",
        "EVENT_BUS_CONSUMER": "redis",
        "EVENT_BUS_PRODUCER_TIMEOUT": "soon",
        "EVENT_BUS_PRODUCER_CONFIG": route("org.example.learning.quiz.pased.v1", "a b", "quiz.id", true),
    }));
    let found: Vec<_> = error.findings().iter().map(|finding| (finding.severity(), finding.path())).collect();
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
    let messages: Vec<_> =
        error.findings().iter().map(openedx_events::event_bus::settings::Finding::message).collect();
    assert!(messages[0].starts_with("there is no Kafka bus yet\nnote: "), "{}", messages[0]);
    assert!(messages[1].ends_with("help: write `org.example.learning.quiz.passed.v1`"), "{}", messages[1]);
    assert!(messages[2].starts_with("the topic `a b` has the character ` `\nnote: "), "{}", messages[2]);
    assert!(
        messages[4].starts_with("it is not set\nnote: `EVENT_BUS_CONSUMER` is `redis`"),
        "{}",
        messages[4]
    );
}

#[test]
fn names_of_buses() {
    let bus = |setting: &str, name: &str| {
        SettingsBuilder::new()
            .bus("nats", true)
            .value(json!({setting: name, "EVENT_BUS_REDIS_CONNECTION_URL": "redis://h"}))
            .build()
            .map(|settings| settings.producer.bus.or(settings.consumer.bus).unwrap())
    };
    assert_eq!(bus("EVENT_BUS_PRODUCER", "memory"), Ok(BusName::Memory));
    assert_eq!(bus("EVENT_BUS_PRODUCER", "edx_event_bus_redis.create_producer"), Ok(BusName::Redis));
    assert_eq!(bus("EVENT_BUS_CONSUMER", "edx_event_bus_redis.RedisEventConsumer"), Ok(BusName::Redis));
    assert_eq!(bus("EVENT_BUS_CONSUMER", "nats"), Ok(BusName::Registered("nats".to_owned())));
    for (setting, name, message) in [
        ("EVENT_BUS_PRODUCER", "edx_event_bus_redis.RedisEventConsumer", "is of the other setting"),
        ("EVENT_BUS_CONSUMER", "edx_event_bus_kafka.KafkaEventConsumer", "there is no Kafka bus yet"),
        ("EVENT_BUS_CONSUMER", "my.python.Consumer", "names Python code"),
        ("EVENT_BUS_PRODUCER", "Redis", "the known ones are `memory`, `redis`, `nats`"),
    ] {
        let error = bus(setting, name).unwrap_err();
        assert_eq!(error.findings()[0].path(), setting);
        assert!(error.to_string().contains(message), "{error}");
    }
}

#[test]
fn a_bus_that_is_needed_and_not_set() {
    let settings =
        Settings::from_value(json!({"EVENT_BUS_PRODUCER_CONFIG": route(QUIZ, "quizzes", "quiz.id", true)}));
    let error = settings.unwrap().producing_bus().unwrap_err();
    assert_eq!(error.findings()[0].path(), "EVENT_BUS_PRODUCER");
    assert!(
        error.to_string().contains("as that of `org.example.learning.quiz.passed.v1` to `quizzes`"),
        "{error}"
    );
    let settings =
        Settings::from_value(json!({"EVENT_BUS_PRODUCER_CONFIG": route(QUIZ, "quizzes", "quiz.id", false)}));
    assert_eq!(settings.as_ref().unwrap().producing_bus(), Ok(None));
    assert_eq!(settings.unwrap().consuming_bus().unwrap_err().findings()[0].path(), "EVENT_BUS_CONSUMER");
}

#[test]
fn routes_of_a_wrong_shape() {
    let path = |rest: &str| format!("EVENT_BUS_PRODUCER_CONFIG['{QUIZ}']{rest}");
    for (config, at, message) in [
        (json!({QUIZ: []}), path(""), "a table of topics is needed, found a list"),
        (json!({QUIZ: {"enabled": true}}), path("['enabled']"), "a route is needed, found a boolean"),
        (json!({QUIZ: {"t": {"enabled": true}}}), path("['t']"), "the route has no `event_key_field`"),
        (json!({QUIZ: {"t": {"event_key_field": "quiz.id"}}}), path("['t']"), "the route has no `enabled`"),
        (
            json!({QUIZ: {"t": {"event_key_field": "quiz.id", "enabled": "yes"}}}),
            path("['t']['enabled']"),
            "`true` or `false` is needed, found the text `yes`",
        ),
        (
            json!({QUIZ: {"t": {"event_key_field": null, "enabled": true}}}),
            path("['t']['event_key_field']"),
            "a text is needed, found nothing",
        ),
    ] {
        let (found_at, found) = only(json!({"EVENT_BUS_PRODUCER_CONFIG": config}));
        assert_eq!((found_at, found.lines().next().unwrap()), (at, message));
    }
    let (_, message) = only(json!({"EVENT_BUS_PRODUCER_CONFIG": {QUIZ: {"t": {"enabled": true}}}}));
    assert!(
        message.ends_with(r#"help: write `{"event_key_field": "quiz.id", "enabled": true}`"#),
        "{message}"
    );
    let config = json!({QUIZ: {"t": {"event_key_field": "quiz.id", "enabled": true, "partition": 1}}});
    let warned = warnings(json!({"EVENT_BUS_PRODUCER_CONFIG": config}));
    assert_eq!(warned[0].0, path("['t']['partition']"));
}

#[test]
fn events_that_cannot_be_routed() {
    let config =
        |event: &str, enabled| json!({"EVENT_BUS_PRODUCER_CONFIG": route(event, "t", "hint", enabled)});
    let hint = "org.example.learning.hint.shown.v1";
    let (path, message) = only(config(hint, true));
    assert_eq!(path, "EVENT_BUS_PRODUCER_CONFIG['org.example.learning.hint.shown.v1']");
    assert!(message.starts_with(
        "`HINT_SHOWN` is local only, and cannot go to an event bus\nnote: is for this process\n"
    ));
    assert_eq!(warnings(config(hint, false)), []);
    let (_, message) = only(config("org.example.other.thing.done.v1", true));
    assert!(
        message.starts_with("an enabled route is for an event type that this program does not have"),
        "{message}"
    );
    let warned = warnings(config("org.example.other.thing.done.v1", false));
    assert_eq!(warned.len(), 1);
    assert!(warned[0].1.starts_with("this program has no such event type; its routes are disabled"));
}

#[test]
fn key_paths() {
    let build = |bus: &str, key: &str, enabled| {
        SettingsBuilder::new()
            .bus("nats", true)
            .value(json!({
                "EVENT_BUS_PRODUCER": bus,
                "EVENT_BUS_REDIS_CONNECTION_URL": "redis://h",
                "EVENT_BUS_PRODUCER_CONFIG": route(QUIZ, "t", key, enabled),
            }))
            .build()
    };
    for key in ["quiz.id", "quiz.author.login"] {
        assert_eq!(build("nats", key, true).unwrap().warnings(), [], "{key}");
    }
    for (key, message) in [
        ("", "`` is not in `QUIZ_PASSED`: there is no ``, only `quiz`"),
        ("quizz.id", "`quizz.id` is not in `QUIZ_PASSED`: there is no `quizz`, only `quiz`"),
        (
            "quiz.key",
            "`quiz.key` is not in `QUIZ_PASSED`: there is no `key`, only `id`, `author`, `threshold`, `tags`",
        ),
        ("quiz.id.x", "`quiz.id.x` is not in `QUIZ_PASSED`: `x` is asked of a value that has no fields"),
        ("quiz", "`quiz` of `QUIZ_PASSED` is a record, which makes no key"),
        ("quiz.author", "`quiz.author` of `QUIZ_PASSED` is a record, which makes no key"),
        ("quiz.tags", "`quiz.tags` of `QUIZ_PASSED` is a list, which makes no key"),
        ("quiz.threshold", "`quiz.threshold` of `QUIZ_PASSED` is a float, which makes no key"),
    ] {
        let error = build("nats", key, true).unwrap_err();
        let [finding] = error.findings() else { panic!("{error}") };
        assert_eq!(finding.path(), format!("EVENT_BUS_PRODUCER_CONFIG['{QUIZ}']['t']['event_key_field']"));
        assert_eq!(finding.message().lines().next().unwrap(), message);
        assert!(finding.message().ends_with("help: write `quiz.id`"));
        // Redis does not use keys; a route that is not taken does no harm.
        for settings in [build("redis", key, true), build("redis", key, false), build("nats", key, false)] {
            let settings = settings.unwrap();
            assert_eq!(settings.warnings().len(), 1, "{key}");
            assert_eq!(settings.warnings()[0].path(), finding.path());
        }
    }
}

#[test]
fn names_of_topics() {
    let config = |topic: &str| route(QUIZ, topic, "quiz.id", true);
    let long = "t".repeat(246);
    for topic in ["t", "A.b_c-9", &*long] {
        let settings = json!({"EVENT_BUS_TOPIC_PREFIX": "dv", "EVENT_BUS_PRODUCER_CONFIG": config(topic)});
        assert!(Settings::from_value(settings).is_ok(), "{topic}");
    }
    for (topic, message) in [
        ("", "a topic has no name"),
        ("a/b", "the topic `a/b` has the character `/`"),
        ("größe", "the topic `größe` has the character `ö`"),
        ("a\n", r"the topic `a\n` has the character `\n`"),
        (&*format!("{long}t"), "the topic's name is too long"),
    ] {
        let settings = json!({"EVENT_BUS_TOPIC_PREFIX": "dv", "EVENT_BUS_PRODUCER_CONFIG": config(topic)});
        assert_eq!(only(settings).1.lines().next().unwrap(), message);
        let consumers = json!({topic: {"group_id": "g"}});
        let settings = json!({"EVENT_BUS_TOPIC_PREFIX": "dv", "EVENT_BUS_CONSUMER_CONFIG": consumers});
        assert_eq!(only(settings).1.lines().next().unwrap(), message);
    }
    assert!(
        only(json!({"EVENT_BUS_PRODUCER_CONFIG": config("..")}))
            .1
            .starts_with("the topic cannot be called `..`")
    );
    assert_eq!(only(json!({"EVENT_BUS_TOPIC_PREFIX": "a b"})).0, "EVENT_BUS_TOPIC_PREFIX");
}

#[test]
fn consumers_of_a_wrong_shape() {
    let at = |rest: &str| format!("EVENT_BUS_CONSUMER_CONFIG['t']{rest}");
    for (entry, path, message) in [
        (json!("g"), at(""), "a table is needed, found a text"),
        (json!({}), at(""), "the topic has no `group_id`"),
        (json!({"group_id": ""}), at("['group_id']"), "a group has no name"),
        (json!({"group_id": 1}), at("['group_id']"), "a text is needed, found a number"),
        (json!({"group_id": "g", "group": "h"}), at("['group']"), "is not known"),
        (
            json!({"group_id": "g", "enabled": "no"}),
            at("['enabled']"),
            "`true` or `false` is needed, found the text `no`",
        ),
        (json!({"group_id": "g", "extra": {"backlog": 1}}), at("['extra']['backlog']"), "is not known"),
        (
            json!({"group_id": "g", "extra": {"last_read_msg_id": "0-x"}}),
            at("['extra']['last_read_msg_id']"),
            "the id of a message is needed, found the text `0-x`",
        ),
        (
            json!({"group_id": "g", "extra": {"claim_msgs_older_than": 60_000}}),
            at("['extra']['claim_msgs_older_than']"),
            "messages are taken over after 60000 ms, which is not above the receiver timeout of 60000 ms",
        ),
    ] {
        let (found_at, found) = only(json!({"EVENT_BUS_CONSUMER_CONFIG": {"t": entry}}));
        assert_eq!((found_at, found.lines().next().unwrap()), (path, message));
    }
}

#[test]
fn times_that_do_not_go_together() {
    let (path, message) = only(json!({"EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT": 600}));
    assert_eq!(path, "EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT");
    assert!(message.starts_with("messages are taken over after 600000 ms"), "{message}");
    let (path, message) = only(json!({"EVENT_BUS_CONSUMER_RETRY_MAX": 0.1}));
    assert_eq!(path, "EVENT_BUS_CONSUMER_RETRY_MAX");
    assert!(message.starts_with("the first wait of 0.2 s is longer than the longest of 0.1 s"), "{message}");
}

#[test]
fn the_extra_of_the_command_line() {
    let settings = Settings::default();
    let extra = settings
        .read_extra(r#"{"check_backlog": true, "consumer_name": "c1", "last_read_msg_id": null}"#)
        .unwrap();
    assert!(extra.check_backlog);
    assert_eq!((extra.consumer_name.as_deref(), extra.last_read_msg_id), (Some("c1"), None));
    assert_eq!(settings.read_extra("{}").unwrap(), Default::default());
    for (json, path, message) in [
        ("{", "--extra", "it is no JSON"),
        ("[]", "--extra", "a table is needed, found a list"),
        (r#"{"check_backlg": true}"#, "--extra['check_backlg']", "`check_backlog`"),
        (r#"{"check_backlog": 1}"#, "--extra['check_backlog']", "found `1`"),
        (r#"{"claim_msgs_older_than": 10}"#, "--extra['claim_msgs_older_than']", "taken over after 10 ms"),
        (r#"{"claim_msgs_older_than": 0}"#, "--extra['claim_msgs_older_than']", "a whole number from 1"),
    ] {
        let error = settings.read_extra(json).unwrap_err();
        let [finding] = error.findings() else { panic!("{error}") };
        assert_eq!(finding.path(), path);
        assert!(finding.message().contains(message), "{finding}");
    }
}

#[test]
fn no_error_and_no_debug_has_a_password() {
    for url in [
        "redis://:hushhush@h:99999",
        "redis://:hushhush/x@h",
        "redis://:hushhush#x@h",
        "redis://:12?hushhush@h",
        "redis://:12/hushhush@h",
        "http://:hushhush@h",
        "redis://h/hushhush",
        "redis://u:hushhush@[h",
        "rediss://:hushhush@h?ssl_cert_reqs=hushhush",
        "redis://:hushhush@h?db=hushhush",
        "redis://hushhush",
        "hushhush",
        "redis://:a hushhush",
        "unix://:hushhush@h/x",
        "redis://:12?hushhush&x@h",
    ] {
        let name = "EVENT_BUS_REDIS_CONNECTION_URL";
        match Settings::from_value(json!({name: url})) {
            Ok(_) => assert_eq!(url, "redis://hushhush", "that is a host"),
            Err(error) => {
                assert!(!error.to_string().contains("hushhush"), "{url}: {error}");
                assert_eq!(error.findings()[0].path(), name);
                assert!(error.findings()[0].message().contains("help: "), "{error}");
            }
        }
    }
    for url in [
        "redis://u:hushhush@h/1",
        "redis://hushhush@h",
        "rediss://:hushhush@h?ssl_cert_reqs=none",
        "unix://:hushhush@/x",
    ] {
        let settings = Settings::from_value(json!({"EVENT_BUS_REDIS_CONNECTION_URL": url})).unwrap();
        let printed = format!("{settings:?} {}", settings.redis.connection_url.as_ref().unwrap());
        assert!(!printed.contains("hushhush"), "{printed}");
    }
}

#[test]
fn options_of_redis_urls() {
    for (url, message) in [
        ("redis://h?max_connections=3", "the URL has the option `max_connections`, which is not known"),
        ("redis://h?ssl_ca_certs=/a", "the URL has the option `ssl_ca_certs`, and no TLS"),
        ("rediss://h?ssl_cert_reqs=NONE", "the option `ssl_cert_reqs` of the URL has a wrong value"),
        ("redis://h?socket_timeout=0", "the option `socket_timeout` of the URL has a wrong value"),
        ("redis://h?socket_timeout=inf", "the option `socket_timeout` of the URL has a wrong value"),
        ("redis://h?db=-1", "the option `db` of the URL has a wrong value"),
        ("redis://h/1/2", "the path of the URL is no number of a database"),
        ("redis://a%0ab", "the URL has a host that cannot be one"),
        ("unix://", "the URL names no socket"),
    ] {
        let (_, found) = only(json!({"EVENT_BUS_REDIS_CONNECTION_URL": url}));
        assert_eq!(found.lines().next().unwrap(), message, "{url}");
    }
}

#[test]
fn files_of_each_format_say_the_same() {
    let yaml = format!(
        "EVENT_BUS_PRODUCER: memory\nEVENT_BUS_REDIS_STREAM_MAX_LEN: 5\nEVENT_BUS_PRODUCER_TIMEOUT: 0.5\n\
         EVENT_BUS_REDIS_CONSUMERS_ENABLED: no\nOTHER: {{a: [1]}}\nEVENT_BUS_PRODUCER_CONFIG:\n  {QUIZ}:\n    \
         Quizzes: {{event_key_field: quiz.id, enabled: true}}\n"
    );
    let toml = format!(
        "EVENT_BUS_PRODUCER = \"memory\"\nEVENT_BUS_REDIS_STREAM_MAX_LEN = 5\nEVENT_BUS_PRODUCER_TIMEOUT = 0.5\n\
         EVENT_BUS_REDIS_CONSUMERS_ENABLED = false\nOTHER = 1979-05-27\n[EVENT_BUS_PRODUCER_CONFIG.\"{QUIZ}\".Quizzes]\n\
         event_key_field = \"quiz.id\"\nenabled = true\n"
    );
    let json = json!({
        "EVENT_BUS_PRODUCER": "memory", "EVENT_BUS_REDIS_STREAM_MAX_LEN": 5, "EVENT_BUS_PRODUCER_TIMEOUT": 0.5,
        "EVENT_BUS_REDIS_CONSUMERS_ENABLED": false, "EVENT_BUS_PRODUCER_CONFIG": route(QUIZ, "Quizzes", "quiz.id", true),
    });
    let expected = Settings::from_value(json.clone()).unwrap();
    assert_eq!(
        expected.producer.config.enabled(QUIZ).map(|(topic, _)| topic).collect::<Vec<_>>(),
        ["Quizzes"]
    );
    for (extension, text) in
        [("yml", &yaml), ("yaml", &yaml), ("YAML", &yaml), ("json", &json.to_string()), ("toml", &toml)]
    {
        assert_eq!(from_file(extension, text).unwrap(), expected, "{extension}");
        assert_eq!(
            from_file(extension, format!("\u{feff}{text}")).unwrap(),
            expected,
            "{extension} with a BOM"
        );
    }
    for (extension, empty) in [("yml", ""), ("yml", "# nothing\n"), ("json", "{}"), ("toml", "")] {
        assert_eq!(from_file(extension, empty).unwrap(), Settings::default(), "{extension}");
    }
}

#[test]
fn yaml_is_read_as_python_reads_it() {
    let settings = from_file(
        "yml",
        "EVENT_BUS_REDIS_CONSUMERS_ENABLED: Off\nEVENT_BUS_REDIS_STREAM_MAX_LEN: 1_000\nEVENT_BUS_CONSUMER_DLQ_MAX_LEN: 0x1F\n\
         EVENT_BUS_CONSUMER_MAX_ATTEMPTS: 010\nEVENT_BUS_TOPIC_PREFIX: Null\nEVENTS_SERVICE_NAME: first\nX: &x {b: 1}\n\
         Y: {<<: *x}\nEVENTS_SERVICE_NAME: last\n? [odd]\n: key\n3: .nan\n~: !!python/none x\n",
    );
    // PyYAML refuses a list as a key, too.
    assert!(settings.is_err());
    let settings = from_file(
        "yml",
        "EVENT_BUS_REDIS_CONSUMERS_ENABLED: Off\nEVENT_BUS_REDIS_STREAM_MAX_LEN: 1_000\nEVENT_BUS_CONSUMER_DLQ_MAX_LEN: 0x1F\n\
         EVENT_BUS_CONSUMER_MAX_ATTEMPTS: 010\nEVENT_BUS_TOPIC_PREFIX: Null\nEVENTS_SERVICE_NAME: first\nX: &x {b: 1}\n\
         Y: {<<: *x}\nEVENTS_SERVICE_NAME: last\n3: .nan\n~: x\nBIG: 99999999999999999999999999\n",
    )
    .unwrap();
    assert!(!settings.consumer.enabled);
    assert_eq!((settings.redis.stream_max_len, settings.consumer.dlq_max_len), (1000, 31));
    assert_eq!((settings.consumer.max_attempts, settings.topic_prefix.as_deref()), (8, None));
    assert_eq!(settings.service_name.as_deref(), Some("last"));
    assert_eq!(settings.warnings().len(), 1);
    assert_eq!(settings.warnings()[0].path(), "EVENTS_SERVICE_NAME");
    for number in [
        "99999999999999999999999",
        "-9223372036854775809",
        ".inf",
        ".nan",
        "1e400",
        "[1]",
        "{a: 1}",
        "2020-01-01",
    ] {
        let error = from_file("yml", format!("EVENT_BUS_REDIS_STREAM_MAX_LEN: {number}\n")).unwrap_err();
        assert_eq!(error.findings()[0].path(), "EVENT_BUS_REDIS_STREAM_MAX_LEN", "{number}: {error}");
    }
}

#[test]
fn files_that_cannot_be_read() {
    let bomb = (1..12).fold("a0: &a0 [x, x]\n".to_owned(), |text, level| {
        format!("{text}a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 9].join(", "))
    });
    let deep = format!("EVENT_BUS_X: {}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_json = format!("{{\"EVENT_BUS_X\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    for (extension, text, message) in [
        ("yml", b"- a\n".as_slice(), "the settings file is no table of names and values"),
        ("yml", b"just text", "the settings file is no table of names and values"),
        ("yml", b"PASSWORD: s3cret\nA: [1\nB: }", "line 3"),
        ("yml", b"PASSWORD: s3cret\n\tA: 1", "line 1"),
        ("yml", b"PASSWORD: *s3cretless", "the settings file cannot be read"),
        ("yml", b"A: 1\n---\nB: 2", "the settings file cannot be read"),
        ("yml", b"A: \xff", "UTF-8"),
        ("yml", b"A: \"\\q s3cret\"", "line 1"),
        ("yml", bomb.as_bytes(), "the settings file cannot be read"),
        ("yml", deep.as_bytes(), "the settings file cannot be read"),
        ("json", b"\"s3cret\"", "the settings file is no table of names and values"),
        ("json", b"{\"PASSWORD\": \"s3cret\", A}", "line 1"),
        ("json", deep_json.as_bytes(), "the settings file cannot be read"),
        ("toml", b"PASSWORD = \"s3cret\" x", "line 1"),
        ("toml", b"PASSWORD = s3cret", "line 1"),
        ("ini", b"A=1", "none of the extensions"),
    ] {
        let error = from_file(extension, text).unwrap_err().to_string();
        assert!(error.contains(message), "{extension}: {error}");
        assert!(!error.contains("s3cret") || error.contains("s3cretless"), "{error}");
        assert!(error.contains("help: "), "{error}");
    }
    let missing = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("missing.yml");
    let error = Settings::load(Some(&missing)).unwrap_err();
    assert_eq!(error.findings()[0].path(), missing.display().to_string());
    assert!(error.findings()[0].message().starts_with("the settings file cannot be read: "), "{error}");
}
