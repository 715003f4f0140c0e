//! The Python side: the installed releases, and processes that produce and consume with them.

use std::{
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, OnceLock},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use openedx_events_tests::{golden::Vector, redis_server::RedisServer};
use serde_json::Value;

/// The time after which a process counts as hung.
const LIMIT: Duration = Duration::from_mins(3);

/// A release of openedx-events, installed with its Redis bus.
pub(crate) struct Python {
    pub(crate) release: String,
    program: PathBuf,
}

/// Runs `test` with each installed release.
pub(crate) fn each(test: impl Fn(&Python)) {
    static INSTALLED: OnceLock<Result<Vec<Python>, String>> = OnceLock::new();
    let installed = INSTALLED.get_or_init(install).as_ref().unwrap_or_else(|error| panic!("{error}"));
    if installed.is_empty() {
        // Output of `println!` is hidden if a test passes.
        let _ = writeln!(io::stderr(), "interop: NOT TESTED with Python, because of OFFLINE=1");
    }
    for python in installed {
        println!("with openedx-events {}", python.release);
        test(python);
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("interop")
}

fn install() -> Result<Vec<Python>, String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder");
    let script = Command::new("bash")
        .arg(folder().join("install.sh"))
        .arg(target.join("interop"))
        .output()
        .map_err(|error| format!("cannot run `bash`: {error}"))?;
    let said = String::from_utf8_lossy(&script.stderr);
    let _ = io::stderr().write_all(said.as_bytes());
    if !script.status.success() {
        return Err(format!("cannot install the Python implementation:\n{said}"));
    }
    let lines = String::from_utf8_lossy(&script.stdout);
    let line = |line: &str| {
        let (release, program) =
            line.split_once('\t').ok_or(format!("expected a release and a program: {line}"))?;
        Ok(Python { release: release.to_owned(), program: program.into() })
    };
    lines.lines().map(line).collect()
}

/// The options of a member of a group.
pub(crate) struct Member<'a> {
    pub(crate) topic: &'a str,
    pub(crate) group: &'a str,
    /// The JSON of `--extra`.
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
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Produces events with their metadata. The answers contain the metadata or an `error`.
    pub(crate) fn produce(&self, server: &RedisServer, topic: &str, vectors: &[&Vector]) -> Vec<Value> {
        self.answers(self.script("produce.py", server, topic), vectors)
    }

    /// Sends signals with a route to the topic. Python creates the metadata.
    pub(crate) fn send_signals(&self, server: &RedisServer, topic: &str, vectors: &[&Vector]) -> Vec<Value> {
        let mut script = self.script("produce.py", server, topic);
        script.arg("--signals");
        self.answers(script, vectors)
    }

    fn answers(&self, mut script: Command, vectors: &[&Vector]) -> Vec<Value> {
        let mut running = Running::start(&mut script);
        let mut stdin = running.process.stdin.take().expect("piped");
        for vector in vectors {
            writeln!(stdin, "{}", vector.line).expect("the process reads its input");
        }
        drop(stdin);
        let answers = running.end();
        assert_eq!(answers.len(), vectors.len(), "{}: one answer per event", self.release);
        answers
    }

    /// Starts a member of a group and waits until it has joined.
    pub(crate) fn consume(&self, server: &RedisServer, member: &Member<'_>) -> Running {
        let mut script = self.script("consume.py", server, member.topic);
        script.args(["--group", member.group, "--extra", member.extra]);
        for (name, value) in [("--count", member.count), ("--die-at", member.die_at)] {
            if let Some(value) = value {
                script.args([name, &value.to_string()]);
            }
        }
        let running = Running::start(&mut script);
        running.wait_until("the member has joined", |lines| !lines.is_empty());
        running
    }
}

/// A process and its output.
pub(crate) struct Running {
    process: Child,
    lines: Arc<Mutex<Vec<Value>>>,
    log: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let mut process = command.spawn().unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
        let (lines, log) = (Arc::<Mutex<Vec<Value>>>::default(), Arc::<Mutex<String>>::default());
        let stdout = BufReader::new(process.stdout.take().expect("piped"));
        let stderr = BufReader::new(process.stderr.take().expect("piped"));
        let (to_lines, to_log) = (Arc::clone(&lines), Arc::clone(&log));
        let readers = vec![
            thread::spawn(move || {
                for line in stdout.lines().map_while(Result::ok) {
                    let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
                    to_lines.lock().unwrap().push(line);
                }
            }),
            thread::spawn(move || {
                for line in stderr.lines().map_while(Result::ok) {
                    let mut log = to_log.lock().unwrap();
                    log.push_str(&line);
                    log.push('\n');
                }
            }),
        ];
        Self { process, lines, log, readers }
    }

    /// Waits until the output fulfils `condition`.
    pub(crate) fn wait_until(&self, what: &str, condition: impl Fn(&[Value]) -> bool) {
        let deadline = Instant::now() + LIMIT;
        while !condition(&self.lines.lock().unwrap()) {
            assert!(Instant::now() < deadline, "never: {what}\n{}", self.log.lock().unwrap());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Returns the events that it has received so far.
    pub(crate) fn received(&self) -> Vec<Value> {
        self.lines.lock().unwrap().iter().filter(|line| line.get("joined").is_none()).cloned().collect()
    }

    /// Waits until it ends by itself and returns the received events.
    pub(crate) fn end(mut self) -> Vec<Value> {
        let deadline = Instant::now() + LIMIT;
        let status = loop {
            match self.process.try_wait().expect("the process exists") {
                Some(status) => break status,
                None => assert!(
                    Instant::now() < deadline,
                    "the process does not end\n{}",
                    self.log.lock().unwrap()
                ),
            }
            thread::sleep(Duration::from_millis(5));
        };
        self.readers.drain(..).for_each(|reader| reader.join().unwrap());
        assert!(status.success(), "{status}\n{}", self.log.lock().unwrap());
        self.received()
    }

    /// Waits until it is killed, or kills it, and returns the received events.
    pub(crate) fn killed(mut self, by_itself: bool) -> Vec<Value> {
        if !by_itself {
            self.process.kill().unwrap();
        }
        let status = self.process.wait().unwrap();
        self.readers.drain(..).for_each(|reader| reader.join().unwrap());
        assert_eq!(status.code(), None, "expected a signal\n{}", self.log.lock().unwrap());
        self.received()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
