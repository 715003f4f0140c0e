//! A worker with a batch receiver, which prints the number of events in each batch. Its arguments are the URL of a Redis server, a
//! topic and a group.

use std::env;

use openedx_events::{
    event,
    event_bus::{Consumer, Settings, Start, Stop},
    prelude::*,
};
use serde_json::json;

/// Sent when a letter is filed, as in the tests of batches.
#[event(type = "com.example.learning.letter.filed.v1", key = to)]
pub struct LetterFiled {
    /// The test that sent it.
    pub test: String,
    /// Its number.
    pub number: i32,
    /// The addressee.
    pub to: String,
}

#[receiver(LETTER_FILED, batch(max = 100, wait = "1h"))]
fn file(batch: &Batch<LetterFiled>) {
    println!("{}", batch.len());
}

fn main() {
    let [url, topic, group]: [String; 3] =
        env::args().skip(1).collect::<Vec<_>>().try_into().expect("three arguments");
    let settings = json!({"EVENT_BUS_CONSUMER": "redis", "EVENT_BUS_REDIS_CONNECTION_URL": url});
    let settings = Settings::from_value(settings).expect("settings");
    let consumer =
        Consumer::new(settings).topic(&topic).group(group).consumer_name("a").start(Start::Backlog);
    consumer.run(Stop::new()).expect("the consumer runs until it is killed");
}
