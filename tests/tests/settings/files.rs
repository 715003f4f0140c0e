//! Settings files.

use std::path::PathBuf;

use openedx_events::event_bus::Settings;
use serde_json::json;

use super::{QUIZ, from_file, from_variables, route};

#[test]
fn all_file_formats_are_equivalent() {
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
    for (extension, empty) in [("yml", ""), ("yml", "# empty\n"), ("json", "{}"), ("toml", "")] {
        assert_eq!(from_file(extension, empty).unwrap(), Settings::default(), "{extension}");
    }
}

#[test]
fn yaml_is_read_as_in_python() {
    let settings = from_file(
        "yml",
        "EVENT_BUS_REDIS_CONSUMERS_ENABLED: Off\nEVENT_BUS_REDIS_STREAM_MAX_LEN: 1_000\nEVENT_BUS_CONSUMER_DLQ_MAX_LEN: 0x1F\n\
         EVENT_BUS_CONSUMER_MAX_ATTEMPTS: 010\nEVENT_BUS_TOPIC_PREFIX: Null\nEVENTS_SERVICE_NAME: first\nX: &x {b: 1}\n\
         Y: {<<: *x}\nEVENTS_SERVICE_NAME: last\n? [odd]\n: key\n3: .nan\n~: !!python/none x\n",
    );
    // PyYAML also refuses a list as a key.
    assert!(settings.is_err());
    let settings = from_file(
        "yml",
        "EVENT_BUS_REDIS_CONSUMERS_ENABLED: Off\nEVENT_BUS_REDIS_STREAM_MAX_LEN: 1_000\nEVENT_BUS_CONSUMER_DLQ_MAX_LEN: 0x1F\n\
         EVENT_BUS_CONSUMER_MAX_ATTEMPTS: 010\nEVENT_BUS_TOPIC_PREFIX: Null\nEVENTS_SERVICE_NAME: first\nX: &x {b: 1}\n\
         Y: {<<: *x}\nEVENTS_SERVICE_NAME: last\n3: .nan\n~: x\nBIG: 99999999999999999999999999\n",
    )
    .unwrap();
    assert!(!settings.consumer.enabled);
    assert_eq!((settings.buses.redis.stream_max_len, settings.consumer.dlq_max_len), (1000, 31));
    assert_eq!((settings.consumer.max_attempts, settings.topic_prefix.as_deref()), (8, None));
    assert_eq!(settings.service_name.as_deref(), Some("last"));
    assert_eq!(settings.warnings().len(), 1);
    assert_eq!(settings.warnings()[0].path, "EVENTS_SERVICE_NAME");
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
        assert_eq!(error.findings()[0].path, "EVENT_BUS_REDIS_STREAM_MAX_LEN", "{number}: {error}");
    }
}

