//! A scenario: a server, a folder for the records, and the processes that use them.

use std::time::Duration;

use openedx_events::event_bus::{EventBus, RedisBus, RedisOptions};
use openedx_events_tests::redis_server::{RedisServer, Setup};
use serde_json::{Value, json};

pub(crate) use super::processes::{events, wait};
use super::{
    ledger::Ledger,
    process::Process,
    processes::{self, Processes},
};

pub(crate) const TOPIC: &str = "dev-items";
pub(crate) const GROUP: &str = "faults";

pub(crate) struct Scenario {
    pub(crate) server: RedisServer,
    /// The URL of the server for the processes.
    pub(crate) url: String,
    /// Settings in addition to the ones that every process has.
    pub(crate) settings: Value,
    pub(crate) processes: Processes,
}

impl Scenario {
    pub(crate) fn with(setup: Setup) -> Self {
        let server = setup.start();
        let url = format!("{}?socket_timeout=1", server.url());
        Self { url, server, settings: json!({}), processes: Processes::new() }
    }

    pub(crate) fn new() -> Self {
        Self::with(Setup::new())
    }

    fn settings(&self) -> Value {
        let redis = json!({
            "EVENT_BUS_PRODUCER": "redis",
            "EVENT_BUS_CONSUMER": "redis",
            "EVENT_BUS_TOPIC_PREFIX": "dev",
            "EVENT_BUS_REDIS_CONNECTION_URL": self.url,
            "EVENT_BUS_REDIS_STREAM_MAX_LEN": 10_000_000,
            "EVENT_BUS_REDIS_CONSUMER_POLL_FAILURE_SLEEP": 0.05,
            "EVENT_BUS_CONSUMER_PAUSE_MAX": 0.2,
        });
        processes::settings(&redis, &self.settings)
    }

    /// Starts a producer with options of `fault_producer`.
    pub(crate) fn producer(&self, options: &Value) -> Process {
        self.processes.producer(&self.settings(), options)
    }

    /// Starts a consumer called `name` with options of `fault_consumer`. Each process has its own files.
    pub(crate) fn consumer(&self, name: &str, options: &Value) -> Process {
        self.processes.consumer(self.settings(), name, options)
    }

    pub(crate) fn bus(&self) -> RedisBus {
        RedisBus::new(RedisOptions::tcp("127.0.0.1", self.server.port())).unwrap()
    }

    /// Returns the data of the dead letters, if they have any, and the number of attempts.
    pub(crate) fn dead_letters(&self) -> Vec<(Vec<u8>, u32)> {
        let mut operations = self.bus().operations().unwrap();
        let (mut after, mut found) = (None, Vec::new());
        while let Ok(letters) = operations.dead_letters(TOPIC, GROUP, after.as_ref(), 1000)
            && let Some(last) = letters.last()
        {
            after = Some(last.id.clone());
            for letter in letters {
                let data = letter.message.event_data().ok();
                found.extend(data.map(|data| (data.to_vec(), letter.failure.attempts)));
            }
        }
        found
    }

    pub(crate) fn ask<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        self.server.ask(words)
    }

    /// Waits until the group has read everything and has nothing pending.
    pub(crate) fn until_done(&self) {
        eventually("everything is handled", || {
            // In this order: entries become pending when they are read.
            self.is_read() && {
                let mut operations = self.bus().operations().unwrap();
                let pending = operations.pending(TOPIC, GROUP, None, 1);
                pending.is_ok_and(|pending| pending.is_empty())
            }
        });
    }

    /// Runs a consumer, restarting it whenever it ends, until `count` items are handled or dead-lettered. Returns the exit codes.
    pub(crate) fn consume_with_restarts(&self, options: &Value, count: usize) -> Vec<Option<i32>> {
        let mut consumer = self.consumer("ann", options);
        let mut codes = Vec::new();
        eventually("all items are done", || {
            if let Some(status) = consumer.has_ended() {
                codes.push(status.code());
                consumer = self.consumer("ann", options);
            }
            let ledger = Ledger::of(self);
            ledger.handled().len() + ledger.dead.len() >= count
        });
        self.until_done();
        assert!(consumer.stop().success());
        codes
    }

    fn is_read(&self) -> bool {
        let words = |words: &[&str]| self.server.try_ask::<redis::Value>(words).ok();
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

pub(crate) fn patience() -> Duration {
    Duration::from_secs(30 + events(0) / 100)
}

/// Waits until a condition holds, and fails after some time.
pub(crate) fn eventually(what: &str, holds: impl FnMut() -> bool) {
    openedx_events_tests::eventually(what, patience(), holds);
}
