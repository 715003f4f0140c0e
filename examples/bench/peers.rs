//! The other processes: participants, in Rust and in Python, and `redis-benchmark`.

use std::{
    env,
    fmt::Write as _,
    io::{BufRead, BufReader, Lines, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use openedx_events::{codec, learning::signals::COURSE_ENROLLMENT_CREATED};

use crate::{
    Outcome,
    event::Size,
    options::target,
    place::Place,
    worker::{Answer, Order, Work, entry_fields},
};

/// A participant that waits for orders.
pub(crate) struct Peer {
    process: Child,
    orders: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Peer {
    /// In Rust: this program once more.
    pub(crate) fn rust(work: Work, place: &Place, topic: &str, size: Size) -> Outcome<Self> {
        let mut command = Command::new(env::current_exe()?);
        command.args(["work", &work.name(), "--url", &place.url(), "--topic", topic, "--size", size.name()]);
        Self::start(command)
    }

    /// In Python.
    pub(crate) fn python(python: &Path, work: Work, place: &Place, topic: &str, size: Size) -> Outcome<Self> {
        let mut command = Command::new(python);
        let mut avro = String::new();
        for byte in codec::encode(&size.event()?) {
            write!(avro, "{byte:02x}")?;
        }
        command
            .arg(interop().join("bench.py"))
            .args([&work.name(), "--url", &place.url(), "--topic", topic])
            .args(["--event-type", COURSE_ENROLLMENT_CREATED.event_type(), "--avro-hex", &avro])
            // A cache beside the scripts would be in the way of whoever looks at the repository.
            .env("PYTHONDONTWRITEBYTECODE", "1");
        Self::start(command)
    }

    fn start(mut command: Command) -> Outcome<Self> {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let orders = process.stdin.take().ok_or("no way to give orders")?;
        let answers = BufReader::new(process.stdout.take().ok_or("no way to hear answers")?).lines();
        let mut peer = Self { process, orders, answers };
        peer.line()?;
        Ok(peer)
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn carry_out(&mut self, order: &Order) -> Outcome<Answer> {
        self.begin(order)?;
        self.finish()
    }

    /// Gives an order without waiting for the answer.
    pub(crate) fn begin(&mut self, order: &Order) -> Outcome<()> {
        Ok(writeln!(self.orders, "{}", serde_json::to_string(order)?)?)
    }

    pub(crate) fn finish(&mut self) -> Outcome<Answer> {
        Ok(serde_json::from_str(&self.line()?)?)
    }

    fn line(&mut self) -> Outcome<String> {
        let line = self.answers.next().ok_or("a participant ended; what it said is above")?;
        Ok(line?)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Whose figures are in the documents.
const RELEASE: &str = "11.2.0";

/// The Python that has that release installed; `None` where there is none.
pub(crate) fn find_python() -> Outcome<Option<PathBuf>> {
    let script = Command::new("bash")
        .arg(interop().join("install.sh"))
        .arg(target().join("interop"))
        .stderr(Stdio::inherit())
        .output()?;
    if !script.status.success() {
        return Err("the Python implementation cannot be installed; `--without-python` leaves it out".into());
    }
    let lines = String::from_utf8(script.stdout)?;
    let mut installed = lines.lines().filter_map(|line| line.split_once('\t'));
    Ok(installed.find(|(release, _)| *release == RELEASE).map(|(_, python)| python.into()))
}

fn interop() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/interop")
}

/// How `redis-benchmark` sends: over how many connections, and how many commands at a time on each.
#[derive(Clone, Copy)]
pub(crate) struct Pipeline {
    pub(crate) connections: u32,
    pub(crate) depth: u32,
}

/// Events a second of `redis-benchmark`, with an `XADD` of the same size.
pub(crate) fn redis_benchmark(place: &Place, size: Size, count: u64, pipeline: Pipeline) -> Outcome<f64> {
    let mut command = Command::new("redis-benchmark");
    command
        .args(["-p", &place.server.port().to_string(), "-n", &count.to_string(), "-q"])
        .args(["-c", &pipeline.connections.to_string(), "-P", &pipeline.depth.to_string()])
        .args(["XADD", "redis-benchmark", "MAXLEN", "~", "10000", "*"]);
    for field in entry_fields(size)? {
        // Arguments cannot have zero bytes, which Avro has.
        let has_zero = field.contains(&0);
        command.arg(if has_zero { "x".repeat(field.len()) } else { String::from_utf8(field)? });
    }
    let output = command.output().map_err(|error| format!("cannot run `redis-benchmark`: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    // The command, `: `, the figure, ` requests per second, …`; the last of the lines that overwrite each other.
    let before = text.rsplit_once(" requests per second").map(|(before, _)| before);
    let rate = before.and_then(|before| before.rsplit_once(' ')?.1.parse().ok());
    rate.ok_or_else(|| format!("`redis-benchmark` says no rate: {text}").into())
}
