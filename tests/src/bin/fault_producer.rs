//! A producer for the fault tests, which records the items that the event bus has accepted.
//!
//! Its argument is JSON; see [`Options`]. It stops when all items are sent or its standard input ends.

mod fault;

use std::{
    collections::BTreeSet,
    env,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use fault::{ITEM_SENT, ItemSent, Lines, Scale, at_end_of_input, now, start_log};
use openedx_events::{
    codec,
    event_bus::{Settings, install, settings::DeliveryMode},
};
use serde_json::Value;

struct Options {
    settings: Settings,
    producer: i64,
    /// The number of items to send.
    count: i64,
    /// The number of keys, used in turn.
    keys: i64,
    /// The tasks of the receiver, used in turn.
    tasks: Vec<String>,
    pause: Duration,
    /// A line for each accepted item: its number, and the time just before it was sent, in milliseconds since 1970. The time of
    /// the answer would not do, because the answer may be read long after the server sent it.
    accepted: Lines,
    scale: Scale,
}

fn main() {
    let argument = env::args().nth(1).expect("an argument");
    let options: Value = serde_json::from_str(&argument).expect("JSON");
    let number = |name: &str, default| options[name].as_i64().unwrap_or(default);
    let text = |name: &str| options[name].as_str();
    start_log(text("log").expect("a log"), false);
    let tasks = options["tasks"].as_array().into_iter().flatten();
    Options {
        settings: Settings::from_value(options["settings"].clone()).expect("settings"),
        producer: number("producer", 0),
        count: number("count", i64::MAX),
        keys: number("keys", 1),
        tasks: tasks.map(|task| task.as_str().unwrap_or_default().to_owned()).collect(),
        pause: Duration::from_micros(options["pause_micros"].as_u64().unwrap_or_default()),
        accepted: Lines::append_to(text("file").expect("a file")).expect("the file can be written"),
        scale: Scale::new(text("sizes"), options["sizes_every"].as_u64().unwrap_or(1)),
    }
    .run();
}

impl Options {
    fn run(self) {
        let is_background = self.settings.producer.delivery == DeliveryMode::Background;
        let guard = install(&self.settings).expect("the event bus can be set up");
        let over = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&over);
        at_end_of_input(move || stopped.store(true, Ordering::Relaxed));
        let mut rejected = BTreeSet::new();
        let mut sent = 0;
        while sent < self.count && !over.load(Ordering::Relaxed) {
            let number = sent;
            sent += 1;
            let begun = now();
            let is_accepted = ITEM_SENT.send_event(self.item(number)).all_ok();
            if is_background {
                // A queue that stays full for too long is also an error.
                rejected.extend((!is_accepted).then_some(number));
            } else if is_accepted {
                self.accepted.write(format_args!("{number} {begun}"));
            }
            self.scale.step();
            if !self.pause.is_zero() {
                thread::sleep(self.pause);
            }
        }
        if let Err(error) = guard.close(Duration::from_mins(1)) {
            for undelivered in error.undelivered() {
                let data = undelivered.envelope.message.event_data().expect("a message has data");
                rejected.insert(codec::decode::<ItemSent>(data).expect("an item").number);
            }
        }
        if is_background {
            let at = now();
            for number in (0..sent).filter(|number| !rejected.contains(number)) {
                self.accepted.write(format_args!("{number} {at}"));
            }
        }
    }

    fn item(&self, number: i64) -> ItemSent {
        let task = usize::try_from(number).ok().and_then(|number| {
            let count = self.tasks.len();
            self.tasks.get(number.checked_rem(count)?)
        });
        ItemSent {
            producer: self.producer,
            number,
            key: format!("key {}", number % self.keys),
            task: task.cloned().unwrap_or_default(),
        }
    }
}
