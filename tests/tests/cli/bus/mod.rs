//! The commands of the event bus, tested with a real server. There are three programs: `worker`, whose receivers behave as the
//! event says; `onlooker`, which has no receivers; and `service`, whose events the others do not know.

mod asynchronous;
mod audit;
mod check;
mod consume;
mod dead_letter_batches;
mod dead_letters;
mod endings;
mod examples;
mod lag;
mod missing;
mod options;
mod pending;
mod produce;
mod produce_lines;
mod seek;
mod settings;
mod tail;

use std::{fs, ops::Deref, process::Command, time::Duration};

use openedx_events::DateTime;
use openedx_events_tests::{redis_server::RedisServer, running};
use serde_json::{Value, json};

use crate::{Folder, Ran};

const WORKER: &str = env!("CARGO_BIN_EXE_worker");
const ONLOOKER: &str = env!("CARGO_BIN_EXE_onlooker");
const SERVICE: &str = env!("CARGO_BIN_EXE_service");

const SENT: &str = "com.example.post.parcel.sent.v1";
const ARRIVED: &str = "com.example.post.parcel.arrived.v1";
const WEIGHED: &str = "com.example.post.parcel.weighed.v1";
const LENT: &str = "com.example.library.book.lent.v1";

/// Returns the time of an entry as an argument.
fn time_of(id: &str) -> String {
    let millis: i64 = id.split_once('-').unwrap().0.parse().unwrap();
    DateTime::from_unix_micros(millis * 1000).unwrap().to_string()
}

/// Personal data in the events.
const RECIPIENT: &str = "grace@example.com";
const NEIGHBOUR: &str = "Mrs. Lovelace";

/// Starts with the oldest entry.
const BACKLOG: &str = r#"{"check_backlog": true}"#;

/// A server and the environment of a service.
struct Bus {
    server: RedisServer,
    folder: Folder,
    variables: Vec<(String, String)>,
}

impl Bus {
    fn new() -> Self {
        let server = RedisServer::start();
        let folder = Folder::new();
        let url = server.url();
        let log = folder.path("log").display().to_string();
        let variables = [
            ("EVENTS_SERVICE_NAME", "post"),
            ("EVENT_BUS_PRODUCER", "redis"),
            ("EVENT_BUS_CONSUMER", "redis"),
            ("EVENT_BUS_TOPIC_PREFIX", "dev"),
            ("EVENT_BUS_REDIS_CONNECTION_URL", &url),
            ("EVENT_BUS_CONSUMER_RETRY_MIN", "0.01"),
            ("EVENT_BUS_CONSUMER_RETRY_MAX", "0.02"),
            ("EVENT_BUS_REDIS_CONSUMER_POLL_FAILURE_SLEEP", "0.1"),
            ("WORKER_LOG", &log),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Self { server, folder, variables }
    }

    /// Unsets a variable.
    fn without(mut self, name: &str) -> Self {
        self.variables.retain(|(other, _)| other != name);
        self
    }

    /// Sets a variable. An empty value means not set, except that an empty `EVENT_BUS_PRODUCER` switches producing off.
    fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        let variables = self.variables.iter().map(|(name, value)| (name, value));
        command.env_remove("RUST_LOG").envs(variables).args(arguments).current_dir(self.folder.path("."));
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.run_as(WORKER, arguments)
    }

    fn run_as(&self, program: &str, arguments: &[&str]) -> Ran {
        self.feed(program, arguments, "")
    }

    fn feed(&self, program: &str, arguments: &[&str], input: &str) -> Ran {
        Running::fed(&mut self.command(program, arguments), input).end()
    }

    /// Runs a command of the worker, which must succeed.
    fn done(&self, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
        ran
    }

    fn start(&self, arguments: &[&str]) -> Running {
        // A shell that runs the tests in the background makes them ignore SIGINT, and the worker would inherit that.
        self.start_as("env", &[&["--default-signal=INT", WORKER][..], arguments].concat())
    }

    fn start_as(&self, program: &str, arguments: &[&str]) -> Running {
        Running::of(&mut self.command(program, arguments))
    }

