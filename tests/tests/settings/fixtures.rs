//! Settings of real services: the warnings about them, and their routes compared with Python.

use std::{fs, path::PathBuf};

use openedx_events::event_bus::{
    Settings,
    settings::{RedisServer, RedisUrl, SettingsBuilder, merge_producer_configs},
};
use serde_json::{Value, json};

const FIXTURES: [&str; 6] =
    ["cms.yml", "course-discovery.yml", "credentials.yml", "lms.env.yml", "lms.yml", "tutor-redis.yml"];

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/settings").join(name)
}

/// Returns the entries that `python.py` recorded.
fn python(part: &str) -> Vec<Value> {
    let python: Value = serde_json::from_str(include_str!("../../fixtures/settings/python.json")).unwrap();
    let entries = python[part].as_array().unwrap().clone();
    assert!(!entries.is_empty());
    entries
}

fn load(name: &str) -> Settings {
    SettingsBuilder::new().file(path(name)).build().unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Returns the event type, topic, stream and key field of each enabled route, in the form of `python.json`.
fn routes(settings: &Settings) -> Value {
    let enabled = settings.producer.config.iter().filter(|(_, _, route)| route.enabled);
    enabled
        .map(|(event, topic, route)| {
            json!([event, topic, settings.stream_name(topic), route.event_key_field])
        })
        .collect()
}

#[test]
fn fixtures_load_with_the_listed_warnings() {
    for name in FIXTURES {
        let warnings: Vec<_> = load(name)
            .warnings()
            .iter()
            // The folder differs between machines.
            .map(|warning| warning.to_string().replace(&path(name).display().to_string(), name))
            .collect();
        let listed = path(&format!("{name}.warnings.txt"));
        let found = warnings.join("\n");
        if std::env::var_os("UPDATE_WARNINGS").is_some() {
            fs::write(&listed, format!("{found}\n").trim_start()).unwrap();
        }
        let listed = fs::read_to_string(&listed).unwrap();
        assert_eq!(found, listed.trim_end(), "{name}; UPDATE_WARNINGS=1 updates the list");
    }
}

#[test]
fn fixtures_route_events_as_in_python() {
    let expected = python("routes");
    assert_eq!(expected.len(), FIXTURES.len());
    for entry in expected {
        let name = entry[0].as_str().unwrap();
        assert_eq!(routes(&load(name)), entry[1], "{name}");
    }
}

#[test]
fn configurations_merge_as_in_python() {
    for entry in python("merges") {
        let merged = merge_producer_configs(entry[0].clone(), &entry[1]);
        assert_eq!(merged, entry[2], "{} and {}", entry[0], entry[1]);
    }
}

/// We refuse URLs that redis-py guesses at: it reads `/1/2` as database 12 and `/abc` as database 0.
#[test]
fn redis_urls_are_read_as_in_redis_py() {
    for entry in python("urls") {
        let (text, python) = (entry[0].as_str().unwrap(), &entry[1]);
        let url = text.parse::<RedisUrl>();
        assert_eq!(url.is_err(), python.is_null(), "{text}: {url:?}, {python}");
        let Ok(url) = url else { continue };
        let RedisUrl { server, login, db, tls, socket_timeout, .. } = &url;
        assert_eq!(login.username.as_deref(), python["username"].as_str(), "{text}");
        assert_eq!(login.password.as_deref(), python["password"].as_str(), "{text}");
        assert_eq!(u64::from(*db), python["db"].as_u64().unwrap_or(0), "{text}");
        let expected = match python["path"].as_str() {
            Some(path) => RedisServer::Socket(path.into()),
            None => RedisServer::Tcp(
                python["host"].as_str().unwrap_or("localhost").to_owned(),
                python["port"].as_u64().unwrap_or(6379).try_into().unwrap(),
            ),
        };
        assert_eq!(*server, expected, "{text}");
        assert_eq!(tls.is_some(), python["tls"].as_bool().unwrap(), "{text}");
        let ca_certs = tls.as_ref().and_then(|tls| tls.ca_certs.as_ref());
        assert_eq!(ca_certs.map(|file| file.to_str().unwrap()), python["ssl_ca_certs"].as_str(), "{text}");
        let accepts_any = tls.as_ref().is_some_and(|tls| tls.accept_any_certificate);
        assert_eq!(accepts_any, python["ssl_cert_reqs"] == "none", "{text}");
        assert_eq!(
            socket_timeout.map(|time| time.as_secs_f64()),
            python["socket_timeout"].as_f64(),
            "{text}"
        );
    }
}

#[test]
fn the_environment_is_merged_over_a_file_as_in_the_lms() {
    let config = json!({
        "org.openedx.learning.auth.session.login.completed.v1": {"user-login": {"enabled": false}},
        "org.openedx.learning.course.enrollment.created.v1": {
            "all-enrollment": {"event_key_field": "enrollment.course.course_key"},
        },
    });
    let settings = SettingsBuilder::new()
        .file(path("lms.env.yml"))
        .variables([
            ("EVENT_BUS_PRODUCER_CONFIG", config.to_string()),
            ("EVENT_BUS_TOPIC_PREFIX", "stage".to_owned()),
        ])
        .build()
        .unwrap();
    let login = "org.openedx.learning.auth.session.login.completed.v1";
    assert_eq!(settings.producer.config.enabled(login).count(), 0);
    let enrollment = "org.openedx.learning.course.enrollment.created.v1";
    let topics: Vec<_> = settings.producer.config.enabled(enrollment).collect();
    assert_eq!(topics.len(), 2);
    assert!(topics.iter().all(|(_, route)| route.event_key_field == "enrollment.course.course_key"));
    assert_eq!(settings.stream_name(topics[0].0), "stage-all-enrollment");
}

#[test]
fn values_of_a_complete_lms_env_yml() {
    let settings = load("lms.env.yml");
    assert_eq!(settings.service_name.as_deref(), Some("example-lms"));
    assert_eq!(settings.consumer.consecutive_errors_limit, None);
    assert_eq!(settings.buses.redis.stream_max_len, 10_000);
    let url = settings.buses.redis.connection_url.as_ref().unwrap();
    assert_eq!((&url.server, url.db), (&RedisServer::Tcp("redis".to_owned(), 6379), 3));
    assert_eq!(url.login.password.as_deref(), Some("s@crat"));
    let debug = format!("{settings:?}");
    assert!(
        !debug.contains("s@crat") && !debug.contains("s%40crat") && !debug.contains("hunter2"),
        "{debug}"
    );
}
