//! Checks that each example prints its transcript.

mod support;

use std::{
    fmt::Write,
    fs,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use openedx_events_tests::redis_server::RedisServer;
use support::{cargo_run, printed, run};
use ureq::Agent;

fn compare(example: &str, printed: &str) {
    let path = transcript(example);
    if std::env::var_os("UPDATE_TRANSCRIPTS").is_some() {
        fs::write(&path, printed).unwrap();
    }
    let transcript = fs::read_to_string(&path).unwrap();
    assert!(printed == transcript, "{} differs from the output:\n{printed}", path.display());
}

fn transcript(example: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(example).join("transcript.txt")
}

#[test]
fn enrollment() {
    let output = cargo_run(&["--package", "first-example"], &[]).output().unwrap();
    // The first minute shows no panic, no warning and no long line.
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let printed = String::from_utf8(output.stdout).unwrap();
    for line in printed.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    compare("01_enrollment", &printed);
}

#[test]
fn two_services() {
    compare("02_two_services", &printed(&mut run("02_two_services", &[])));
}

/// Two processes on Redis print the same, even on a second run with the same server.
#[test]
fn two_services_over_redis() {
    let server = RedisServer::start();
    for _ in 0..2 {
        let output = printed(&mut run("02_two_services", &[&server.url()]));
        assert_eq!(output, fs::read_to_string(transcript("02_two_services")).unwrap());
    }
}

#[test]
fn webhook() {
    compare("03_webhook", &printed(&mut run("03_webhook", &[])));
}

#[test]
fn asynchronous() {
    // The mail service is on this machine.
    let mut example = cargo_run(&["--package", "async-example"], &[]);
    compare("06_async", &printed(example.env("NO_PROXY", "127.0.0.1")));
}

#[test]
fn tracking() {
    compare("05_tracking", &printed(&mut run("05_tracking", &[])));
}

/// In the transcript of a web service, `>` starts a request and `<` its answer. Both halves of the process end with one signal, and
/// nothing is lost.
#[test]
fn axum() {
    let mut service = Service::start("04_axum");
    let written = fs::read_to_string(transcript("04_axum")).unwrap();
    let mut output = String::new();
    for line in written.lines() {
        if let Some(request) = line.strip_prefix("> ") {
            writeln!(output, "> {request}\n< {}", service.answer(request)).unwrap();
        } else if line == WELCOMED {
            openedx_events_tests::eventually("the learner has a mail", Duration::from_secs(20), || {
                service.answer("GET /mails").contains(":1}")
            });
            writeln!(output, "{WELCOMED}").unwrap();
        }
    }
    write!(output, "(SIGTERM)\n{}", service.stop()).unwrap();
    compare("04_axum", &output);
}

const WELCOMED: &str = "(the consumer welcomes the learner)";

/// A web service of an example, on a free port.
struct Service {
    process: Child,
    output: BufReader<ChildStdout>,
    url: String,
    agent: Agent,
}

impl Service {
    fn start(example: &str) -> Self {
        let mut command = run(example, &[]);
        let mut process =
            command.env("LISTEN", "127.0.0.1:0").stdout(Stdio::piped()).spawn().expect("cargo runs");
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let url =
            line.trim().strip_prefix("listening on ").expect("the first line is the address").to_owned();
        let agent = Agent::config_builder().proxy(None).http_status_as_error(false).build().new_agent();
        Self { process, output, url, agent }
    }

    /// Returns the status and the body of the answer.
    fn answer(&self, request: &str) -> String {
        let mut parts = request.splitn(3, ' ');
        let (method, path) = (parts.next().unwrap(), parts.next().unwrap());
        let url = format!("{}{path}", self.url);
        let answer = match (method, parts.next()) {
            ("GET", _) => self.agent.get(url).call(),
            (_, Some(body)) => self.agent.post(url).content_type("application/json").send(body),
            (_, None) => self.agent.post(url).send_empty(),
        };
        let mut answer = answer.unwrap();
        format!("{} {}", answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    /// Stops the service with SIGTERM, as a container runtime does. Returns the rest of its output.
    fn stop(&mut self) -> String {
        let killed = Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
        assert!(killed.success());
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        assert!(self.process.wait().unwrap().success(), "the service exits with 0");
        rest
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