    /// Starts to consume and waits until the group exists.
    fn consume(&self, topic: &str, group: &str, more: &[&str]) -> Running {
        let arguments = [&["consume-events", "-t", topic, "-g", group], more].concat();
        let running = self.start(&arguments);
        running.until("consuming");
        eventually("the group exists", || self.run(&["pending", "-t", topic, "-g", group]).code == 0);
        running
    }

    /// Produces parcels with these tasks, numbered from 1, and returns the ids of all entries.
    fn post(&self, topic: &str, tasks: &[&str]) -> Vec<String> {
        let lines = tasks.iter().zip(1..).map(|(task, number)| line(SENT, number, task) + "\n");
        let ran =
            self.feed(WORKER, &["produce-event", "--topic", topic, "--lines"], &lines.collect::<String>());
        assert_eq!((ran.code, ran.json_lines().len()), (0, tasks.len()), "{}", ran.stderr);
        self.ids(topic)
    }

    /// Produces a parcel, and later two more. Returns the ids of the three entries.
    fn post_around_a_time(&self, topic: &str) -> Vec<String> {
        self.post(topic, &["ok"]);
        std::thread::sleep(Duration::from_millis(5));
        self.post(topic, &["ok", "ok"])
    }

    /// Returns the ids of the topic's entries; none if the topic does not exist.
    fn ids(&self, topic: &str) -> Vec<String> {
        let ran = self.run(&["tail", "-t", topic]);
        assert!(ran.code == 0 || ran.stderr.contains("does not exist"), "{}", ran.stderr);
        ids(&ran)
    }

    /// Returns the lines that the receivers wrote.
    fn notes(&self) -> Vec<String> {
        let log = fs::read_to_string(self.folder.path("log")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }

    fn pending(&self, topic: &str, group: &str) -> Vec<Value> {
        self.done(&["pending", "-t", topic, "-g", group]).json_lines()
    }

    fn dead_letters(&self, topic: &str, group: &str) -> Vec<Value> {
        self.done(&["dlq", "list", "-t", topic, "-g", group]).json_lines()
    }

    fn ask<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        self.server.ask(words)
    }
}

fn ids(ran: &Ran) -> Vec<String> {
    ran.json_lines().iter().map(|line| line["id"].as_str().unwrap().to_owned()).collect()
}

/// Returns the data of an event about a parcel.
fn parcel(number: u32, task: &str) -> Value {
    let neighbours = [json!({"name": NEIGHBOUR})];
    json!({"parcel": {"number": number, "task": task, "recipient": RECIPIENT, "neighbours": neighbours}})
}

/// Returns a line for `produce-event --lines`.
fn line(event_type: &str, number: u32, task: &str) -> String {
    json!({"event_type": event_type, "data": parcel(number, task)}).to_string()
}

fn expect_nothing_personal(text: &str) {
    for personal in [RECIPIENT, NEIGHBOUR, "grace", "Lovelace"] {
        assert!(!text.contains(personal), "{personal} in:\n{text}");
    }
}

struct Running(running::Running);

impl Running {
    fn of(command: &mut Command) -> Self {
        Self::fed(command, "")
    }

    /// Starts the command with `input` on standard input.
    fn fed(command: &mut Command, input: &str) -> Self {
        Self(running::Running::start(command, input))
    }

    /// Waits until standard error contains `text`.
    fn until(&self, text: &str) {
        eventually(&format!("`{text}` is logged"), || self.stderr().contains(text));
    }

    fn end(self) -> Ran {
        let ran = self.0.end(Duration::from_secs(30));
        expect_nothing_personal(&ran.stderr);
        ran
    }

    /// Sends SIGTERM and waits for the end of the command.
    fn stop(self) -> Ran {
        self.signal("TERM");
        self.end()
    }
}

impl Deref for Running {
    type Target = running::Running;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

fn eventually(what: &str, done: impl FnMut() -> bool) {
    openedx_events_tests::eventually(what, Duration::from_secs(20), done);
}
