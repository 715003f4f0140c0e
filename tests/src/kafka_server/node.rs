//! A process of a cluster.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use crate::servers::{Installed, Process, signal};

/// The id of all clusters, 16 bytes in base64. Clients do not compare it.
const CLUSTER: &str = "MkU3OEVBNTcwNTJENDM2Qk";

/// A node of a cluster, broker and controller at once.
#[derive(Debug)]
pub(crate) struct Node {
    java: PathBuf,
    jars: PathBuf,
    home: PathBuf,
    port: u16,
    tls_port: Option<u16>,
    /// The options of Java.
    options: &'static [&'static str],
    process: Option<Process>,
}

impl Node {
    /// Starts a node with its files in the new folder `home`.
    pub(crate) fn start(
        installed: &Installed,
        home: &Path,
        id: usize,
        (port, tls_port): (u16, Option<u16>),
        options: &'static [&'static str],
        properties: &str,
    ) -> Self {
        // `StorageTool format` writes the same file, but takes a second.
        let data = home.join("data");
        fs::create_dir_all(&data).expect("a folder for the node");
        // 16 bytes in base64, which differ.
        let directory = format!("{id:A<22}");
        let meta = format!("version=1\ncluster.id={CLUSTER}\nnode.id={id}\ndirectory.id={directory}\n");
        fs::write(data.join("meta.properties"), meta).expect("a writable folder");
        fs::write(home.join("server.properties"), properties).expect("a writable folder");
        let (java, jars) = (installed.java.clone(), installed.home.join("*"));
        let mut node = Self { java, jars, home: home.to_owned(), port, tls_port, options, process: None };
        node.run();
        node
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn tls_port(&self) -> Option<u16> {
        self.tls_port
    }

    /// Starts the process without waiting until it is ready.
    pub(crate) fn run(&mut self) {
        let mut command = Command::new(&self.java);
        command.args(self.options);
        command.arg("-cp").arg(&self.jars).arg("kafka.Kafka").arg(self.home.join("server.properties"));
        self.process = Some(Process::start(&mut command, &self.home));
    }

    /// Waits until the node serves clients. Returns false if it ends or takes too long.
    pub(crate) fn is_ready(&mut self) -> bool {
        let deadline = Instant::now() + Duration::from_mins(1);
        while Instant::now() < deadline {
            if self.log().contains("Kafka Server started") {
                return true;
            }
            if self.process.as_mut().is_none_or(Process::has_ended) {
                return false;
            }
            thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// Returns the output of the process so far.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.home.join("log")).unwrap_or_default()).into_owned()
    }

    pub(crate) fn kill(&mut self) {
        self.process = None;
    }

    pub(crate) fn stop(&mut self) {
        if let Some(process) = &mut self.process {
            signal(process.id(), "TERM");
            process.wait();
        }
        self.process = None;
    }

    pub(crate) fn signal(&self, name: &str) {
        if let Some(process) = &self.process {
            signal(process.id(), name);
        }
    }
}
