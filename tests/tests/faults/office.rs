//! A server, a folder for the books, and the processes that work on them.

use std::{
    cell::Cell,
    env, fs,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use openedx_events::event_bus::{EventBus, RedisBus, RedisOptions};
use openedx_events_tests::redis_server::{RedisServer, Setup};
use serde_json::{Value, json};

use super::staff::Worker;

pub(crate) const TOPIC: &str = "dev-books";
pub(crate) const GROUP: &str = "auditors";

pub(crate) struct Office {
    pub(crate) server: RedisServer,
    /// Where the processes find the server.
    pub(crate) url: String,
    pub(crate) folder: PathBuf,
    /// Settings beside those that every process has.
    pub(crate) settings: Value,
    pub(crate) clerks: Cell<u32>,
    pub(crate) auditors: Cell<u32>,
}

impl Office {
    pub(crate) fn with(setup: Setup) -> Self {
        let server = setup.start();
        let folder = server.file("books");
        fs::create_dir_all(&folder).unwrap();
        let url = format!("{}?socket_timeout=1", server.url());
        Self { url, folder, server, settings: json!({}), clerks: Cell::new(0), auditors: Cell::new(0) }
    }

    pub(crate) fn new() -> Self {
        Self::with(Setup::new())
    }

    fn settings(&self) -> Value {
        let mut settings = json!({
            "EVENTS_SERVICE_NAME": "books",
            "EVENT_BUS_PRODUCER": "redis",
            "EVENT_BUS_CONSUMER": "redis",
            "EVENT_BUS_TOPIC_PREFIX": "dev",
            "EVENT_BUS_REDIS_CONNECTION_URL": self.url,
            "EVENT_BUS_REDIS_STREAM_MAX_LEN": 10_000_000,
            "EVENT_BUS_REDIS_CONSUMER_POLL_FAILURE_SLEEP": 0.05,
            "EVENT_BUS_CONSUMER_RETRY_MIN": 0.01,
            "EVENT_BUS_CONSUMER_RETRY_MAX": 0.1,
            "EVENT_BUS_PRODUCER_CONFIG": {
                "com.example.accounting.entry.made.v1":
                    {"books": {"event_key_field": "account", "enabled": true}},
            },
        });
        merge(&mut settings, &self.settings);
        settings
    }

    /// Starts a clerk; `options` are those of `books_producer`.
    pub(crate) fn clerk(&self, options: &Value) -> Worker {
        let number = self.clerks.replace(self.clerks.get() + 1);
        let file = |suffix: &str| self.folder.join(format!("clerk.{number}.{suffix}"));
        let mut all = json!({
            "settings": self.settings(),
            "clerk": number,
            "file": file("accepted"),
            "log": file("log"),
        });
        merge(&mut all, options);
        Worker::start(env!("CARGO_BIN_EXE_books_producer"), &all)
    }

    /// Starts an auditor called `name`; `options` are those of `books_consumer`. Each process has files of its own.
    pub(crate) fn auditor(&self, name: &str, options: &Value) -> Worker {
        let number = self.auditors.replace(self.auditors.get() + 1);
        let file = |suffix: &str| self.folder.join(format!("auditor.{number:04}.{suffix}"));
        let mut settings = self.settings();
        // It produces nothing.
        let object = settings.as_object_mut().unwrap();
        object.retain(|name, _| !name.starts_with("EVENT_BUS_PRODUCER"));
        let mut all = json!({
            "settings": settings,
            "name": name,
            "file": file("handled"),
            "log": file("log"),
            "marks": self.folder.join("mark"),
        });
        merge(&mut all, options);
        Worker::start(env!("CARGO_BIN_EXE_books_consumer"), &all)
    }

    pub(crate) fn bus(&self) -> RedisBus {
        RedisBus::new(RedisOptions::tcp("127.0.0.1", self.server.port())).unwrap()
    }

    /// A command of the test's own.
    pub(crate) fn ask<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        self.try_ask(words).unwrap()
    }

    pub(crate) fn try_ask<T: redis::FromRedisValue>(&self, words: &[&str]) -> redis::RedisResult<T> {
        let mut connection = redis::Client::open(self.server.url())?.get_connection()?;
        let mut command = redis::cmd(words[0]);
        for word in &words[1..] {
            command.arg(*word);
        }
        command.query(&mut connection)
    }

    /// Waits until the group has read everything and has nothing pending.
    pub(crate) fn until_done(&self) {
        eventually("everything is handled", || {
            let mut operations = self.bus().operations().unwrap();
            let pending = operations.pending(TOPIC, GROUP, None, 1);
            pending.is_ok_and(|pending| pending.is_empty()) && self.is_read()
        });
    }

    fn is_read(&self) -> bool {
        let words = |words: &[&str]| self.try_ask::<redis::Value>(words).ok();
        let newest = words(&["XINFO", "STREAM", TOPIC]).and_then(|info| field(&info, "last-generated-id"));
        let Some(redis::Value::Array(groups)) = words(&["XINFO", "GROUPS", TOPIC]) else { return false };
        let read = groups.iter().find_map(|group| field(group, "last-delivered-id"));
        newest.is_some() && newest == read
    }
}

fn field(info: &redis::Value, name: &str) -> Option<String> {
    let redis::Value::Array(values) = info else { return None };
    let text = |value: &redis::Value| redis::from_redis_value_ref::<String>(value).ok();
    values.chunks(2).find(|pair| text(&pair[0]).as_deref() == Some(name)).and_then(|pair| text(&pair[1]))
}

fn merge(into: &mut Value, more: &Value) {
    for (name, value) in more.as_object().unwrap() {
        into[name] = value.clone();
    }
}

/// How many events a large test sends: few, unless `FAULTS_EVENTS` says more.
pub(crate) fn events(few: u64) -> u64 {
    env::var("FAULTS_EVENTS").map_or(few, |text| text.parse().expect("FAULTS_EVENTS is a number"))
}

pub(crate) fn patience() -> Duration {
    Duration::from_secs(30 + events(0) / 100)
}

/// Asks again and again until it is so, and fails after some time.
pub(crate) fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + patience();
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

pub(crate) fn wait(millis: u64) {
    thread::sleep(Duration::from_millis(millis));
}
