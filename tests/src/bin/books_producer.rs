//! A clerk who makes entries in the books, and notes which of them the event bus has accepted.
//!
//! Its one argument is JSON, see [`Options`]. It ends when all are made, or when its standard input ends.

mod books;

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

use books::{ENTRY_MADE, EntryMade, Lines, Log, Scale, at_end_of_input, now};
use openedx_events::{
    codec,
    event_bus::{Settings, install, settings::Delivery},
};
use serde_json::Value;

struct Options {
    /// The settings of the event bus.
    settings: Settings,
    clerk: i64,
    /// How many entries to make.
    count: i64,
    /// The accounts that entries go to in turn.
    accounts: i64,
    /// What the receiver does with the entries, in turn.
    tasks: Vec<String>,
    /// The wait after each entry.
    pause: Duration,
    /// Where the accepted entries are noted, one line each: the number, and when its sending began, in milliseconds since
    /// 1970. The answer to it can be read long after the server gave it.
    accepted: Lines,
    scale: Scale,
}

fn main() {
    let argument = env::args().nth(1).expect("an argument");
    let options: Value = serde_json::from_str(&argument).expect("JSON");
    let number = |name: &str, default| options[name].as_i64().unwrap_or(default);
    let text = |name: &str| options[name].as_str();
    Log::start(text("log").expect("a log"), false);
    let tasks = options["tasks"].as_array().into_iter().flatten();
    Options {
        settings: Settings::from_value(options["settings"].clone()).expect("settings"),
        clerk: number("clerk", 0),
        count: number("count", i64::MAX),
        accounts: number("accounts", 1),
        tasks: tasks.map(|task| task.as_str().unwrap_or_default().to_owned()).collect(),
        pause: Duration::from_micros(options["pause_micros"].as_u64().unwrap_or_default()),
        accepted: Lines::append_to(text("file").expect("a file")).expect("the file can be written"),
        scale: Scale::new(text("sizes"), options["sizes_every"].as_u64().unwrap_or(1)),
    }
    .run();
}

impl Options {
    fn run(self) {
        let is_background = self.settings.producer.delivery == Delivery::Background;
        let guard = install(&self.settings).expect("the event bus can be set up");
        let over = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&over);
        at_end_of_input(move || told.store(true, Ordering::Relaxed));
        let mut rejected = BTreeSet::new();
        let mut made = 0;
        while made < self.count && !over.load(Ordering::Relaxed) {
            let number = made;
            made += 1;
            let begun = now();
            let is_taken = ENTRY_MADE.send_event(self.entry(number)).all_ok();
            if is_background {
                // A queue that was full for too long is an error as well.
                rejected.extend((!is_taken).then_some(number));
            } else if is_taken {
                self.accepted.write(format_args!("{number} {begun}"));
            }
            self.scale.step();
            if !self.pause.is_zero() {
                thread::sleep(self.pause);
            }
        }
        if let Err(error) = guard.close(Duration::from_mins(1)) {
            for undelivered in error.undelivered() {
                let data = undelivered.envelope.message.event_data().expect("it has data");
                rejected.insert(codec::decode::<EntryMade>(data).expect("it is an entry").number);
            }
        }
        if is_background {
            let at = now();
            for number in (0..made).filter(|number| !rejected.contains(number)) {
                self.accepted.write(format_args!("{number} {at}"));
            }
        }
    }

    fn entry(&self, number: i64) -> EntryMade {
        let task = usize::try_from(number).ok().and_then(|number| {
            let count = self.tasks.len();
            self.tasks.get(number.checked_rem(count)?)
        });
        EntryMade {
            clerk: self.clerk,
            number,
            account: format!("account {}", number % self.accounts),
            task: task.cloned().unwrap_or_default(),
        }
    }
}
