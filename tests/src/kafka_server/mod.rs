//! Apache Kafka for tests: clusters of one or more nodes on free ports, with a separate folder.
//!
//! `tests/kafka/install.sh` installs it.

mod acl;
mod admin;
mod node;
mod records;
mod setup;

use std::{path::PathBuf, sync::OnceLock};

pub use acl::{Operation, Resource};
pub use records::Record;
pub use setup::Setup;

use crate::{cleanup::new_folder, servers::kafka_folder};
use node::Node;

/// Returns the folder in which this program finds the servers. `tests/kafka/install.sh` installs them there.
#[must_use]
pub fn folder() -> PathBuf {
    kafka_folder()
}

/// A cluster. Dropping it kills its processes and removes its folder.
#[derive(Debug)]
pub struct KafkaServer {
    folder: PathBuf,
    nodes: Vec<Node>,
    /// The addresses of a cluster that another program has started.
    elsewhere: Option<String>,
}

impl KafkaServer {
    /// Returns the cluster of one node that all tests of this program share. It stops with the program.
    ///
    /// Returns `None` if Kafka is not installed and `OFFLINE=1` is set.
    ///
    /// # Panics
    ///
    /// Panics if Kafka is not installed or does not start.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<KafkaServer>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// Starts a cluster of one node.
    ///
    /// Returns `None` if Kafka is not installed and `OFFLINE=1` is set.
    ///
    /// # Panics
    ///
    /// Panics if Kafka is not installed or does not start.
    #[must_use]
    pub fn start() -> Option<Self> {
        Setup::new().start()
    }

    /// Uses a cluster that runs already. Its nodes cannot be stopped.
    #[must_use]
    pub fn at(bootstrap: &str) -> Self {
        Self { folder: new_folder("kafka"), nodes: Vec::new(), elsewhere: Some(bootstrap.to_owned()) }
    }

    /// Returns the addresses of the nodes, for clients without TLS and login. These clients have all rights.
    #[must_use]
    pub fn bootstrap(&self) -> String {
        self.elsewhere.clone().unwrap_or_else(|| self.addresses(Node::port))
    }

    /// Returns the addresses of the nodes, for clients with TLS and a login. See [`Setup::login`].
    ///
    /// # Panics
    ///
    /// Panics if the cluster has no logins.
    #[must_use]
    pub fn bootstrap_tls(&self) -> String {
        self.addresses(|node| node.tls_port().expect("a cluster with logins"))
    }

    fn addresses(&self, port: impl Fn(&Node) -> u16) -> String {
        let addresses: Vec<String> =
            self.nodes.iter().map(|node| format!("127.0.0.1:{}", port(node))).collect();
        addresses.join(",")
    }

    /// Returns the path of a file in its folder, for example `ca.crt`.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Kills a node, as `kill -9` does. The numbers of nodes start with 0.
    pub fn kill(&mut self, node: usize) {
        self.nodes[node].kill();
    }

    /// Stops a node in an orderly way: it first gives its partitions to other nodes.
    pub fn stop(&mut self, node: usize) {
        self.nodes[node].stop();
    }

    /// Starts a node again after [`kill`](Self::kill) or [`stop`](Self::stop), on the same ports and with its data.
    ///
    /// # Panics
    ///
    /// Panics if it does not start.
    pub fn restart(&mut self, node: usize) {
        self.nodes[node].kill();
        self.nodes[node].run();
        assert!(self.nodes[node].is_ready(), "the node starts again:\n{}", self.nodes[node].log());
    }

    /// Pauses a node without closing its connections.
    pub fn pause(&self, node: usize) {
        self.nodes[node].signal("STOP");
    }

    /// Resumes a paused node.
    pub fn resume(&self, node: usize) {
        self.nodes[node].signal("CONT");
    }
}

impl Drop for KafkaServer {
    fn drop(&mut self) {
        self.nodes.clear();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
