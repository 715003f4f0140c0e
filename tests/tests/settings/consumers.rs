//! The settings of consumers.

use openedx_events::event_bus::{Settings, settings::ConsumerExtra};
use serde_json::json;

use super::{QUIZ, only};

#[test]
fn invalid_consumers() {
    let at = |rest: &str| format!("EVENT_BUS_CONSUMER_CONFIG['t']{rest}");
    for (entry, path, message) in [
        (json!("g"), at(""), "expected a table, found a string"),
        (json!({}), at(""), "the topic has no `group_id`"),
        (json!({"group_id": ""}), at("['group_id']"), "the group has an empty name"),
        (json!({"group_id": 1}), at("['group_id']"), "expected a string, found a number"),
        (json!({"group_id": "g", "group": "h"}), at("['group']"), "unknown key"),
        (
            json!({"group_id": "g", "enabled": "no"}),
            at("['enabled']"),
            "expected `true` or `false`, found the string `no`",
        ),
        (json!({"group_id": "g", "extra": {"backlog": 1}}), at("['extra']['backlog']"), "unknown key"),
        (
            json!({"group_id": "g", "extra": {"offset_time": "2026-11-30T08:00:00Z"}}),
            at("['extra']['offset_time']"),
            "only for `--extra`",
        ),
        (
            json!({"group_id": "g", "extra": {"last_read_msg_id": "0-x"}}),
            at("['extra']['last_read_msg_id']"),
            "expected the id of a message, found the string `0-x`",
        ),
        (
            json!({"group_id": "g", "extra": {"claim_msgs_older_than": 60_000}}),
            at("['extra']['claim_msgs_older_than']"),
            "messages are claimed after 60000 ms, which must be more than the receiver timeout of 60000 ms",
        ),
    ] {
        let (found_at, found) = only(json!({"EVENT_BUS_CONSUMER_CONFIG": {"t": entry}}));
        assert_eq!((found_at, found.lines().next().unwrap()), (path, message));
    }
}

#[test]
fn the_extra_of_the_command_line() {
    let settings = Settings::default();
    let extra = settings
        .read_extra(
            ConsumerExtra::default(),
            r#"{"check_backlog": true, "consumer_name": "c1", "last_read_msg_id": null}"#,
        )
        .unwrap();
    assert!(extra.check_backlog);
    assert_eq!((extra.consumer_name.as_deref(), extra.last_read_msg_id), (Some("c1"), None));
    assert_eq!(settings.read_extra(ConsumerExtra::default(), "{}").unwrap(), ConsumerExtra::default());
    for (json, path, message) in [
        ("{", "--extra", "not valid JSON"),
        ("[]", "--extra", "expected a table, found a list"),
        (r#"{"check_backlg": true}"#, "--extra['check_backlg']", "`check_backlog`"),
        (r#"{"check_backlog": 1}"#, "--extra['check_backlog']", "found `1`"),
        (r#"{"claim_msgs_older_than": 10}"#, "--extra['claim_msgs_older_than']", "claimed after 10 ms"),
        (r#"{"claim_msgs_older_than": 0}"#, "--extra['claim_msgs_older_than']", "a whole number from 1"),
    ] {
        let error = settings.read_extra(ConsumerExtra::default(), json).unwrap_err();
        let [finding] = error.findings() else { panic!("{error}") };
        assert_eq!(finding.path, path);
        assert!(finding.message.contains(message), "{finding}");
    }
}

/// Python ignores `EVENT_BUS_CONSUMER_CONFIG`, and some services key it by event type. A worker that shares such a file starts,
/// and warns about what it ignores.
#[test]
fn a_table_keyed_by_event_type_is_ignored_with_a_warning() {
    for (event_type, entry) in [
        (
            "org.openedx.ai_extensions.orchestration.requested.v1",
            json!({"requests": {"group_id": "ai", "enabled": true}}),
        ),
        ("org.openedx.learning.student.grade.changed.v1", json!({"event_handler": "handle_grade"})),
        (QUIZ, json!(["quizzes"])),
    ] {
        let config = json!({event_type: entry, "quizzes": {"group_id": "g"}});
        let settings = Settings::from_value(json!({"EVENT_BUS_CONSUMER_CONFIG": config})).unwrap();
        assert_eq!(settings.consumer.config.keys().collect::<Vec<_>>(), ["quizzes"]);
        let [warning] = settings.warnings() else { panic!("{:?}", settings.warnings()) };
        assert_eq!(warning.path, format!("EVENT_BUS_CONSUMER_CONFIG['{event_type}']"));
        assert!(
            warning.message.starts_with("an event type instead of a topic, ignored\nnote: "),
            "{warning}"
        );
    }
    // A topic may be named like an event type.
    let config = json!({QUIZ: {"group_id": "g"}});
    let settings = Settings::from_value(json!({"EVENT_BUS_CONSUMER_CONFIG": config})).unwrap();
    assert_eq!((settings.consumer.config.len(), settings.warnings()), (1, &[][..]));
    let (path, _) = only(json!({"EVENT_BUS_CONSUMER_CONFIG": {QUIZ: {"enabled": true}}}));
    assert_eq!(path, format!("EVENT_BUS_CONSUMER_CONFIG['{QUIZ}']"));
}
