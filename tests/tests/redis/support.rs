//! A server with a topic, and helpers for tests.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use openedx_events::event_bus::{
    BusError, Entry, EntryId, Envelope, EventBus, EventBusConsumer, EventBusProducer, Message, Polled,
    RedisBus, RedisOptions, Start, Subscription,
};
use openedx_events_tests::redis_server::{RedisServer, Setup};

pub(crate) const TOPIC: &str = "dev-numbers";
pub(crate) const GROUP: &str = "readers";

/// A server and a bus on it.
pub(crate) struct World {
    pub(crate) server: RedisServer,
    pub(crate) options: RedisOptions,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Setup::new())
    }

    pub(crate) fn with(setup: Setup) -> Self {
        let server = setup.start();
        let options = options(&server);
        Self { server, options }
    }

    pub(crate) fn bus(&self) -> RedisBus {
        RedisBus::new(self.options.clone()).unwrap()
    }

    pub(crate) fn producer(&self) -> Arc<dyn EventBusProducer> {
        self.bus().producer().unwrap()
    }

    pub(crate) fn consumer(&self, name: &str) -> Box<dyn EventBusConsumer> {
        self.bus().consumer(&backlog(name)).unwrap()
    }

    pub(crate) fn produce(&self, range: std::ops::Range<u32>) -> Vec<EntryId> {
        let producer = self.producer();
        range.map(|number| send(&*producer, number).unwrap()).collect()
    }

    pub(crate) fn ask<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        self.server.ask(words)
    }

    pub(crate) fn pending(&self) -> u64 {
        let (count, ..): (u64, redis::Value, redis::Value, redis::Value) =
            self.ask(&["XPENDING", TOPIC, GROUP]);
        count
    }

    /// Returns the consumer and the delivery count of a pending entry.
    pub(crate) fn delivered(&self, id: &EntryId) -> Option<(String, u64)> {
        let found: Vec<(String, String, u64, u64)> =
            self.ask(&["XPENDING", TOPIC, GROUP, id.as_str(), id.as_str(), "1"]);
        found.into_iter().next().map(|(_, consumer, _, deliveries)| (consumer, deliveries))
    }
}

pub(crate) fn options(server: &RedisServer) -> RedisOptions {
    RedisOptions::tcp("127.0.0.1", server.port())
}

pub(crate) fn soon() -> Instant {
    Instant::now() + Duration::from_secs(5)
}

/// Returns a subscription that starts with the oldest entry.
pub(crate) fn backlog(name: &str) -> Subscription {
    let mut subscription = Subscription::new(TOPIC, GROUP, name);
    subscription.start = Start::Backlog;
    subscription
}

pub(crate) fn message(number: u32) -> Message {
    openedx_events_tests::fields::message([
        ("type", "org.example.number.drawn.v1".to_owned()),
        ("event_data", number.to_string()),
    ])
}

pub(crate) fn send(producer: &dyn EventBusProducer, number: u32) -> Result<EntryId, BusError> {
    producer.send(&[envelope(message(number))], soon()).remove(0)
}

/// Returns an envelope with the message for the topic.
pub(crate) fn envelope(message: Message) -> Envelope {
    Envelope { topic: TOPIC.into(), key: None, message }
}

pub(crate) fn numbers(polled: &Polled) -> Vec<u32> {
    polled.entries.iter().map(number).collect()
}

pub(crate) fn number(entry: &Entry) -> u32 {
    let data = entry.message.event_data().unwrap();
    std::str::from_utf8(data).unwrap().parse().unwrap()
}

pub(crate) fn ids(polled: &Polled) -> Vec<EntryId> {
    polled.entries.iter().map(|entry| entry.id.clone()).collect()
}

pub(crate) fn poll(consumer: &mut dyn EventBusConsumer, acknowledge: &[EntryId], max: usize) -> Polled {
    consumer.poll(acknowledge, max, Duration::ZERO).unwrap()
}

/// Waits until a condition holds.
pub(crate) fn eventually(what: &str, done: impl FnMut() -> bool) {
    openedx_events_tests::eventually(what, Duration::from_secs(20), done);
}
