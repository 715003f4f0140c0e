//! Routes from events to topics.

use openedx_events::event_bus::{Settings, settings::SettingsBuilder};
use serde_json::json;

use super::{QUIZ, only, register_nats, route, warnings};

#[test]
fn invalid_routes() {
    let path = |rest: &str| format!("EVENT_BUS_PRODUCER_CONFIG['{QUIZ}']{rest}");
    for (config, at, message) in [
        (json!({QUIZ: []}), path(""), "expected a table of topics, found a list"),
        (json!({QUIZ: {"enabled": true}}), path("['enabled']"), "expected a route, found a boolean"),
        (json!({QUIZ: {"t": {"enabled": true}}}), path("['t']"), "the route has no `event_key_field`"),
        (json!({QUIZ: {"t": {"event_key_field": "quiz.id"}}}), path("['t']"), "the route has no `enabled`"),
        (
            json!({QUIZ: {"t": {"event_key_field": "quiz.id", "enabled": "yes"}}}),
            path("['t']['enabled']"),
            "expected `true` or `false`, found the string `yes`",
        ),
        (
            json!({QUIZ: {"t": {"event_key_field": null, "enabled": true}}}),
            path("['t']['event_key_field']"),
            "expected a string, found nothing",
        ),
        (
            json!({QUIZ: {"t": {"event_key_field": "quiz.id", "enable": true}}}),
            path("['t']['enable']"),
            "unknown key in a route",
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
    assert!(message.starts_with("unknown event type with an enabled route"), "{message}");
    let warned = warnings(config("org.example.other.thing.done.v1", false));
    assert_eq!(warned.len(), 1);
    assert!(warned[0].1.starts_with("unknown event type whose routes are disabled"));
}

#[test]
fn key_paths() {
    register_nats();
    let build = |bus: &str, key: &str, enabled| {
        SettingsBuilder::new()
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
        ("quiz.id.x", "`quiz.id.x` is not in `QUIZ_PASSED`: `x` is looked up in a value without fields"),
        ("quiz", "`quiz` of `QUIZ_PASSED` is a record, which cannot be a key"),
        ("quiz.author", "`quiz.author` of `QUIZ_PASSED` is a record, which cannot be a key"),
        ("quiz.tags", "`quiz.tags` of `QUIZ_PASSED` is a list, which cannot be a key"),
        ("quiz.threshold", "`quiz.threshold` of `QUIZ_PASSED` is a float, which cannot be a key"),
    ] {
        let error = build("nats", key, true).unwrap_err();
        let [finding] = error.findings() else { panic!("{error}") };
        assert_eq!(finding.path, format!("EVENT_BUS_PRODUCER_CONFIG['{QUIZ}']['t']['event_key_field']"));
        assert_eq!(finding.message.lines().next().unwrap(), message);
        assert!(finding.message.ends_with("help: write `quiz.id`"));
        // Redis does not use keys, and a disabled route does no harm.
        for settings in [build("redis", key, true), build("redis", key, false), build("nats", key, false)] {
            let settings = settings.unwrap();
            assert_eq!(settings.warnings().len(), 1, "{key}");
            assert_eq!(settings.warnings()[0].path, finding.path);
        }
    }
}

#[test]
fn a_personal_key() {
    register_nats();
    let build = |bus: &str, key: &str| {
        warnings(json!({"EVENT_BUS_PRODUCER": bus, "EVENT_BUS_PRODUCER_CONFIG": route(QUIZ, "t", key, true)}))
    };
    let found = build("nats", "quiz.author.mail");
    let [(path, message)] = &found[..] else { panic!("{found:?}") };
    assert_eq!(*path, format!("EVENT_BUS_PRODUCER_CONFIG['{QUIZ}']['t']['event_key_field']"));
    assert!(message.starts_with("`quiz.author.mail` is personal data\nnote: "), "{message}");
    // The memory bus does not use keys.
    assert!(build("memory", "quiz.author.mail").is_empty());
    assert!(build("nats", "quiz.id").is_empty());
}

#[test]
fn topic_names() {
    let config = |topic: &str| route(QUIZ, topic, "quiz.id", true);
    let long = "t".repeat(246);
    for topic in ["t", "A.b_c-9", &*long] {
        let settings = json!({"EVENT_BUS_TOPIC_PREFIX": "dv", "EVENT_BUS_PRODUCER_CONFIG": config(topic)});
        assert!(Settings::from_value(settings).is_ok(), "{topic}");
    }
    for (topic, message) in [
        ("", "the topic has an empty name"),
        ("a/b", "the topic `a/b` contains the character `/`"),
        ("größe", "the topic `größe` contains the character `ö`"),
        ("a\n", r"the topic `a\n` contains the character `\n`"),
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
            .starts_with("a topic cannot be named `..`")
    );
    assert_eq!(only(json!({"EVENT_BUS_TOPIC_PREFIX": "a b"})).0, "EVENT_BUS_TOPIC_PREFIX");
}
