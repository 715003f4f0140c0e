//! The processes: clerks who produce, auditors who consume.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

/// A process that ends when its input does. It is killed when this is dropped.
pub(crate) struct Worker {
    process: Child,
    input: Option<ChildStdin>,
    /// The file with its lines.
    pub(crate) file: PathBuf,
    pub(crate) log: PathBuf,
}

impl Worker {
    pub(crate) fn start(program: &str, options: &Value) -> Self {
        let path = |name: &str| PathBuf::from(options[name].as_str().unwrap());
        let mut process = Command::new(program)
            .arg(options.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let input = process.stdin.take();
        Self { process, input, file: path("file"), log: path("log") }
    }

    /// As `kill -9` does.
    pub(crate) fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Tells it to end, and waits for it.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        self.input = None;
        self.end()
    }

    /// Waits for its end.
    pub(crate) fn end(&mut self) -> ExitStatus {
        let deadline = Instant::now() + super::office::patience();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "it does not end; {}", self.said());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// How it ended, if it has.
    pub(crate) fn has_ended(&mut self) -> Option<ExitStatus> {
        self.process.try_wait().unwrap()
    }

    pub(crate) fn lines(&self) -> usize {
        lines(&self.file).len()
    }

    /// What it logged.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The whole lines of a file, none where there is no file.
pub(crate) fn lines(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.split_inclusive('\n').filter_map(|line| Some(line.strip_suffix('\n')?.to_owned())).collect()
}
