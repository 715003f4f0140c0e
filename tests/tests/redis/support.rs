//! A server, a topic on it, and what tests do with them.

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

    /// Each of: what this server has, and only what Redis 6.2 has.
    pub(crate) fn both() -> [Self; 2] {
        let mut old = Self::new();
        old.options = old.options.emulate_6_2();
        [Self::new(), old]
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

    /// Adds the numbers in `range`.
    pub(crate) fn produce(&self, range: std::ops::Range<u32>) -> Vec<EntryId> {
        let producer = self.producer();
        range.map(|number| send(&*producer, number).unwrap()).collect()
    }

    /// A command of the test's own.
    pub(crate) fn ask<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        self.try_ask(words).unwrap()
    }

    pub(crate) fn try_ask<T: redis::FromRedisValue>(&self, words: &[&str]) -> redis::RedisResult<T> {
        let mut connection = redis::Client::open(self.server.url())?.get_connection()?;
        let mut command = redis::cmd(words[0]);
        for word in &words[1..] {
            command.arg(*word);
        }
        command.query(&mut connection)
    }

    /// How many entries are pending.
    pub(crate) fn pending(&self) -> u64 {
        let (count, ..): (u64, redis::Value, redis::Value, redis::Value) =
            self.ask(&["XPENDING", TOPIC, GROUP]);
        count
    }

    /// How often an entry was delivered, and to whom.
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

/// A member that reads from the beginning.
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

/// The message on its way to the topic.
pub(crate) fn envelope(message: Message) -> Envelope {
    Envelope { topic: TOPIC.into(), key: None, message }
}

/// The numbers of entries.
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

/// A poll that does not wait.
pub(crate) fn poll(consumer: &mut dyn EventBusConsumer, acknowledge: &[EntryId], max: usize) -> Polled {
    consumer.poll(acknowledge, max, Duration::ZERO).unwrap()
}

/// Polls again and again until `done`, through errors, and fails after some seconds.
pub(crate) fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
