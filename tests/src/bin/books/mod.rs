//! What `books_producer`, `books_consumer` and the tests of faults share: the event, and the files that the two write.

#![allow(dead_code, reason = "each program uses a part")]

use std::{
    fmt::{self, Write as _},
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use openedx_events::prelude::*;
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// Sent when an entry was made in the books.
#[event(type = "com.example.accounting.entry.made.v1", key = account)]
pub struct EntryMade {
    /// Who made it.
    pub clerk: i64,
    /// Its number, from 0, among those of the clerk.
    pub number: i64,
    /// The account. Entries of one account keep their order.
    pub account: String,
    /// What the receiver does with it: nothing special where this is empty.
    pub task: String,
}

/// Lines that survive `kill -9` once they are written: each is one write to the system.
pub(crate) struct Lines(File);

impl Lines {
    pub(crate) fn append_to(path: impl AsRef<Path>) -> io::Result<Self> {
        OpenOptions::new().create(true).append(true).open(path).map(Self)
    }

    pub(crate) fn write(&self, line: impl fmt::Display) {
        let line = format!("{line}\n");
        (&self.0).write_all(line.as_bytes()).expect("the books can be written");
    }
}

/// Writes what is logged, one line an event.
pub(crate) struct Log {
    lines: Lines,
    level: Level,
}

impl Log {
    /// Audit lines only where `audit` says so.
    pub(crate) fn start(path: &str, audit: bool) {
        let lines = Lines::append_to(path).expect("the log can be opened");
        let level = if audit { Level::INFO } else { Level::WARN };
        tracing::subscriber::set_global_default(Self { lines, level }).expect("there is one log");
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.level
    }

    fn event(&self, event: &Event<'_>) {
        struct Text(String);

        impl Visit for Text {
            fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
                let _ = write!(self.0, " {}={value:?}", field.name());
            }
        }

        let mut text = Text(format!("{} {}", now(), event.metadata().level()));
        event.record(&mut text);
        self.lines.write(text.0);
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// Calls `end` when the standard input ends: the test says so, or is no more.
pub(crate) fn at_end_of_input(end: impl FnOnce() + Send + 'static) {
    thread::spawn(move || {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        end();
    });
}

/// Writes the resident size of this process, in kB, each time that another so many events are done.
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
            lines.write(format_args!("{done} {}", resident().expect("the system tells the size")));
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
