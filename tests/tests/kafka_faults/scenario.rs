//! A scenario: a broker, a registry, a topic and a group, a folder for the records, and the processes that use them.

use std::{
    cell::Cell,
    collections::BTreeMap,
    env, fs,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

use openedx_events_tests::{
    kafka_server::{KafkaServer, Record},
    schema_registry::{Keeps, Registry},
};
use serde_json::{Value, json};

use super::process::{Process, lines};

pub(crate) struct Scenario {
    /// A broker of its own, if the test breaks it.
    own: Option<KafkaServer>,
    /// Dead letters on a mock cluster are not looked at.
    is_mock: bool,
    pub(crate) bootstrap: String,
    pub(crate) registry: Registry,
    /// The full name of the topic.
    pub(crate) topic: String,
    pub(crate) group: String,
    prefix: String,
    pub(crate) folder: PathBuf,
    /// Settings in addition to the ones that every process has.
    pub(crate) settings: Value,
    pub(crate) producers: Cell<u32>,
    pub(crate) consumers: Cell<u32>,
}

impl Scenario {
    /// Uses the broker of all tests, with a topic of six partitions.
    pub(crate) fn new() -> Option<Self> {
        let scenario = Self::at(KafkaServer::shared()?.bootstrap());
        scenario.kafka().create_topic(&scenario.topic, 6);
        Some(scenario)
    }

    /// Uses a broker of its own, with a topic of six partitions.
    pub(crate) fn with(kafka: KafkaServer) -> Self {
        let mut scenario = Self::at(kafka.bootstrap());
        kafka.create_topic(&scenario.topic, 6);
        scenario.own = Some(kafka);
        scenario
    }

    /// Uses a mock cluster at this address.
    pub(crate) fn mock(bootstrap: String) -> Self {
        let mut scenario = Self::at(bootstrap);
        scenario.is_mock = true;
        scenario
    }

    fn at(bootstrap: String) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("openedx-events-faults-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let prefix = format!("faults{number}");
        Self {
            own: None,
            is_mock: false,
            bootstrap,
            registry: Registry::start(Keeps::Canonical),
            topic: format!("{prefix}-items"),
            group: format!("group{number}"),
            prefix,
            folder,
            settings: json!({}),
            producers: Cell::new(0),
            consumers: Cell::new(0),
        }
    }

    pub(crate) fn kafka(&self) -> &KafkaServer {
        self.own.as_ref().unwrap_or_else(|| KafkaServer::shared().expect("it was there before"))
    }

    pub(crate) fn own_kafka(&mut self) -> &mut KafkaServer {
        self.own.as_mut().expect("a broker of its own")
    }

    fn settings(&self) -> Value {
        let mut settings = json!({
            "EVENTS_SERVICE_NAME": "faults",
            "EVENT_BUS_PRODUCER": "kafka",
            "EVENT_BUS_CONSUMER": "kafka",
            "EVENT_BUS_TOPIC_PREFIX": self.prefix,
            "EVENT_BUS_KAFKA_BOOTSTRAP_SERVERS": self.bootstrap,
            "EVENT_BUS_KAFKA_SCHEMA_REGISTRY_URL": self.registry.url(),
            "EVENT_BUS_KAFKA_CONSUMER_POLL_FAILURE_SLEEP": 0.05,
            // A member that was killed is soon out of its group.
            "EVENT_BUS_KAFKA_CLIENT_CONFIG": {
                "session.timeout.ms": "1500",
                "heartbeat.interval.ms": "300",
                "reconnect.backoff.max.ms": "500",
            },
            "EVENT_BUS_CONSUMER_MAX_ATTEMPTS": 5,
            "EVENT_BUS_CONSUMER_RETRY_MIN": 0.01,
            "EVENT_BUS_CONSUMER_RETRY_MAX": 0.1,
            "EVENT_BUS_PRODUCER_CONFIG": {
                "com.example.faults.item.sent.v1":
                    {"items": {"event_key_field": "key", "enabled": true}},
            },
        });
        merge(&mut settings, &self.settings);
        settings
    }

    /// Starts a producer with options of `fault_producer`.
    pub(crate) fn producer(&self, options: &Value) -> Process {
        let number = self.producers.replace(self.producers.get() + 1);
        let file = |suffix: &str| self.folder.join(format!("producer.{number}.{suffix}"));
        let mut all = json!({
            "settings": self.settings(),
            "producer": number,
            "keys": 50,
            "file": file("accepted"),
            "log": file("log"),
        });
        merge(&mut all, options);
        Process::start(env!("CARGO_BIN_EXE_fault_producer"), &all)
    }

    /// Starts a consumer called `name` with options of `fault_consumer`. Each process has its own files.
    pub(crate) fn consumer(&self, name: &str, options: &Value) -> Process {
        let number = self.consumers.replace(self.consumers.get() + 1);
        let file = |suffix: &str| self.folder.join(format!("consumer.{number:04}.{suffix}"));
        let mut settings = self.settings();
        // A consumer produces nothing.
        let object = settings.as_object_mut().unwrap();
        object.retain(|name, _| !name.starts_with("EVENT_BUS_PRODUCER"));
        let mut all = json!({
            "settings": settings,
            "name": name,
            "group": self.group,
            "file": file("handled"),
            "log": file("log"),
            "marks": self.folder.join("mark"),
        });
        merge(&mut all, options);
        Process::start(env!("CARGO_BIN_EXE_fault_consumer"), &all)
    }

    /// Starts one producer after another, each with its number of items, and waits until all are accepted.
    pub(crate) fn produce(&self, options: &Value) {
        let mut producer = self.producer(options);
        assert!(producer.end().success(), "{}", producer.log());
    }

    /// Returns the data of the dead letters and the number of attempts.
    pub(crate) fn dead_letters(&self) -> Vec<(Vec<u8>, u32)> {
        if self.is_mock {
            return Vec::new();
        }
        let letters = self.dead_letter_records();
        let data = |letter: &Record| {
            letter.value.as_ref().and_then(|value| value.get(5..)).unwrap_or_default().to_vec()
        };
        let attempts = |letter: &Record| letter.header("dlq_attempts")?.parse().ok();
        letters.iter().map(|letter| (data(letter), attempts(letter).expect("a number of attempts"))).collect()
    }

    /// Returns the records of the dead letters: the last one of each key.
    pub(crate) fn dead_letter_records(&self) -> Vec<Record> {
        let topic = format!("{}.dlq.{}", self.topic, self.group);
        let mut last = BTreeMap::new();
        for record in self.kafka().records(&topic) {
            last.insert(record.key.clone(), record);
        }
        last.into_values().filter(|record| record.value.is_some()).collect()
    }

    /// Waits until the group has committed everything.
    pub(crate) fn until_done(&self) {
        let mut lag = 0;
        openedx_events_tests::eventually("everything is handled", patience(), || {
            lag = self.kafka().lag(&self.topic, &self.group);
            lag == 0
        });
    }
}

impl Drop for Scenario {
    fn drop(&mut self) {
        if thread::panicking() {
            for (kind, count) in [("producer", self.producers.get()), ("consumer", self.consumers.get())] {
                for number in 0..count {
                    let width = if kind == "consumer" { 4 } else { 1 };
                    let log = lines(&self.folder.join(format!("{kind}.{number:0width$}.log")));
                    println!("{kind} {number}: {:#?}", &log[log.len().saturating_sub(20)..]);
                }
            }
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

pub(crate) fn merge(into: &mut Value, more: &Value) {
    for (name, value) in more.as_object().unwrap() {
        into[name] = value.clone();
    }
}

/// Returns the number of events that a large test sends: `few`, unless `FAULTS_EVENTS` is set.
pub(crate) fn events(few: u64) -> u64 {
    env::var("FAULTS_EVENTS").map_or(few, |text| text.parse().expect("FAULTS_EVENTS must be a number"))
}

/// Returns how long a server is away in the tests of long outages: `FAULTS_OUTAGE` seconds, or ten.
pub(crate) fn outage() -> Duration {
    let seconds = env::var("FAULTS_OUTAGE");
    Duration::from_secs(seconds.map_or(10, |text| text.parse().expect("FAULTS_OUTAGE must be a number")))
}

pub(crate) fn patience() -> Duration {
    Duration::from_secs(60 + events(0) / 100) + 2 * outage()
}

/// Waits until a condition holds, and fails after some time.
pub(crate) fn eventually(what: &str, holds: impl FnMut() -> bool) {
    openedx_events_tests::eventually(what, patience(), holds);
}

pub(crate) fn wait(millis: u64) {
    thread::sleep(Duration::from_millis(millis));
}
