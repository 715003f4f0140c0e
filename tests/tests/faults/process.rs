//! The producer and consumer processes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

/// A process that ends when its input ends. Dropping this value kills it.
pub(crate) struct Process {
    child: Child,
    input: Option<ChildStdin>,
    /// The file that it writes its records to.
    pub(crate) file: PathBuf,
    log: PathBuf,
}

impl Process {
    pub(crate) fn start(program: &str, options: &Value) -> Self {
        let path = |name: &str| PathBuf::from(options[name].as_str().unwrap());
        let mut child = Command::new(program)
            .arg(options.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        Self { child, input, file: path("file"), log: path("log") }
    }

    /// Kills the process, as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Pauses the process for a moment.
    pub(crate) fn pause(&self) {
        self.pause_for(Duration::from_millis(5));
        thread::sleep(Duration::from_millis(5));
    }

    /// Pauses the process.
    pub(crate) fn pause_for(&self, time: Duration) {
        for signal in ["-STOP", "-CONT"] {
            let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
            assert!(sent.is_ok_and(|status| status.success()), "the process receives the signal");
            if signal == "-STOP" {
                thread::sleep(time);
            }
        }
    }

    /// Stops the process and waits for its end.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        self.input = None;
        self.end()
    }

    pub(crate) fn end(&mut self) -> ExitStatus {
        let deadline = Instant::now() + super::scenario::patience();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "the process does not end; {}", self.log());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Returns the exit status, if the process has ended.
    pub(crate) fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    pub(crate) fn lines(&self) -> usize {
        lines(&self.file).len()
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Returns the complete lines of a file, or none if the file does not exist.
pub(crate) fn lines(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.split_inclusive('\n').filter_map(|line| Some(line.strip_suffix('\n')?.to_owned())).collect()
}
