//! The measured processes: participants in Rust and Python, and `redis-benchmark`.

use std::{
    env,
    fmt::Write as _,
    io::{BufRead, BufReader, Lines, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use openedx_events::{codec, learning::signals::COURSE_ENROLLMENT_CREATED};

use crate::{
    Result,
    environment::Environment,
    event::Size,
    python::root,
    worker::{Answer, Order, Work, entry_fields},
};

/// A process that waits for orders.
pub(crate) struct Participant {
    child: Child,
    orders: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Participant {
    pub(crate) fn rust(work: Work, environment: &Environment, topic: &str, size: Size) -> Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        command.args([
            "work",
            &work.name(),
            "--url",
            &environment.url(),
            "--topic",
            topic,
            "--size",
            size.name(),
        ]);
        Self::start(command)
    }

    pub(crate) fn python(
        python: &Path,
        work: Work,
        environment: &Environment,
        topic: &str,
        size: Size,
    ) -> Result<Self> {
        let mut command = Command::new(python);
        let avro = hex(&codec::encode(&size.event()?))?;
        command
            .arg(root().join("tests/interop/bench.py"))
            .args([&work.name(), "--url", &environment.url(), "--topic", topic])
            .args(["--event-type", COURSE_ENROLLMENT_CREATED.event_type(), "--avro-hex", &avro])
            // Without this, Python writes its cache into the repository.
            .env("PYTHONDONTWRITEBYTECODE", "1");
        Self::start(command)
    }

    pub(crate) fn start(mut command: Command) -> Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let orders = child.stdin.take().ok_or("the participant has no standard input")?;
        let answers =
            BufReader::new(child.stdout.take().ok_or("the participant has no standard output")?).lines();
        let mut process = Self { child, orders, answers };
        process.line()?;
        Ok(process)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn carry_out(&mut self, order: &Order) -> Result<Answer> {
        self.begin(order)?;
        self.finish()
    }

    /// Sends an order without waiting for the answer.
    pub(crate) fn begin(&mut self, order: &Order) -> Result<()> {
        Ok(writeln!(self.orders, "{}", serde_json::to_string(order)?)?)
    }

    pub(crate) fn finish(&mut self) -> Result<Answer> {
        Ok(serde_json::from_str(&self.line()?)?)
    }

    fn line(&mut self) -> Result<String> {
        let line = self.answers.next().ok_or("a participant ended; its error is above")?;
        Ok(line?)
    }
}

impl Drop for Participant {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The number of connections of `redis-benchmark`, and of commands in flight on each.
#[derive(Clone, Copy)]
pub(crate) struct Pipeline {
    pub(crate) connections: u32,
    pub(crate) depth: u32,
}

/// Returns the events per second of `redis-benchmark` with an `XADD` of the same size.
pub(crate) fn redis_benchmark(
    environment: &Environment,
    size: Size,
    count: u64,
    pipeline: Pipeline,
) -> Result<f64> {
    let mut command = Command::new("redis-benchmark");
    command
        .args(["-p", &environment.server.port().to_string(), "-n", &count.to_string(), "-q"])
        .args(["-c", &pipeline.connections.to_string(), "-P", &pipeline.depth.to_string()])
        .args(["XADD", "redis-benchmark", "MAXLEN", "~", "10000", "*"]);
    for field in entry_fields(&size.message()?)? {
        // Avro contains zero bytes, which arguments cannot.
        let has_zero = field.contains(&0);
        command.arg(if has_zero { "x".repeat(field.len()) } else { String::from_utf8(field)? });
    }
    let output = command.output().map_err(|error| format!("cannot run `redis-benchmark`: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    // Lines of the form `COMMAND: RATE requests per second, …` overwrite each other; take the last.
    let before = text.rsplit_once(" requests per second").map(|(before, _)| before);
    let rate = before.and_then(|before| before.rsplit_once(' ')?.1.parse().ok());
    rate.ok_or_else(|| format!("`redis-benchmark` printed no rate: {text}").into())
}

/// Writes bytes as Python reads them.
pub(crate) fn hex(bytes: &[u8]) -> Result<String> {
    let mut text = String::new();
    for byte in bytes {
        write!(text, "{byte:02x}")?;
    }
    Ok(text)
}
