//! Redis servers for tests. Each test starts its own server on a free port with a separate folder.

use std::{
    env, fs,
    io::{Read, Write},
    net::TcpStream,
    path::PathBuf,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use redis::{Connection, FromRedisValue, RedisResult};

use crate::{
    cleanup::new_folder,
    servers::{Process, certificate, free_port, signal},
};

/// A server. Dropping it kills the process and removes its folder.
///
/// `REDIS_SERVER` selects a program other than `redis-server`, for example another version.
#[derive(Debug)]
pub struct RedisServer {
    folder: PathBuf,
    port: u16,
    arguments: Vec<String>,
    process: Option<Process>,
}

/// The options of a [`RedisServer`].
#[derive(Clone, Debug, Default)]
pub struct Setup {
    arguments: Vec<String>,
    is_sentinel: bool,
    has_tls: bool,
}

impl Setup {
    /// Starts without persistence, login or encryption.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes to disk before each answer.
    #[must_use]
    pub fn persistent(self) -> Self {
        self.argument("--appendonly", "yes").argument("--appendfsync", "always")
    }

    /// Sets an option of the configuration file.
    #[must_use]
    pub fn argument(mut self, name: &str, value: &str) -> Self {
        self.arguments.extend([name.to_owned(), value.to_owned()]);
        self
    }

    /// Renames a command, so that clients do not find it.
    #[must_use]
    pub fn rename(mut self, command: &str, name: &str) -> Self {
        self.arguments.extend(["--rename-command", command, name].map(str::to_owned));
        self
    }

    /// Starts a sentinel that monitors the primary at `port` under the name `events`.
    #[must_use]
    pub fn sentinel_of(mut self, port: u16) -> Self {
        self.is_sentinel = true;
        self.arguments = vec![port.to_string()];
        self
    }

    /// Accepts only TLS, with a certificate that `certificate` creates in the server's folder.
    #[must_use]
    pub fn tls(mut self) -> Self {
        self.has_tls = true;
        self
    }

    /// Starts a server and waits until it answers.
    ///
    /// # Panics
    ///
    /// Panics if the program is not installed.
    #[must_use]
    pub fn start(self) -> RedisServer {
        // Another process may take the port before the server uses it.
        let tries = 5;
        let mut started = (0..tries).filter_map(|_| self.try_start());
        started.next().unwrap_or_else(|| panic!("{} does not start: install `redis-server`", program()))
    }

    fn try_start(&self) -> Option<RedisServer> {
        let folder = new_folder("redis");
        let port = free_port();
        let mut arguments = Vec::new();
        if self.is_sentinel {
            let file = folder.join("sentinel.conf");
            let primary = &self.arguments[0];
            let text = format!(
                "port {port}\ndir {}\nsentinel monitor events 127.0.0.1 {primary} 1\nsentinel down-after-milliseconds \
                 events 500\nsentinel failover-timeout events 3000\n",
                folder.display()
            );
            fs::write(&file, text).expect("the sentinel's file");
            arguments.extend([file.display().to_string(), "--sentinel".to_owned()]);
        } else {
            let file = |name: &str| folder.join(name).display().to_string();
            let plain_port = if self.has_tls { 0 } else { port }.to_string();
            let mut options = vec![
                ("--port", plain_port),
                ("--dir", folder.display().to_string()),
                ("--unixsocket", file("socket")),
                ("--save", String::new()),
                ("--bind", "127.0.0.1".to_owned()),
                ("--loglevel", "warning".to_owned()),
            ];
            if self.has_tls {
                certificate(&folder);
                options.extend([
                    ("--tls-port", port.to_string()),
                    ("--tls-cert-file", file("server.crt")),
                    ("--tls-key-file", file("server.key")),
                    ("--tls-ca-cert-file", file("ca.crt")),
                    ("--tls-auth-clients", "no".to_owned()),
                ]);
            }
            arguments.extend(options.into_iter().flat_map(|(name, value)| [name.to_owned(), value]));
            arguments.extend(self.arguments.iter().cloned());
        }
        let mut server = RedisServer { folder, port, arguments, process: None };
        server.try_run().then_some(server)
    }
}

impl RedisServer {
    /// Starts a server without persistence.
    #[must_use]
    pub fn start() -> Self {
        Setup::new().start()
    }

    /// Returns its port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the path of its Unix socket.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.folder.join("socket")
    }

    /// Returns the path of a file in its folder.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Returns the URL for clients without TLS and login.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Opens a connection of the plain client.
    ///
    /// # Errors
    ///
    /// Returns an error if the server does not answer.
    pub fn connect(&self) -> RedisResult<Connection> {
        redis::Client::open(self.url())?.get_connection()
    }

    /// Sends a command and returns the answer.
    ///
    /// # Errors
    ///
    /// Returns an error if the server does not answer or refuses the command.
    pub fn try_ask<T: FromRedisValue>(&self, words: &[&str]) -> RedisResult<T> {
        redis::cmd(words[0]).arg(&words[1..]).query(&mut self.connect()?)
    }

    /// Sends a command and returns the answer.
    ///
    /// # Panics
    ///
    /// Panics if the command fails.
    #[must_use]
    pub fn ask<T: FromRedisValue>(&self, words: &[&str]) -> T {
        self.try_ask(words).unwrap_or_else(|error| panic!("{words:?}: {error}"))
    }

    /// Kills the server, as `kill -9` does.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Restarts the server on the same port and folder.
    ///
    /// # Panics
    ///
    /// Panics if it does not start.
    pub fn restart(&mut self) {
        self.kill();
        assert!(self.try_run(), "the server starts again");
    }

    /// Pauses the server without closing its connections.
    pub fn pause(&self) {
        self.signal("STOP");
    }

    /// Resumes a paused server.
    pub fn resume(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        if let Some(process) = &self.process {
            signal(process.id(), name);
        }
    }

    fn try_run(&mut self) -> bool {
        let _ = fs::remove_file(self.socket());
        let mut command = Command::new(program());
        command.args(&self.arguments);
        self.process = Some(Process::start(&mut command, &self.folder));
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline {
            if self.answers() {
                return true;
            }
            if self.process.as_mut().is_none_or(Process::has_ended) {
                return false;
            }
            thread::sleep(Duration::from_millis(5));
        }
        false
    }

    /// Returns true if the server has loaded its data and answers, even with an error.
    fn answers(&self) -> bool {
        // Another server may have the port and answer. Ours creates its socket after it has bound the port.
        if self.arguments.iter().any(|argument| argument == "--unixsocket") && !self.socket().exists() {
            return false;
        }
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else { return false };
        if self.arguments.iter().any(|argument| argument == "--tls-port") {
            return true;
        }
        let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
        let mut answer = [0; 8];
        let asked = stream.write_all(b"PING\r\n").is_ok();
        asked && stream.read(&mut answer).is_ok_and(|len| len > 0) && !answer.starts_with(b"-LOADING")
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn program() -> String {
    env::var("REDIS_SERVER").unwrap_or_else(|_| "redis-server".to_owned())
}
