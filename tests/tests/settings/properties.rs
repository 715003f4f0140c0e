//! Properties of arbitrary settings.

use openedx_events::event_bus::settings::{RedisUrl, SettingsBuilder};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};
use serde_json::{Value, json};

use super::{QUIZ, from_file};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "(redis|edx_event_bus_redis|memory|\\PC{0,8}|enrollment.course|-?[0-9]{1,25}|[0-9]-[0-9])"
            .prop_map(Value::from),
    ];
    let key = prop_oneof![
        Just(QUIZ.to_owned()),
        Just("enabled".to_owned()),
        Just("event_key_field".to_owned()),
        Just("group_id".to_owned()),
        Just("extra".to_owned()),
        Just("claim_msgs_older_than".to_owned()),
        "\\PC{0,6}",
    ];
    leaf.prop_recursive(5, 40, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..4)
                .prop_map(|table| Value::Object(table.into_iter().collect())),
        ]
    })
}

/// Returns a configuration without a file of past failures.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_value_of_any_setting_panics(value in any_json(), other in any_json()) {
        for name in [
            "EVENTS_SERVICE_NAME", "EVENT_BUS_PRODUCER", "EVENT_BUS_CONSUMER", "EVENT_BUS_PRODUCER_CONFIG",
            "EVENT_BUS_CONSUMER_CONFIG", "EVENT_BUS_TOPIC_PREFIX", "EVENT_BUS_PRODUCER_DELIVERY",
            "EVENT_BUS_PRODUCER_TIMEOUT", "EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT", "EVENT_BUS_REDIS_CONNECTION_URL",
            "EVENT_BUS_REDIS_STREAM_MAX_LEN", "EVENT_BUS_REDIS_CONSUMERS_ENABLED", "EVENT_BUS_ANYTHING",
        ] {
            let settings = SettingsBuilder::new()
                .value(json!({ name: value }))
                .variables([(name, other.to_string())])
                .build();
            if let Err(error) = settings {
                assert!(error.findings().iter().all(|finding| finding.path.starts_with(name)
                    || finding.path == "EVENT_BUS_REDIS_CONNECTION_URL"), "{error}");
            }
        }
    }

    #[test]
    fn no_file_panics(text in "[a-zA-Z_:{}\\[\\],&*<>|'\"!#?=. \n\t0-9~-]{0,60}") {
        for extension in ["yml", "json", "toml"] {
            for text in [&*text, &*format!("EVENT_BUS_CONSUMER_CONFIG: {text}"), &*format!("EVENT_BUS_X = {text}")] {
                let _ = from_file(extension, text);
            }
        }
    }

    #[test]
    fn no_url_panics_or_shows_its_password(
        text in "(rediss?|unix|rediss?[+]sentinel)://((|u):hushhush[a-z:%/?#@]{0,4}|u?hushhush[a-z%/?#@]{0,4})@[a-zA-Z0-9\\[\\]:.%,]{0,8}(/[a-z0-9]{0,3}){0,2}([?](db|socket_timeout|sentinel_password)=[0-9.]{0,4})?"
    ) {
        let printed = format!("{:?}", text.parse::<RedisUrl>());
        assert!(!printed.contains("hushhush"), "{printed}");
    }
}
