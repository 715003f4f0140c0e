//! An auditor who reads the entries of the books, and notes which of them it has handled.
//!
//! Its one argument is JSON, see `main`. It ends when its standard input ends, with the consumer's exit code.

mod books;

use std::{
    collections::{HashMap, HashSet},
    env, fs, process,
    sync::{Mutex, OnceLock, PoisonError},
    thread,
    time::Duration,
};

use books::{ENTRY_MADE, Lines, Log, Scale, at_end_of_input};
use openedx_events::{
    event_bus::{Consumer, Settings, Start, Stop},
    prelude::*,
};
use serde_json::Value;

/// What the receiver works with.
struct Desk {
    /// `clerk number id` a line: handled; also `two hands on ACCOUNT`, which must not be.
    handled: Lines,
    /// Beginning of the names of files that say what was tried before, whichever process did.
    marks: String,
    work: Duration,
    accounts: Mutex<HashSet<String>>,
    failures: Mutex<HashMap<(i64, i64), u32>>,
    scale: Scale,
}

static DESK: OnceLock<Desk> = OnceLock::new();

#[receiver(ENTRY_MADE)]
fn audit(
    clerk: &i64,
    number: &i64,
    account: &str,
    task: &str,
    metadata: &EventsMetadata,
) -> Result<(), ReceiverError> {
    let desk = DESK.get().expect("the desk is there before the first entry");
    let in_hand = InHand::take(desk, account);
    desk.work_on((*clerk, *number), task)?;
    drop(in_hand);
    desk.handled.write(format_args!("{clerk} {number} {}", metadata.id));
    desk.scale.step();
    Ok(())
}

/// An account that has an entry in hand, for as long as this lives.
struct InHand(&'static Desk, String);

impl InHand {
    fn take(desk: &'static Desk, account: &str) -> Self {
        if !lock(&desk.accounts).insert(account.to_owned()) {
            desk.handled.write(format_args!("two hands on {account}"));
        }
        Self(desk, account.to_owned())
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        lock(&self.0.accounts).remove(&self.1);
    }
}

impl Desk {
    /// The task is a word, and for some a number after it: what goes wrong, and how often.
    fn work_on(&self, entry: (i64, i64), task: &str) -> Result<(), ReceiverError> {
        if !self.work.is_zero() {
            thread::sleep(self.work);
        }
        let (task, times) = task.split_once(' ').unwrap_or((task, ""));
        let mut failures = lock(&self.failures);
        let failed = failures.entry(entry).or_default();
        if task.is_empty() || times.parse().is_ok_and(|times: u32| *failed >= times) {
            failures.remove(&entry);
            return Ok(());
        }
        *failed += 1;
        drop(failures);
        // What ends the process is remembered beyond it.
        let mark = format!("{}.{}.{}", self.marks, entry.0, entry.1);
        let is_first = || fs::File::create_new(&mark).is_ok();
        match task {
            "panic" => panic!("told to"),
            "refuse" => return Err(ReceiverError::permanent(TOLD_TO)),
            "fail" => return Err(ReceiverError::new(TOLD_TO)),
            "hang" => loop {
                thread::park();
            },
            "hang_once" if is_first() => loop {
                thread::park();
            },
            "abort" => process::abort(),
            "abort_once" if is_first() => process::abort(),
            _ => {}
        }
        Ok(())
    }
}

const TOLD_TO: &str = "told to";

fn main() {
    let argument = env::args().nth(1).expect("an argument");
    let options: Value = serde_json::from_str(&argument).expect("JSON");
    let text = |name: &str| options[name].as_str().unwrap_or_else(|| panic!("`{name}` is missing"));
    let number = |name: &str, default| options[name].as_u64().unwrap_or(default);
    let size = |name: &str, default| usize::try_from(number(name, default)).expect("a size");
    Log::start(text("log"), options["audit"] == true);
    // The standard error belongs to the test.
    std::panic::set_hook(Box::new(|_| ()));
    let file = text("file");
    let desk = Desk {
        handled: Lines::append_to(file).expect("the file can be written"),
        marks: text("marks").to_owned(),
        work: Duration::from_micros(number("work_micros", 0)),
        accounts: Mutex::default(),
        failures: Mutex::default(),
        scale: Scale::new(options["sizes"].as_str(), number("sizes_every", 1)),
    };
    assert!(DESK.set(desk).is_ok(), "there is one desk");
    let settings = Settings::from_value(options["settings"].clone()).expect("settings");
    let stop = Stop::new();
    let told = stop.clone();
    at_end_of_input(move || told.stop());
    let outcome = Consumer::new(settings)
        .topic("books")
        .group("auditors")
        .consumer_name(text("name"))
        .start(Start::Backlog)
        .batch(size("batch", 100))
        .concurrency(size("concurrency", 1))
        .claim_older_than(Duration::from_millis(number("claim_millis", 3000)))
        .receiver_timeout(Duration::from_millis(number("receiver_millis", 2000)))
        .audit(options["audit"] == true)
        .run(&stop);
    match outcome {
        Ok(report) => tracing::warn!("ended: {report}"),
        Err(error) => {
            tracing::error!("ended: {error}");
            process::exit(i32::from(error.exit_code()));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
