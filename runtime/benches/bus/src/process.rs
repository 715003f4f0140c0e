//! The resources that a process uses, from `/proc`. On systems other than Linux, all figures are zero.

use std::{fs, time::Instant};

/// The resources that this process has used so far.
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

/// Counts how often the threads of a process went to sleep, which equals how often something woke them.
pub(crate) fn sleeps(process: u32) -> u64 {
    let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let of_thread = |thread: fs::DirEntry| {
        let status = fs::read_to_string(thread.path().join("status")).unwrap_or_default();
        field(&status, "voluntary_ctxt_switches:")
    };
    threads.map(of_thread).sum()
}

/// The load average of the last minute.
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

/// Adds up user and kernel time: fields 14 and 15, counted after the program's name, which may contain spaces.
fn processor_seconds(stat: &str) -> f64 {
    /// The same on all Linux platforms.
    const TICKS_PER_SECOND: f64 = 100.0;
    let (_, fields) = stat.rsplit_once(')').unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
    ticks.sum::<f64>() / TICKS_PER_SECOND
}
