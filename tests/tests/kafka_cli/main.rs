//! The commands of operators on Kafka, with a real server. The program is `src/bin/worker.rs`.

mod check;
mod dead_letters;
mod groups;
mod members;
mod outages;
mod topics;

use std::{
    env, fs,
    path::PathBuf,
    process::{self, Command},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use openedx_events_tests::{
    kafka_server::KafkaServer,
    running::{Ran, Running},
    schema_registry::{Keeps, Registry},
};
use serde_json::{Value, json};

const SENT: &str = "com.example.post.parcel.sent.v1";
/// Personal data in the events.
const RECIPIENT: &str = "grace@example.com";

/// A topic, and the environment of a service.
struct Bus {
    server: &'static KafkaServer,
    registry: Registry,
    folder: PathBuf,
    /// The full name of the topic `parcels`.
    topic: String,
    /// The group of the test. On Kafka, a group does not belong to a topic, so each test needs its own.
    group: String,
    variables: Vec<(String, String)>,
}

impl Bus {
    /// Makes the topic `parcels`. Returns `None` if no server is installed and the test is skipped.
    fn new(partitions: i32) -> Option<Self> {
        let bus = Self::without_topic()?;
        bus.server.create_topic(&bus.topic, partitions);
        Some(bus)
    }

    fn without_topic() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = KafkaServer::shared()?;
        let registry = Registry::start(Keeps::Canonical);
        let prefix = format!("cli-{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(&prefix);
        fs::create_dir_all(&folder).unwrap();
        let (bootstrap, url) = (server.bootstrap(), registry.url());
        let log = folder.join("log").display().to_string();
        let variables = [
            ("EVENTS_SERVICE_NAME", "post"),
            ("EVENT_BUS_PRODUCER", "kafka"),
            ("EVENT_BUS_CONSUMER", "kafka"),
            ("EVENT_BUS_TOPIC_PREFIX", &prefix),
            ("EVENT_BUS_KAFKA_BOOTSTRAP_SERVERS", &bootstrap),
            ("EVENT_BUS_KAFKA_SCHEMA_REGISTRY_URL", &url),
            ("EVENT_BUS_PRODUCER_TIMEOUT", "10"),
            ("EVENT_BUS_CONSUMER_RETRY_MIN", "0.01"),
            ("EVENT_BUS_CONSUMER_RETRY_MAX", "0.02"),
            ("WORKER_LOG", &log),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Some(Self {
            server,
            registry,
            folder,
            topic: format!("{prefix}-parcels"),
            group: format!("vans-{prefix}"),
            variables,
        })
    }

    /// Sets a variable.
    fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    fn start(&self, arguments: &[&str], input: &str) -> Running {
        let mut command = Command::new(env!("CARGO_BIN_EXE_worker"));
        let variables = self.variables.iter().map(|(name, value)| (name, value));
        command.env_remove("RUST_LOG").envs(variables).args(arguments).current_dir(&self.folder);
        Running::start(&mut command, input)
    }

    fn feed(&self, arguments: &[&str], input: &str) -> Ran {
        let ran = self.start(arguments, input).end(Duration::from_mins(1));
        assert!(!ran.stderr.contains(RECIPIENT), "{}", ran.stderr);
        ran
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.feed(arguments, "")
    }

    /// Runs a command about the group of the test in the topic.
    fn run_group(&self, command: &[&str], more: &[&str]) -> Ran {
        self.run(&[command, &["-t", "parcels", "-g", &self.group], more].concat())
    }

    /// Runs a command, which must succeed.
    fn done(&self, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
        ran
    }

    /// Produces parcels with these tasks, numbered from 1.
    fn post(&self, tasks: &[&str]) {
        let line = |(task, number): (&&str, u32)| {
            format!("{}\n", json!({"event_type": SENT, "data": parcel(number, task)}))
        };
        let lines: String = tasks.iter().zip(1..).map(line).collect();
        let ran = self.feed(&["produce-event", "--topic", "parcels", "--lines"], &lines);
        assert_eq!((ran.code, ran.json_lines().len()), (0, tasks.len()), "{}", ran.stderr);
    }

    /// Returns the lines that the receivers wrote.
    fn notes(&self) -> Vec<String> {
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Returns the name of the group's dead-letter topic.
fn letters_topic(bus: &Bus) -> String {
    format!("{}.dlq.{}", bus.topic, bus.group)
}

/// Returns the data of an event about a parcel.
fn parcel(number: u32, task: &str) -> Value {
    json!({"parcel": {"number": number, "task": task, "recipient": RECIPIENT, "neighbours": []}})
}

fn texts(lines: &[Value], name: &str) -> Vec<String> {
    lines.iter().map(|line| line[name].as_str().unwrap_or_default().to_owned()).collect()
}