#[test]
fn invalid_files() {
    let bomb = (1..12).fold("a0: &a0 [x, x]\n".to_owned(), |text, level| {
        format!("{text}a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 9].join(", "))
    });
    let deep = format!("EVENT_BUS_X: {}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_json = format!("{{\"EVENT_BUS_X\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    for (extension, text, message) in [
        ("yml", b"- a\n".as_slice(), "the settings file is not a table of names and values"),
        ("yml", b"just text", "the settings file is not a table of names and values"),
        ("yml", b"PASSWORD: s3cret\nA: [1\nB: }", "line 3"),
        ("yml", b"PASSWORD: s3cret\n\tA: 1", "line 1"),
        ("yml", b"PASSWORD: *s3cretless", "the settings file cannot be read"),
        ("yml", b"A: 1\n---\nB: 2", "the settings file cannot be read"),
        ("yml", b"A: \xff", "UTF-8"),
        ("yml", b"A: \"\\q s3cret\"", "line 1"),
        ("yml", bomb.as_bytes(), "the settings file cannot be read"),
        ("yml", deep.as_bytes(), "the settings file cannot be read"),
        ("json", b"\"s3cret\"", "the settings file is not a table of names and values"),
        ("json", b"{\"PASSWORD\": \"s3cret\", A}", "line 1"),
        ("json", deep_json.as_bytes(), "the settings file cannot be read"),
        ("toml", b"PASSWORD = \"s3cret\" x", "line 1"),
        ("toml", b"PASSWORD = s3cret", "line 1"),
        ("ini", b"A=1", "the name of the settings file must end in"),
    ] {
        let error = from_file(extension, text).unwrap_err().to_string();
        assert!(error.contains(message), "{extension}: {error}");
        assert!(!error.contains("s3cret"), "{error}");
        assert!(error.contains("help: "), "{error}");
    }
    let error = from_file("toml", "EVENT_BUS_PRODUCER_TIMEOUT = nan").unwrap_err();
    assert_eq!(error.findings()[0].path, "EVENT_BUS_PRODUCER_TIMEOUT");
    let missing = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("missing.yml");
    let error = Settings::load(Some(&missing)).unwrap_err();
    assert_eq!(error.findings()[0].path, missing.display().to_string());
    assert!(error.findings()[0].message.starts_with("the settings file cannot be read: "), "{error}");
}

#[test]
fn keys_of_yaml_tables_become_strings() {
    let topics = |key: &str| {
        let route = "{event_key_field: quiz.id, enabled: true}";
        let text = format!("EVENT_BUS_PRODUCER_CONFIG:\n  {QUIZ}:\n    {key}: {route}\n");
        from_file("yml", text).map(|settings| {
            settings.producer.config.enabled(QUIZ).map(|(topic, _)| topic.to_owned()).collect::<Vec<_>>()
        })
    };
    assert_eq!(topics("2026").unwrap(), ["2026"]);
    assert_eq!(topics("'on'").unwrap(), ["on"]);
    assert_eq!(topics("Quizzes").unwrap(), ["Quizzes"]);
    for odd in ["[a]", "{a: b}"] {
        assert!(topics(odd).unwrap_err().to_string().contains("line 3"), "{odd}");
    }
}

/// A table that names an event type or any other key twice keeps the last value, as in Python, and says so.
#[test]
fn repeated_keys_are_reported_at_any_depth() {
    let route = |topic: &str| format!("{{{topic}: {{event_key_field: quiz.id, enabled: true}}}}");
    let yaml = format!(
        "EVENT_BUS_PRODUCER: memory\nOTHER: {{a: 1, a: 2}}\nEVENT_BUS_PRODUCER_CONFIG:\n  {QUIZ}: {}\n  {QUIZ}: {}\n",
        route("first"),
        route("last")
    );
    let json = format!(
        r#"{{"EVENT_BUS_PRODUCER": "memory", "EVENT_BUS_PRODUCER_CONFIG": {{
            "{QUIZ}": {{"first": {{"event_key_field": "quiz.id", "enabled": true}}}},
            "{QUIZ}": {{"last": {{"event_key_field": "quiz.id", "enabled": true}}}}}}}}"#
    );
    let variable = json.split_once("CONFIG\": ").unwrap().1.strip_suffix('}').unwrap();
    let from_environment =
        from_variables([("EVENT_BUS_PRODUCER", "memory"), ("EVENT_BUS_PRODUCER_CONFIG", variable)]);
    for settings in [from_file("yml", yaml), from_file("json", &json), from_environment] {
        let settings = settings.unwrap();
        let topics: Vec<_> = settings.producer.config.enabled(QUIZ).map(|(topic, _)| topic).collect();
        assert_eq!(topics, ["last"]);
        let [warning] = settings.warnings() else { panic!("{:?}", settings.warnings()) };
        assert_eq!(warning.path, format!("EVENT_BUS_PRODUCER_CONFIG['{QUIZ}']"));
        assert!(warning.message.starts_with("written more than once in its table\nnote: "), "{warning}");
    }

    let deep = "EVENT_BUS_CONSUMER_CONFIG:\n  t: {group_id: a, extra: {check_backlog: true, check_backlog: false}}\n";
    let settings = from_file("yml", deep).unwrap();
    let [warning] = settings.warnings() else { panic!("{:?}", settings.warnings()) };
    assert_eq!(warning.path, "EVENT_BUS_CONSUMER_CONFIG['t']['extra']['check_backlog']");
    assert!(from_file("toml", "[EVENT_BUS_CONSUMER_CONFIG.t]\ngroup_id = 'a'\ngroup_id = 'b'\n").is_err());

    // Overriding keys is the purpose of merge keys.
    let merged = format!(
        "BASE: &base {{event_key_field: quiz.id, enabled: false}}\nEVENT_BUS_PRODUCER: memory\nEVENT_BUS_PRODUCER_CONFIG:\n  \
         {QUIZ}:\n    t: {{<<: *base, enabled: true}}\n    u: {{enabled: true, <<: *base}}\n"
    );
    let settings = from_file("yml", merged).unwrap();
    assert_eq!(settings.producer.config.enabled(QUIZ).count(), 2);
    assert_eq!(settings.warnings(), []);
}

/// `PyYAML` accepts these tags in the settings of other programs.
#[test]
fn tags_in_other_settings_are_ignored() {
    for value in [
        "!!timestamp 2001-12-14t21:59:43.10-05:00",
        "!!timestamp '2001-12-14'",
        "!!timestamp\n  2001-12-14",
        "!<tag:yaml.org,2002:timestamp> 2001-12-14",
        "!!timestamp &day 2001-12-14\nSAME: *day",
        "ü!! # ü\nMORE: [ü, !!timestamp 2001-12-14, {a: !!timestamp 2001-12-15}]",
        "!!binary R0lGODlhDAAMAIQA",
        "!!set {a, b}",
        "!!omap [a: 1]",
        "!!pairs [a: 1, a: 2]",
        "!!str 1",
        "!!int '1'",
        "!!float 1",
        "!!bool yes",
        "!!null ''",
        "!!seq [1]",
        "!!map {a: 1}",
    ] {
        let text = format!("OTHER: {value}\nEVENT_BUS_TOPIC_PREFIX: dev\n");
        let settings = from_file("yml", &text).unwrap_or_else(|error| panic!("{value}: {error}"));
        assert_eq!(settings.topic_prefix.as_deref(), Some("dev"), "{value}");
    }
    // In a setting of the bus, a timestamp is a value like any other that is wrong.
    let error =
        from_file("yml", "A: !!timestamp 2001-12-14\nEVENT_BUS_PRODUCER_TIMEOUT: !!timestamp 2001-12-14\n")
            .unwrap_err();
    assert_eq!(error.findings()[0].path, "EVENT_BUS_PRODUCER_TIMEOUT");
    // The place of a later error is right.
    let error = from_file("yml", "A: !!timestamp 2001-12-14\nB: [1\nC: }").unwrap_err();
    assert!(error.to_string().contains("line 3"), "{error}");
}
