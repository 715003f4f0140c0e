//! The options of a cluster.

use std::fs;

use super::{KafkaServer, node::Node};
use crate::{
    cleanup::new_folder,
    servers::{Installed, certificate, free_port},
};

/// The options of a [`KafkaServer`].
#[derive(Clone, Debug)]
pub struct Setup {
    nodes: usize,
    logins: Vec<(String, String)>,
    properties: Vec<(String, String)>,
    is_fast: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self { nodes: 1, logins: Vec::new(), properties: Vec::new(), is_fast: false }
    }
}

impl Setup {
    /// One node without logins, on which clients cannot create topics by using them.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the number of nodes. Topics then have a replica on each.
    #[must_use]
    pub fn nodes(mut self, count: usize) -> Self {
        self.nodes = count;
        self
    }

    /// Adds a listener with TLS and SASL/PLAIN, and an account there. The account has no rights until
    /// [`KafkaServer::allow`] grants some. The certificate of the authority is the file `ca.crt`.
    #[must_use]
    pub fn login(mut self, user: &str, password: &str) -> Self {
        self.logins.push((user.to_owned(), password.to_owned()));
        self
    }

    /// Sets a property of the servers.
    #[must_use]
    pub fn property(mut self, name: &str, value: &str) -> Self {
        self.properties.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Makes nodes fast once they are warm, with a larger heap. By default, they start quickly instead.
    #[must_use]
    pub fn as_in_production(mut self) -> Self {
        self.is_fast = true;
        self
    }

    /// Starts the cluster and waits until it is ready.
    ///
    /// Returns `None` if Kafka is not installed and `OFFLINE=1` is set.
    ///
    /// # Panics
    ///
    /// Panics if Kafka is not installed or does not start.
    #[must_use]
    pub fn start(self) -> Option<KafkaServer> {
        let installed = Installed::find("kafka-4.3.1")?;
        let mut log = String::new();
        // Another process may take a port before the server uses it.
        for _ in 0..3 {
            let mut server = self.run(&installed);
            if server.nodes.iter_mut().all(Node::is_ready) {
                return Some(server);
            }
            log = server.nodes.iter().map(Node::log).collect::<Vec<_>>().join("\n");
        }
        panic!("Kafka does not start:\n{log}");
    }

    fn run(&self, installed: &Installed) -> KafkaServer {
        let folder = new_folder("kafka");
        if !self.logins.is_empty() {
            certificate(&folder);
            let parts = ["server.key", "server.crt", "ca.crt"];
            let texts = parts.map(|name| fs::read_to_string(folder.join(name)).expect("a file of openssl"));
            fs::write(folder.join("server.pem"), texts.concat()).expect("a writable folder");
        }
        let controllers: Vec<u16> = (0..self.nodes).map(|_| free_port()).collect();
        let voters: Vec<String> = controllers
            .iter()
            .enumerate()
            .map(|(number, port)| format!("{}@127.0.0.1:{port}", number + 1))
            .collect();
        let mut server = KafkaServer { folder, nodes: Vec::new(), elsewhere: None };
        for (number, controller) in controllers.iter().enumerate() {
            let (port, tls_port) = (free_port(), (!self.logins.is_empty()).then(free_port));
            let home = server.folder.join(format!("node-{number}"));
            let mut lines = vec![
                format!("node.id={}", number + 1),
                format!("controller.quorum.voters={}", voters.join(",")),
                format!("log.dirs={}", home.join("data").display()),
            ];
            let tls = tls_port.map(|port| format!(",SASL_SSL://127.0.0.1:{port}")).unwrap_or_default();
            let clients = format!("PLAINTEXT://127.0.0.1:{port}{tls}");
            lines.push(format!("listeners={clients},CONTROLLER://127.0.0.1:{controller}"));
            lines.push(format!("advertised.listeners={clients}"));
            lines.push(self.shared_properties(&server));
            let options: &'static [&'static str] = if self.is_fast { &FAST } else { &QUICK_TO_START };
            let ports = (port, tls_port);
            server.nodes.push(Node::start(installed, &home, number + 1, ports, options, &lines.join("\n")));
        }
        server
    }

    /// Returns the properties that all nodes have.
    fn shared_properties(&self, server: &KafkaServer) -> String {
        let replicas = self.nodes.min(3);
        let in_sync = if replicas == 3 { 2 } else { 1 };
        let mut text = format!(
            "{PROPERTIES}\ndefault.replication.factor={replicas}\noffsets.topic.replication.factor={replicas}\n\
             transaction.state.log.replication.factor={replicas}\nmin.insync.replicas={in_sync}\n\
             transaction.state.log.min.isr={in_sync}\n"
        );
        if !self.logins.is_empty() {
            let users: Vec<String> =
                self.logins.iter().map(|(user, password)| format!("user_{user}=\"{password}\"")).collect();
            let lines = [
                "sasl.enabled.mechanisms=PLAIN".to_owned(),
                format!(
                    "listener.name.sasl_ssl.plain.sasl.jaas.config=\
                     org.apache.kafka.common.security.plain.PlainLoginModule required {};",
                    users.join(" ")
                ),
                "ssl.keystore.type=PEM".to_owned(),
                format!("ssl.keystore.location={}", server.file("server.pem").display()),
                "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer".to_owned(),
                // Clients of the listener without TLS.
                "super.users=User:ANONYMOUS".to_owned(),
            ];
            text.push_str(&lines.join("\n"));
            text.push('\n');
        }
        for (name, value) in &self.properties {
            text.extend([name, "=", value, "\n"]);
        }
        text
    }
}

/// The options of Java for nodes that are small, and quick to start rather than to run.
const QUICK_TO_START: [&str; 4] = ["-Xms64m", "-Xmx320m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
const FAST: [&str; 1] = ["-Xmx1g"];

/// Quick answers on a small heap.
const PROPERTIES: &str = "\
process.roles=broker,controller
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL
inter.broker.listener.name=PLAINTEXT
num.partitions=3
offsets.topic.num.partitions=3
transaction.state.log.num.partitions=3
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=500
message.max.bytes=20971520
replica.fetch.max.bytes=20971520
auto.create.topics.enable=false
log.cleaner.dedupe.buffer.size=4194304
log.segment.delete.delay.ms=1000
num.network.threads=2
num.io.threads=4
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
controller.quorum.fetch.timeout.ms=1000
controller.quorum.election.timeout.ms=500
controlled.shutdown.enable=true";
