//! Processes in Python that produce or consume. They print a line for each event.

use std::{process::Command, time::Duration};

use openedx_events_tests::{eventually, running};
use serde_json::Value;

use crate::installed::Python;

/// The time after which a process counts as hung.
const LIMIT: Duration = Duration::from_mins(3);

impl Python {
    /// Runs a producer with a line for each event, and returns its answers.
    pub(crate) fn answers(&self, mut script: Command, lines: &[impl AsRef<str>]) -> Vec<Value> {
        let input = lines.iter().map(AsRef::as_ref).collect::<Vec<_>>().join("\n");
        let answers = Running(running::Running::start(&mut script, input)).end();
        assert_eq!(answers.len(), lines.len(), "{}: one answer per event", self.release);
        answers
    }
}

/// A member of a group.
pub(crate) struct Running(running::Running);

impl Running {
    /// Starts a member and waits until it has joined. `count` is the number of messages after which it stops, and `die_at` the
    /// number of the event whose receiver kills the process.
    pub(crate) fn join(mut script: Command, count: Option<usize>, die_at: Option<usize>) -> Self {
        for (name, value) in [("--count", count), ("--die-at", die_at)] {
            if let Some(value) = value {
                script.args([name, &value.to_string()]);
            }
        }
        let running = Self(running::Running::start(&mut script, ""));
        eventually("the member has joined", LIMIT, || running.0.stdout().contains('\n'));
        running
    }

    /// Returns the events that it has received so far.
    pub(crate) fn received(&self) -> Vec<Value> {
        received(&self.0.stdout())
    }

    /// Waits until it ends by itself and returns the received events.
    pub(crate) fn end(self) -> Vec<Value> {
        self.ended(0)
    }

    /// Lets it leave its group in an orderly way and returns the received events.
    pub(crate) fn stop(self) -> Vec<Value> {
        self.0.signal("TERM");
        self.end()
    }

    /// Waits until the process is killed by its receiver and returns the received events.
    pub(crate) fn killed(self) -> Vec<Value> {
        self.ended(128 + 9)
    }

    /// Kills the process and returns the received events.
    pub(crate) fn kill(self) -> Vec<Value> {
        self.0.signal("KILL");
        self.killed()
    }

    fn ended(self, code: i32) -> Vec<Value> {
        let ran = self.0.end(LIMIT);
        assert_eq!(ran.code, code, "{}", ran.stderr);
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
    received.iter().map(|line| line["metadata"]["id"].as_str().unwrap_or_else(|| panic!("{line}"))).collect()
}
