//! Programs that run while their output is collected.

use std::{
    io::{Read, Write},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use serde_json::Value;

/// A running program. Dropping it kills the program.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: Output,
    stderr: Output,
}

/// The result of a program.
#[derive(Debug)]
pub struct Ran {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// The exit code, or 128 plus the signal that ended the program.
    pub code: i32,
}

impl Ran {
    /// Parses the lines of standard output as JSON.
    ///
    /// # Panics
    ///
    /// Panics if a line is not JSON.
    #[must_use]
    pub fn json_lines(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }
}

impl Running {
    /// Starts a program with `input` on standard input.
    ///
    /// # Panics
    ///
    /// Panics if the program cannot be started.
    pub fn start(command: &mut Command, input: impl Into<Vec<u8>>) -> Self {
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
        let (stdin, input) = (child.stdin.take(), input.into());
        // A program that reads no input may have ended.
        thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
        let stdout = Output::collect(child.stdout.take().expect("piped"));
        let stderr = Output::collect(child.stderr.take().expect("piped"));
        Self { child, stdout, stderr }
    }

    /// Returns standard output so far.
    #[must_use]
    pub fn stdout(&self) -> String {
        self.stdout.text()
    }

    /// Returns standard error so far.
    #[must_use]
    pub fn stderr(&self) -> String {
        self.stderr.text()
    }

    /// Sends a signal.
    ///
    /// # Panics
    ///
    /// Panics if the program has ended.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "cannot send SIG{name}");
    }

    /// Waits for the end of the program.
    ///
    /// # Panics
    ///
    /// Panics if the program does not end within `limit`.
    #[must_use]
    pub fn end(mut self, limit: Duration) -> Ran {
        let mut ended = None;
        let deadline = std::time::Instant::now() + limit;
        while ended.is_none() {
            assert!(std::time::Instant::now() < deadline, "the program does not end:\n{}", self.stderr());
            thread::sleep(Duration::from_millis(5));
            ended = self.child.try_wait().expect("the program exists");
        }
        let (stdout, stderr) = (self.stdout.finish(), self.stderr.finish());
        Ran { stdout, stderr, code: ended.map_or(-1, code) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn code(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal = None;
    status.code().or(signal.map(|signal| 128 + signal)).unwrap_or(-1)
}

#[derive(Debug)]
struct Output {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Output {
    fn collect(mut pipe: impl Read + Send + 'static) -> Self {
        let bytes = Arc::<Mutex<Vec<u8>>>::default();
        let collected = Arc::clone(&bytes);
        let reader = thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(len @ 1..) = pipe.read(&mut chunk) {
                collected.lock().unwrap_or_else(PoisonError::into_inner).extend(&chunk[..len]);
            }
        });
        Self { bytes, reader: Some(reader) }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    fn finish(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the reader does not panic");
        }
        self.text()
    }
}
