//! The processes of a scenario, with their files in one folder. `scenario.rs` of each bus starts them with its settings.

use std::{cell::Cell, env, fs, path::PathBuf, thread, time::Duration};

use serde_json::{Value, json};

use super::process::{Process, lines};

pub(crate) struct Processes {
    pub(crate) folder: PathBuf,
    producers: Cell<u32>,
    consumers: Cell<u32>,
}

impl Processes {
    pub(crate) fn new() -> Self {
        let folder = openedx_events_tests::new_folder("faults");
        Self { folder, producers: Cell::new(0), consumers: Cell::new(0) }
    }

    /// Starts a producer with options of `fault_producer`.
    pub(crate) fn producer(&self, settings: &Value, options: &Value) -> Process {
        let number = self.producers.replace(self.producers.get() + 1);
        let mut all = json!({
            "settings": settings,
            "producer": number,
            "file": self.of_producer(number, "accepted"),
            "log": self.of_producer(number, "log"),
        });
        merge(&mut all, options);
        Process::start(env!("CARGO_BIN_EXE_fault_producer"), &all)
    }

    /// Starts a consumer called `name` with options of `fault_consumer`.
    pub(crate) fn consumer(&self, mut settings: Value, name: &str, options: &Value) -> Process {
        let number = self.consumers.replace(self.consumers.get() + 1);
        // A consumer produces nothing.
        settings.as_object_mut().unwrap().retain(|name, _| !name.starts_with("EVENT_BUS_PRODUCER"));
        let mut all = json!({
            "settings": settings,
            "name": name,
            "file": self.of_consumer(number, "handled"),
            "log": self.of_consumer(number, "log"),
            "marks": self.folder.join("mark"),
        });
        merge(&mut all, options);
        Process::start(env!("CARGO_BIN_EXE_fault_consumer"), &all)
    }

    /// Returns the lines of the items that were accepted, for each producer.
    pub(crate) fn accepted(&self) -> impl Iterator<Item = Vec<String>> {
        (0..self.producers.get()).map(|number| lines(&self.of_producer(number, "accepted")))
    }

    /// Returns two lists of lines for each consumer: the items that it handled, and its log.
    pub(crate) fn handled(&self) -> impl Iterator<Item = [Vec<String>; 2]> {
        let files = |number| ["handled", "log"].map(|suffix| lines(&self.of_consumer(number, suffix)));
        (0..self.consumers.get()).map(files)
    }

    /// Returns how many consumers were started.
    pub(crate) fn consumers(&self) -> usize {
        self.consumers.get() as usize
    }

    fn of_producer(&self, number: u32, suffix: &str) -> PathBuf {
        self.folder.join(format!("producer.{number}.{suffix}"))
    }

    fn of_consumer(&self, number: u32, suffix: &str) -> PathBuf {
        self.folder.join(format!("consumer.{number:04}.{suffix}"))
    }
}

/// Prints the ends of the logs if the test fails.
impl Drop for Processes {
    fn drop(&mut self) {
        if thread::panicking() {
            let producers = (0..self.producers.get()).map(|number| self.of_producer(number, "log"));
            let consumers = (0..self.consumers.get()).map(|number| self.of_consumer(number, "log"));
            for file in producers.chain(consumers) {
                let log = lines(&file);
                println!("{}: {:#?}", file.display(), &log[log.len().saturating_sub(20)..]);
            }
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Returns the settings of a scenario: the common ones, overridden by those of the bus and then by the test's own.
pub(crate) fn settings(bus: &Value, own: &Value) -> Value {
    let mut settings = json!({
        "EVENTS_SERVICE_NAME": "faults",
        "EVENT_BUS_CONSUMER_MAX_ATTEMPTS": 5,
        "EVENT_BUS_CONSUMER_RETRY_MIN": 0.01,
        "EVENT_BUS_CONSUMER_RETRY_MAX": 0.1,
        "EVENT_BUS_PRODUCER_CONFIG": {
            "com.example.faults.item.sent.v1": {"items": {"event_key_field": "key", "enabled": true}},
        },
    });
    merge(&mut settings, bus);
    merge(&mut settings, own);
    settings
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

pub(crate) fn wait(millis: u64) {
    thread::sleep(Duration::from_millis(millis));
}
