//! What a process uses, as Linux tells in `/proc`. Elsewhere, everything is zero.

use std::{
    fs,
    num::NonZero,
    process::{Command, Stdio},
    thread,
    time::Instant,
};

/// What this process has used so far.
pub(crate) struct Usage {
    pub(crate) time: Instant,
    pub(crate) processor_seconds: f64,
    pub(crate) resident_kb: u64,
    pub(crate) peak_kb: u64,
}

impl Usage {
    pub(crate) fn now() -> Self {
        let status = read("/proc/self/status");
        Self {
            time: Instant::now(),
            processor_seconds: processor_seconds(&read("/proc/self/stat")),
            resident_kb: field(&status, "VmRSS:"),
            peak_kb: field(&status, "VmHWM:"),
        }
    }
}

/// How often the threads of a process have gone to sleep by themselves: each time, something woke them.
pub(crate) fn sleeps(process: u32) -> u64 {
    let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let of_thread = |thread: fs::DirEntry| {
        let status = fs::read_to_string(thread.path().join("status")).unwrap_or_default();
        field(&status, "voluntary_ctxt_switches:")
    };
    threads.map(of_thread).sum()
}

/// Where the server and what is started meanwhile run, until this is dropped.
///
/// Of two processes that take turns, the scheduler puts both on one processor, or one on each, and leaves them there. A turn
/// takes several times as long the one way as the other: without this, ratios tell where participants happened to be.
pub(crate) struct Placed {
    server: u32,
    processors: usize,
}

impl Placed {
    /// The server on one processor, and the others on the others. Does nothing where there is one processor, or no
    /// `taskset`.
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
    // Without it, the figures are good for less.
    let _ = taskset.stdout(Stdio::null()).stderr(Stdio::null()).status();
}

/// The average number of processes that wanted a processor during the last minute.
pub(crate) fn load() -> String {
    read("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn field(status: &str, name: &str) -> u64 {
    let value = status.lines().find_map(|line| line.strip_prefix(name));
    value.and_then(|value| value.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

/// Of user and kernel: the 14th and 15th field, counted behind the program's name, which may have blanks.
fn processor_seconds(stat: &str) -> f64 {
    /// The same on all of Linux's platforms.
    const TICKS_A_SECOND: f64 = 100.0;
    let (_, fields) = stat.rsplit_once(')').unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
    ticks.sum::<f64>() / TICKS_A_SECOND
}
