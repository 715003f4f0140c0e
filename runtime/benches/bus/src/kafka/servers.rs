//! Kafka and the schema registry: those that the environment names, or new ones.

use std::{
    cell::RefCell,
    env,
    process::{Command, Stdio},
};

use openedx_events_tests::{
    kafka_server::{KafkaServer, Setup, folder},
    schema_registry::{Apicurio, Keeps},
};

use crate::{Result, python::root};

/// The number of partitions of each topic.
const PARTITIONS: i32 = 12;

pub(super) struct Servers {
    kafka: KafkaServer,
    registry: Registry,
    topics: RefCell<Vec<String>>,
    prefix: String,
}

enum Registry {
    Own(Apicurio),
    At(String),
}

impl Servers {
    /// Returns `None` if the servers are not installed and `OFFLINE=1` is set.
    pub(super) fn start() -> Result<Option<Self>> {
        let given = (env::var("KAFKA_BOOTSTRAP").ok(), env::var("SCHEMA_REGISTRY_URL").ok());
        let (kafka, registry) = match given {
            (Some(bootstrap), Some(registry)) => (KafkaServer::at(&bootstrap), Registry::At(registry)),
            (None, None) => {
                install()?;
                let Some(kafka) = Setup::new().as_in_production().start() else { return Ok(None) };
                let registry = Apicurio::start(Keeps::Canonical).or_else(|| Apicurio::start(Keeps::Verbatim));
                let Some(registry) = registry else { return Ok(None) };
                (kafka, Registry::Own(registry))
            }
            _ => return Err("set both `KAFKA_BOOTSTRAP` and `SCHEMA_REGISTRY_URL`, or none of them".into()),
        };
        let prefix = format!("bench-{}", std::process::id());
        Ok(Some(Self { kafka, registry, topics: RefCell::default(), prefix }))
    }

    pub(super) fn kafka(&self) -> &KafkaServer {
        &self.kafka
    }

    pub(super) fn bootstrap(&self) -> String {
        self.kafka.bootstrap()
    }

    pub(super) fn registry(&self) -> String {
        match &self.registry {
            Registry::Own(registry) => registry.url(),
            Registry::At(url) => url.clone(),
        }
    }

    /// Creates a topic, and returns its full name.
    pub(super) fn create_topic(&self, name: &str) -> String {
        let topic = format!("{}-{name}", self.prefix);
        self.kafka.create_topic(&topic, PARTITIONS);
        self.topics.borrow_mut().push(topic.clone());
        topic
    }

    pub(super) fn delete_topics(&mut self) {
        for topic in self.topics.take() {
            self.kafka.delete_topic(&topic);
        }
    }
}

/// The servers of an aborted run go with it, but not the topics on another server.
impl Drop for Servers {
    fn drop(&mut self) {
        self.delete_topics();
    }
}

fn install() -> Result<()> {
    let script = Command::new("bash")
        .arg(root().join("tests/kafka/install.sh"))
        .arg(folder())
        .stdout(Stdio::null())
        .status()?;
    if script.success() { Ok(()) } else { Err("cannot install Kafka".into()) }
}
