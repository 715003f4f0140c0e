//! Pins processes to processors with Linux's `taskset`.

use std::{
    num::NonZero,
    process::{Command, Stdio},
    thread,
};

/// Pins the server and the processes started afterwards, until this value is dropped.
///
/// The scheduler leaves two processes that take turns on the same processor or on different ones. One arrangement is several
/// times slower than the other, so without pinning the ratios would show the arrangement instead of the work.
pub(crate) struct Affinity {
    server: u32,
    processors: usize,
}

impl Affinity {
    /// Puts the server on one processor and all other processes on the remaining ones, if there are any.
    pub(crate) fn apart(server: u32) -> Self {
        let affinity = Self::new(server);
        let last = affinity.processors - 1;
        affinity.on(&if last == 0 { "0".to_owned() } else { format!("1-{last}") })
    }

    pub(crate) fn together(server: u32) -> Self {
        Self::new(server).on("0")
    }

    fn new(server: u32) -> Self {
        // Read before pinning, which reduces this number.
        Self { server, processors: thread::available_parallelism().map_or(1, NonZero::get) }
    }

    fn on(self, others: &str) -> Self {
        keep_on("0", self.server);
        keep_on(others, std::process::id());
        self
    }
}

impl Drop for Affinity {
    fn drop(&mut self) {
        for process in [self.server, std::process::id()] {
            keep_on(&format!("0-{}", self.processors - 1), process);
        }
    }
}

/// Restricts the threads of a process, and the processes that they start, to these processors.
fn keep_on(processors: &str, process: u32) {
    let mut taskset = Command::new("taskset");
    taskset.args(["--all-tasks", "--pid", "--cpu-list", processors, &process.to_string()]);
    // Without `taskset`, the scheduler decides, and the figures are less precise.
    let _ = taskset.stdout(Stdio::null()).stderr(Stdio::null()).status();
}
