//! On which processors processes run, by Linux's `taskset`.

use std::{
    num::NonZero,
    process::{Command, Stdio},
    thread,
};

/// Where the server and what is started meanwhile run, until this is dropped.
///
/// Of two processes that take turns, the scheduler puts both on one processor, or one on each, and leaves them there. A turn
/// takes several times as long the one way as the other: without this, ratios tell where participants happened to be.
pub(crate) struct Placed {
    server: u32,
    processors: usize,
}

impl Placed {
    /// The server on one processor, and the others on the others, if there are any.
    pub(crate) fn apart(server: u32) -> Self {
        let placed = Self::new(server);
        let last = placed.processors - 1;
        placed.on(&if last == 0 { "0".to_owned() } else { format!("1-{last}") })
    }

    /// All on one processor.
    pub(crate) fn together(server: u32) -> Self {
        Self::new(server).on("0")
    }

    fn new(server: u32) -> Self {
        // Those of this process, which are fewer from here on.
        Self { server, processors: thread::available_parallelism().map_or(1, NonZero::get) }
    }

    fn on(self, others: &str) -> Self {
        keep_on("0", self.server);
        keep_on(others, std::process::id());
        self
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        for process in [self.server, std::process::id()] {
            keep_on(&format!("0-{}", self.processors - 1), process);
        }
    }
}

/// Lets the threads of a process run on these processors only, and the processes that they start.
fn keep_on(processors: &str, process: u32) {
    let mut taskset = Command::new("taskset");
    taskset.args(["--all-tasks", "--pid", "--cpu-list", processors, &process.to_string()]);
    // Where there is none, the scheduler places them, and the figures are good for less.
    let _ = taskset.stdout(Stdio::null()).stderr(Stdio::null()).status();
}
