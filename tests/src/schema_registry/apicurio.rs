//! Apicurio's registry, with its interface for Confluent's clients.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use super::Keeps;
use crate::{
    cleanup::new_folder,
    servers::{Installed, Process, free_port},
};

/// A registry that keeps its schemas in memory. Dropping it kills the process.
#[derive(Debug)]
pub struct Apicurio {
    folder: PathBuf,
    port: u16,
    _process: Process,
}

impl Apicurio {
    /// Returns the registry that all tests of this program share. It stops with the program. Release 3.3.3 keeps canonical texts
    /// of schemas, and release 3.0.9 keeps the texts that were sent.
    ///
    /// Returns `None` if it is not installed and `OFFLINE=1` is set, or if the machine has no Java 21 for release 3.3.3.
    ///
    /// # Panics
    ///
    /// Panics if the registry is not installed or does not start.
    #[must_use]
    pub fn shared(keeps: Keeps) -> Option<&'static Self> {
        static CANONICAL: OnceLock<Option<Apicurio>> = OnceLock::new();
        static VERBATIM: OnceLock<Option<Apicurio>> = OnceLock::new();
        let shared = match keeps {
            Keeps::Canonical => &CANONICAL,
            Keeps::Verbatim => &VERBATIM,
        };
        shared.get_or_init(|| Self::start(keeps)).as_ref()
    }

    /// Starts a registry that accepts only backward compatible versions, as Confluent's does.
    ///
    /// Returns `None` if it is not installed and `OFFLINE=1` is set, or if the machine has no Java 21 for release 3.3.3.
    ///
    /// # Panics
    ///
    /// Panics if the registry is not installed or does not start.
    #[must_use]
    pub fn start(keeps: Keeps) -> Option<Self> {
        let (name, jar) = match keeps {
            Keeps::Canonical => ("apicurio-3.3.3", "quarkus-run.jar"),
            Keeps::Verbatim => ("apicurio-3.0.9", "apicurio-registry-app-3.0.9-runner.jar"),
        };
        let installed = Installed::find(name)?;
        // Another process may take a port before the server uses it.
        let mut started = (0..3).filter_map(|_| Self::try_start(&installed, jar));
        Some(started.next().unwrap_or_else(|| panic!("{name} does not start")))
    }

    fn try_start(installed: &Installed, jar: &str) -> Option<Self> {
        let (folder, port) = (new_folder("apicurio"), free_port());
        let mut command = Command::new(&installed.java);
        command.args(["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar"]);
        command.arg(installed.home.join(jar)).current_dir(&folder);
        for (name, value) in [
            ("QUARKUS_HTTP_HOST", "127.0.0.1".to_owned()),
            ("QUARKUS_HTTP_PORT", port.to_string()),
            ("QUARKUS_MANAGEMENT_HOST", "127.0.0.1".to_owned()),
            ("QUARKUS_MANAGEMENT_PORT", free_port().to_string()),
        ] {
            command.env(name, value);
        }
        let mut process = Process::start(&mut command, &folder);
        let deadline = Instant::now() + Duration::from_mins(1);
        while !is_ready(port) {
            if process.has_ended() || Instant::now() > deadline {
                let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
                println!("{log}");
                return None;
            }
            thread::sleep(Duration::from_millis(50));
        }
        Some(Self { folder, port, _process: process })
    }

    /// Returns its URL for clients of Confluent's registry.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}{PATH}", self.port)
    }

    /// Returns the path of a file in its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Apicurio {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

const PATH: &str = "/apis/ccompat/v7";

/// Sets the level of compatibility; by default, there is none. Returns false if the server does not answer yet.
fn is_ready(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let body = r#"{"compatibility": "BACKWARD"}"#;
    let request = format!(
        "PUT {PATH}/config HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut answer = [0; 12];
    stream.write_all(request.as_bytes()).is_ok()
        && stream.read_exact(&mut answer).is_ok()
        && answer == *b"HTTP/1.1 200"
}
