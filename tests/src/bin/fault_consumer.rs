//! A consumer for the fault tests, which records the items that it has handled.
//!
//! Its argument is JSON; see `main`. It stops when its standard input ends, and exits with the code of the consumer.

mod fault;

use std::{
    collections::{HashMap, HashSet},
    env, fs, process,
    sync::{Mutex, OnceLock, PoisonError},
    thread,
    time::Duration,
};

use fault::{ITEM_SENT, Lines, Scale, at_end_of_input, start_log};
use openedx_events::{
    event_bus::{Consumer, Settings, Start, Stop},
    prelude::*,
};
use serde_json::Value;

struct State {
    /// A line `producer number id` for each handled item, and `overlap on KEY` if two items with one key ran at the same time.
    handled: Lines,
    /// Prefix of files that record, across processes, which items were tried before.
    marks: String,
    work: Duration,
    keys: Mutex<HashSet<String>>,
    failures: Mutex<HashMap<(i64, i64), u32>>,
    scale: Scale,
}

static STATE: OnceLock<State> = OnceLock::new();

#[receiver(ITEM_SENT)]
fn handle(
    producer: &i64,
    number: &i64,
    key: &str,
    task: &str,
    metadata: &EventsMetadata,
) -> Result<(), ReceiverError> {
    let state = STATE.get().expect("set before the first item");
    let running = Running::start(state, key);
    state.work_on((*producer, *number), task)?;
    drop(running);
    state.handled.write(format_args!("{producer} {number} {}", metadata.id));
    state.scale.step();
    Ok(())
}

/// Marks a key as running until it is dropped.
struct Running(&'static State, String);

impl Running {
    fn start(state: &'static State, key: &str) -> Self {
        if !lock(&state.keys).insert(key.to_owned()) {
            state.handled.write(format_args!("overlap on {key}"));
        }
        Self(state, key.to_owned())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        lock(&self.0.keys).remove(&self.1);
    }
}

impl State {
    /// Runs the task: a word that says how to fail, and for some a number that says how often.
    fn work_on(&self, item: (i64, i64), task: &str) -> Result<(), ReceiverError> {
        if !self.work.is_zero() {
            thread::sleep(self.work);
        }
        let (task, times) = task.split_once(' ').unwrap_or((task, ""));
        // The test creates this file when the service is up again.
        let is_up = task != "need" || fs::exists(format!("{}.up", self.marks)).unwrap_or_default();
        let mut failures = lock(&self.failures);
        let failed = failures.entry(item).or_default();
        if task.is_empty() || times.parse().is_ok_and(|times: u32| *failed >= times) {
            failures.remove(&item);
            return Ok(());
        }
        *failed += 1;
        drop(failures);
        // This must survive the end of the process.
        let mark = format!("{}.{}.{}", self.marks, item.0, item.1);
        let is_first = || fs::File::create_new(&mark).is_ok();
        match task {
            "panic" => panic!("as requested"),
            "refuse" => return Err(ReceiverError::permanent(REQUESTED)),
            "fail" => return Err(ReceiverError::new(REQUESTED)),
            "need" if !is_up => return Err(ReceiverError::unavailable("the service is down")),
            "steps" => (0..20).for_each(|_| thread::sleep(Duration::from_millis(10))),
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

const REQUESTED: &str = "as requested";

fn main() {
    let argument = env::args().nth(1).expect("an argument");
    let options: Value = serde_json::from_str(&argument).expect("JSON");
    let text = |name: &str| options[name].as_str().unwrap_or_else(|| panic!("`{name}` is missing"));
    let number = |name: &str, default| options[name].as_u64().unwrap_or(default);
    let size = |name: &str, default| usize::try_from(number(name, default)).expect("a size");
    start_log(text("log"), options["audit"] == true);
    // Keep panics out of the output of the test.
    std::panic::set_hook(Box::new(|_| ()));
    let file = text("file");
    let state = State {
        handled: Lines::append_to(file).expect("the file can be written"),
        marks: text("marks").to_owned(),
        work: Duration::from_micros(number("work_micros", 0)),
        keys: Mutex::default(),
        failures: Mutex::default(),
        scale: Scale::new(options["sizes"].as_str(), number("sizes_every", 1)),
    };
    assert!(STATE.set(state).is_ok(), "set once");
    let settings = Settings::from_value(options["settings"].clone()).expect("settings");
    let stop = Stop::new();
    let stopper = stop.clone();
    at_end_of_input(move || stopper.stop());
    let outcome = Consumer::new(settings)
        .topic("items")
        .group(options["group"].as_str().unwrap_or("faults"))
        .consumer_name(text("name"))
        .start(Start::Backlog)
        .read_at_once(size("read_at_once", 100))
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
