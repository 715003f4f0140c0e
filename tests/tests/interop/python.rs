//! The Python side: processes that produce and consume.

use std::process::Command;

use openedx_events_tests::{golden::Vector, redis_server::RedisServer};
use serde_json::Value;

use crate::{installed::folder, process::Running};
pub(crate) use crate::{
    installed::{Python, each},
    process::received_ids,
};

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
        self.answers(self.script("produce.py", server, topic), &lines(vectors))
    }

    /// Sends signals with a route to the topic. Python creates the metadata.
    pub(crate) fn send_signals(&self, server: &RedisServer, topic: &str, vectors: &[&Vector]) -> Vec<Value> {
        let mut script = self.script("produce.py", server, topic);
        script.arg("--signals");
        self.answers(script, &lines(vectors))
    }

    /// Starts a member of a group and waits until it has joined.
    pub(crate) fn consume(&self, server: &RedisServer, member: &Member<'_>) -> Running {
        let mut script = self.script("consume.py", server, member.topic);
        script.args(["--group", member.group, "--extra", member.extra]);
        Running::join(script, member.count, member.die_at)
    }
}

fn lines<'a>(vectors: &[&'a Vector]) -> Vec<&'a str> {
    vectors.iter().map(|vector| &*vector.line).collect()
}
