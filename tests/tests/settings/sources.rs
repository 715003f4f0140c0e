//! The environment, and the file named in it.

use std::{fs, path::PathBuf, process::Command, time::Duration};

use openedx_events::event_bus::{self, Settings, settings::SettingsBuilder};
use openedx_events_tests::log::Lines;
use serde_json::json;
use tracing::{Level, subscriber::with_default};

use super::{QUIZ, from_variables, route};

#[test]
fn variables_are_strings() {
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
    assert!(
        !settings.consumer.enabled
            && !settings.consumer.audit_logging_enabled
            && !settings.producer.audit_logging_enabled
    );
    assert_eq!(
        (settings.buses.redis.stream_max_len, settings.producer.timeout),
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
            "error: `EVENT_BUS_CONSUMER_CONFIG` in the environment: expected a table of topics, found a list\n  \
             note: each topic has a table of `group_id`, `enabled` and `extra`\n  \
             help: write a table such as `{\"my-topic\": {\"group_id\": \"my-service\"}}`",
            "error: `EVENT_BUS_PRODUCER_CONFIG` in the environment: the variable is not valid JSON: key must be a string at \
             line 1 column 2\n  help: write the table as one JSON object",
            "error: `EVENT_BUS_REDIS_CONSUMERS_ENABLED` in the environment: expected `true` or `false`, found the \
             string `maybe`\n  help: write `true` or `false`",
        ]
    );
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_unicode_is_an_error() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let value = OsStr::from_bytes(b"\xff");
    let build = |name: &OsStr| SettingsBuilder::new().variables([(name, value)]).build();
    let error = build(OsStr::new("EVENT_BUS_TOPIC_PREFIX")).unwrap_err();
    assert_eq!(error.findings()[0].path, "EVENT_BUS_TOPIC_PREFIX");
    // Other variables are ignored.
    assert!(build(OsStr::new("LS_COLORS")).is_ok() && build(value).is_ok());
}

#[test]
fn the_environment_overrides_the_file_named_in_it() {
    const PREFIX: &str = "EVENT_BUS_TOPIC_PREFIX";
    if std::env::var_os("SETTINGS_TEST_IS_CHILD").is_some() {
        let settings = Settings::load(None).unwrap();
        assert_eq!(settings.topic_prefix.as_deref(), Some("stage"));
        assert_eq!(settings.service_name.as_deref(), Some("quizzes"));
        // A file named by the caller takes its place.
        assert!(Settings::load(Some("/nowhere.yml".as_ref())).is_err());
        return;
    }
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("named_settings.yml");
    fs::write(&path, format!("{PREFIX}: dev\nSERVICE_VARIANT: quizzes\n")).unwrap();
    let child = |file: &str| {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "sources::the_environment_overrides_the_file_named_in_it"])
            .env("SETTINGS_TEST_IS_CHILD", "1")
            .env("OPENEDX_EVENTS_SETTINGS", file)
            .env(PREFIX, "stage")
            .output()
            .unwrap()
    };
    let output = child(path.to_str().unwrap());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(!child("/nowhere.yml").status.success(), "a missing file is an error");
    fs::remove_file(&path).unwrap();
}

/// A worker shares the settings file of the service whose events it receives. One empty variable keeps it from producing.
#[test]
fn an_empty_producer_variable_switches_producing_off() {
    let file = json!({
        "EVENT_BUS_PRODUCER": "memory",
        "EVENT_BUS_PRODUCER_CONFIG": route(QUIZ, "quizzes", "quiz.id", true),
    });
    let build = |variables: &[(&str, &str)]| {
        SettingsBuilder::new().value(file.clone()).variables(variables.iter().copied()).build().unwrap()
    };
    assert_eq!(build(&[]).producing_bus().unwrap(), Some("memory"));
    let settings = build(&[("EVENT_BUS_PRODUCER", "")]);
    assert_eq!(settings.producing_bus().unwrap(), None);
    assert_eq!(settings.producer.config.enabled(QUIZ).count(), 1, "check still sees the routes");
    assert_eq!(settings.warnings(), [], "that is meant");
    let lines = Lines::default();
    let installed = with_default(lines.subscriber(Level::INFO), || event_bus::install(&settings));
    drop(installed.unwrap());
    let said = lines.with("sends no events to the event bus");
    assert!(said.len() == 1 && said[0].starts_with("INFO ") && said[0].contains("routes=1"), "{said:?}");
    let settings = from_variables([("EVENT_BUS_PRODUCER", "")]).unwrap();
    assert_eq!((settings.producing_bus().unwrap(), settings.warnings()), (None, &[][..]));
    // In other sources, an empty string means that nothing is set. With routes that is an error: their events would be lost.
    let settings =
        SettingsBuilder::new().value(file.clone()).value(json!({"EVENT_BUS_PRODUCER": ""})).build();
    assert_eq!(settings.unwrap().producing_bus().unwrap(), Some("memory"));
    let routes =
        json!({"EVENT_BUS_PRODUCER": "", "EVENT_BUS_PRODUCER_CONFIG": file["EVENT_BUS_PRODUCER_CONFIG"]});
    let error = Settings::from_value(routes).unwrap().producing_bus().unwrap_err();
    assert!(error.findings()[0].message.starts_with("not set\nnote: "), "{error}");
}

#[test]
fn an_empty_variable_that_takes_nothing_back_is_a_warning() {
    let build = |file: serde_json::Value, name: &str| {
        SettingsBuilder::new().value(file).variables([(name, "")]).build().unwrap()
    };
    let settings = build(json!({"EVENT_BUS_TOPIC_PREFIX": "dev"}), "EVENT_BUS_TOPIC_PREFIX");
    assert_eq!(settings.topic_prefix.as_deref(), Some("dev"));
    let [warning] = settings.warnings() else { panic!("{:?}", settings.warnings()) };
    assert_eq!(
        warning.to_string().lines().next().unwrap(),
        "warning: `EVENT_BUS_TOPIC_PREFIX` in the environment: empty, so the value that the program sets stays in effect"
    );
    assert_eq!(build(json!({}), "EVENT_BUS_TOPIC_PREFIX").warnings(), [], "nothing else sets it");
}
