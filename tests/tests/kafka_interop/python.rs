//! The Python side: processes that produce and consume.

use std::process::Command;

use serde_json::Value;

use crate::{installed::folder, keys::Keyed, process::Running, servers::Servers};
pub(crate) use crate::{
    installed::{Python, each},
    process::received_ids,
};

/// The options of a member of a group.
pub(crate) struct Member<'a> {
    pub(crate) topic: &'a str,
    pub(crate) group: &'a str,
    /// The number of messages after which it stops.
    pub(crate) count: Option<usize>,
    /// The number of the event whose receiver kills the process.
    pub(crate) die_at: Option<usize>,
}

impl Python {
    fn script(&self, name: &str, servers: &Servers, topic: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(folder().join(name)).args(["--bootstrap", &servers.kafka.bootstrap()]);
        command.args(["--registry", &servers.registry, "--topic", topic]);
        // Without this, Python writes its cache into the repository.
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    /// Produces events with their metadata. The answers contain the metadata, partition and offset, or an `error`.
    pub(crate) fn produce(&self, servers: &Servers, topic: &str, events: &[Keyed<'_>]) -> Vec<Value> {
        let lines: Vec<_> = events.iter().map(Keyed::line).collect();
        self.answers(self.script("kafka_produce.py", servers, topic), &lines)
    }

    /// Starts a member of a group and waits until it has joined.
    pub(crate) fn consume(&self, servers: &Servers, member: &Member<'_>) -> Running {
        let mut script = self.script("kafka_consume.py", servers, member.topic);
        script.args(["--group", member.group]);
        Running::join(script, member.count, member.die_at)
    }
}
