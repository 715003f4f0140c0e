//! The Python side: processes that produce and consume.

use std::{process::Command, time::Duration};

use openedx_events_tests::{eventually, golden::Vector, redis_server::RedisServer, running};
use serde_json::Value;

pub(crate) use crate::installed::{Python, each, folder};

/// The time after which a process counts as hung.
const LIMIT: Duration = Duration::from_mins(3);

/// The options of a member of a group.
pub(crate) struct Member<'a> {
    pub(crate) topic: &'a str,
    pub(crate) group: &'a str,
    pub(crate) extra: &'a str,
    /// The number of messages after which it stops.
    pub(crate) count: Option<usize>,
    /// The number of the event whose receiver kills the process.
    pub(crate) die_at: Option<usize>,
}

impl Python {
    fn script(&self, name: &str, server: &RedisServer, topic: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(folder().join(name)).args(["--url", &server.url(), "--topic", topic]);
        // Without this, Python writes its cache into the repository.
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    /// Produces events with their metadata. The answers contain the metadata or an `error`.
    pub(crate) fn produce(&self, server: &RedisServer, topic: &str, vectors: &[&Vector]) -> Vec<Value> {
        self.answers(self.script("produce.py", server, topic), vectors)
    }

    /// Sends signals with a route to the topic. Python creates the metadata.
    pub(crate) fn send_signals(&self, server: &RedisServer, topic: &str, vectors: &[&Vector]) -> Vec<Value> {
        let mut script = self.script("produce.py", server, topic);
        script.arg("--signals");
        self.answers(script, vectors)
    }

    fn answers(&self, mut script: Command, vectors: &[&Vector]) -> Vec<Value> {
        let input = vectors.iter().map(|vector| &*vector.line).collect::<Vec<_>>().join("\n");
        let answers = Running(running::Running::start(&mut script, input)).end();
        assert_eq!(answers.len(), vectors.len(), "{}: one answer per event", self.release);
        answers
    }

    /// Starts a member of a group and waits until it has joined.
    pub(crate) fn consume(&self, server: &RedisServer, member: &Member<'_>) -> Running {
        let mut script = self.script("consume.py", server, member.topic);
        script.args(["--group", member.group, "--extra", member.extra]);
        for (name, value) in [("--count", member.count), ("--die-at", member.die_at)] {
            if let Some(value) = value {
                script.args([name, &value.to_string()]);
            }
        }
        let running = Running(running::Running::start(&mut script, ""));
        eventually("the member has joined", LIMIT, || running.0.stdout().contains('\n'));
        running
    }
}

/// A member of a group.
pub(crate) struct Running(running::Running);

impl Running {
    /// Returns the events that it has received so far.
    pub(crate) fn received(&self) -> Vec<Value> {
        received(&self.0.stdout())
    }

    /// Waits until it ends by itself and returns the received events.
    pub(crate) fn end(self) -> Vec<Value> {
        let ran = self.0.end(LIMIT);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        received(&ran.stdout)
    }

    /// Waits until the process is killed, or kills it, and returns the received events.
    pub(crate) fn killed(self, by_itself: bool) -> Vec<Value> {
        if !by_itself {
            self.0.signal("KILL");
        }
        let ran = self.0.end(LIMIT);
        assert_eq!(ran.code, 128 + 9, "{}", ran.stderr);
        received(&ran.stdout)
    }
}

/// Parses complete lines, without the one that says that the member has joined.
fn received(stdout: &str) -> Vec<Value> {
    let lines = stdout.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    let lines = lines.map(|line| serde_json::from_str(line).unwrap_or(Value::String(line.to_owned())));
    lines.filter(|line: &Value| line.get("joined").is_none()).collect()
}

/// Returns the ids of events that a consumer in Python printed.
pub(crate) fn received_ids(received: &[Value]) -> Vec<&str> {
    received.iter().map(|line| line["metadata"]["id"].as_str().unwrap()).collect()
}
