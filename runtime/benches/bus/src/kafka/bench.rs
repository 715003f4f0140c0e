//! The servers, the amount of work and the participants that all sections share.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use openedx_events::{codec, learning::signals::COURSE_ENROLLMENT_CREATED};

use super::{counts::Counts, records::Template, servers::Servers, work::Work};
use crate::{
    Result,
    event::of_course,
    participant::{Participant, hex},
    python::root,
    worker::Order,
};

pub(super) struct Bench {
    pub(super) servers: Servers,
    /// The records that the plain client writes.
    template: Template,
    pub(super) counts: Counts,
    /// The interpreter, if Python is measured.
    pub(super) python: Option<PathBuf>,
}

impl Bench {
    /// Lets our producer write a record first, because the plain client sends the same.
    pub(super) fn new(servers: Servers, counts: Counts, python: Option<PathBuf>) -> Result<Self> {
        let topic = servers.create_topic("seed");
        start(&servers, None, Work::Produce, &topic)?.carry_out(&Order::of(1))?;
        let template = Template::of(&servers, &topic)?;
        Ok(Self { servers, template, counts, python })
    }

    pub(super) fn participant(&self, work: Work, topic: &str) -> Result<Participant> {
        start(&self.servers, Some(&self.template), work, topic)
    }

    /// Writes events to a topic, each with a course of its own.
    pub(super) fn fill(&self, topic: &str, count: u64) -> Result<()> {
        self.participant(Work::Fill, topic)?.carry_out(&Order::of(count)).map(drop)
    }

    /// Starts a participant in Python, which produces or consumes.
    pub(super) fn python(&self, python: &Path, work: &str, topic: &str) -> Result<Participant> {
        let mut command = Command::new(python);
        let avro = hex(&codec::encode(&of_course(0)?))?;
        command
            .arg(root().join("tests/interop/kafka_bench.py"))
            .arg(work)
            .args(["--bootstrap", &self.servers.bootstrap(), "--registry", &self.servers.registry()])
            .args([
                "--topic",
                topic,
                "--event-type",
                COURSE_ENROLLMENT_CREATED.event_type(),
                "--avro-hex",
                &avro,
            ])
            // Without this, Python writes its cache into the repository.
            .env("PYTHONDONTWRITEBYTECODE", "1");
        Participant::start(command)
    }
}

/// Starts a participant in Rust.
fn start(servers: &Servers, template: Option<&Template>, work: Work, topic: &str) -> Result<Participant> {
    let mut command = Command::new(env::current_exe()?);
    command.args(["kafka-work", &work.name(), "--bootstrap", &servers.bootstrap()]);
    command.args(["--registry", &servers.registry(), "--topic", topic]);
    if let Some(template) = template {
        command.args(["--template", &serde_json::to_string(template)?]);
    }
    Participant::start(command)
}
