//! The event of the fault tests, and the files that `fault_producer` and `fault_consumer` write.

#![allow(dead_code, reason = "each program uses only a part")]

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use openedx_events::prelude::*;
use tracing::Level;

// Include only this file, because its crate defines events.
#[allow(unreachable_pub, reason = "its crate exports it")]
#[path = "../../log.rs"]
mod log;

/// Sent for each item.
#[event(type = "com.example.faults.item.sent.v1", key = key)]
pub struct ItemSent {
    /// The number of the producer.
    pub producer: i64,
    /// The number of the item, from 0 for each producer.
    pub number: i64,
    /// Items with the same key keep their order.
    pub key: String,
    /// How the receiver fails; empty if it succeeds.
    pub task: String,
}

/// A file of lines. Each line is a single system call, so it survives `kill -9`.
pub(crate) struct Lines(File);

impl Lines {
    pub(crate) fn append_to(path: impl AsRef<Path>) -> io::Result<Self> {
        OpenOptions::new().create(true).append(true).open(path).map(Self)
    }

    pub(crate) fn write(&self, line: impl fmt::Display) {
        let line = format!("{line}\n");
        (&self.0).write_all(line.as_bytes()).expect("the file is writable");
    }
}

/// Starts the log, a file of lines, with audit lines if `audit` is set.
pub(crate) fn start_log(path: &str, audit: bool) {
    let lines = Lines::append_to(path).expect("the log is writable");
    let level = if audit { Level::INFO } else { Level::WARN };
    let log = log::subscriber(level, move |line| lines.write(format_args!("{} {line}", now())));
    tracing::subscriber::set_global_default(log).expect("set once");
}

/// Calls `end` when standard input ends: the test stops the process, or the test itself has died.
pub(crate) fn at_end_of_input(end: impl FnOnce() + Send + 'static) {
    thread::spawn(move || {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        end();
    });
}

/// Records the resident memory of this process in kB after every `every` events.
pub(crate) struct Scale {
    every: u64,
    done: AtomicU64,
    lines: Option<Lines>,
}

impl Scale {
    pub(crate) fn new(path: Option<&str>, every: u64) -> Self {
        let lines = path.map(|path| Lines::append_to(path).expect("the sizes can be written"));
        Self { every, done: AtomicU64::new(0), lines }
    }

    pub(crate) fn step(&self) {
        let Some(lines) = &self.lines else { return };
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if done.is_multiple_of(self.every) {
            lines.write(format_args!("{done} {}", resident().expect("Linux reports the size")));
        }
    }
}

fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// Milliseconds since 1970.
pub(crate) fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_millis()).unwrap_or_default()
}
