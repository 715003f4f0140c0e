//! A worker with a batch receiver, which prints the number of events in each batch to standard error.
//!
//! Its arguments are a command, or the URL of a Redis server, a topic and a group.

use std::{env, process::ExitCode};

use openedx_events::{
    event,
    event_bus::{Consumer, Settings, Start, Stop},
    management,
    prelude::*,
};
use serde_json::json;

/// Sent when a parcel is stored. `tests/tests/batches` declares the same event.
#[event(type = "com.example.learning.parcel.stored.v1", key = to)]
pub struct ParcelStored {
    /// The test that sent it.
    pub test: String,
    /// Its number.
    pub number: i32,
    /// The addressee.
    pub to: String,
}

#[receiver(PARCEL_STORED, batch(max = 100, wait = "1h"))]
fn store(batch: &Batch<ParcelStored>) -> Result<(), BatchError> {
    eprintln!("{}", batch.len());
    if batch.events().any(|event| event.to == "crash") {
        std::process::abort();
    }
    let lost = batch.events().enumerate().filter(|(_, event)| event.to == "nobody");
    Err(BatchError::some(lost.map(|(position, _)| (position, "no such person"))))
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [url, topic, group] = &arguments[..] else { return management::run() };
    if !url.starts_with("redis") {
        return management::run();
    }
    let settings = json!({"EVENT_BUS_CONSUMER": "redis", "EVENT_BUS_REDIS_CONNECTION_URL": url});
    let settings = Settings::from_value(settings).expect("settings");
    let consumer = Consumer::new(settings).topic(topic).group(group).consumer_name("a").start(Start::Backlog);
    consumer.run(Stop::new()).expect("the consumer runs until it is killed");
    ExitCode::SUCCESS
}
