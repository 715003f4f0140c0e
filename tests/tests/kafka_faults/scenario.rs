//! A scenario: a broker, a registry, a topic and a group, a folder for the records, and the processes that use them.

use std::{
    collections::BTreeMap,
    env,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use openedx_events_tests::{
    kafka_server::{KafkaServer, Record},
    schema_registry::{Keeps, Registry},
};
use serde_json::{Value, json};

pub(crate) use super::processes::{events, merge, wait};
use super::{
    process::Process,
    processes::{self, Processes},
};

pub(crate) struct Scenario {
    /// A broker of its own, if the test breaks it.
    own: Option<KafkaServer>,
    /// Whether the broker is a mock cluster. Dead letters there are not checked.
    is_mock: bool,
    pub(crate) bootstrap: String,
    pub(crate) registry: Registry,
    /// The full name of the topic.
    pub(crate) topic: String,
    pub(crate) group: String,
    prefix: String,
    /// Settings in addition to the ones that every process has.
    pub(crate) settings: Value,
    pub(crate) processes: Processes,
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
        let prefix = format!("faults{number}");
        Self {
            own: None,
            is_mock: false,
            bootstrap,
            registry: Registry::start(Keeps::Canonical),
            topic: format!("{prefix}-items"),
            group: format!("group{number}"),
            prefix,
            settings: json!({}),
            processes: Processes::new(),
        }
    }

    pub(crate) fn kafka(&self) -> &KafkaServer {
        self.own.as_ref().unwrap_or_else(|| KafkaServer::shared().expect("it was there before"))
    }

    pub(crate) fn own_kafka(&mut self) -> &mut KafkaServer {
        self.own.as_mut().expect("a broker of its own")
    }

    fn settings(&self) -> Value {
        let kafka = json!({
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
        });
        processes::settings(&kafka, &self.settings)
    }

    /// Starts a producer with options of `fault_producer`.
    pub(crate) fn producer(&self, options: &Value) -> Process {
        let mut all = json!({"keys": 50});
        merge(&mut all, options);
        self.processes.producer(&self.settings(), &all)
    }

    /// Starts a consumer called `name` with options of `fault_consumer`. Each process has its own files.
    pub(crate) fn consumer(&self, name: &str, options: &Value) -> Process {
        let mut all = json!({"group": self.group});
        merge(&mut all, options);
        self.processes.consumer(self.settings(), name, &all)
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
