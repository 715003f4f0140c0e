//! The memory of producers and consumers is bounded in bytes. The tests measure this process, so one runs at a time.

use std::{
    fs, slice,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use openedx_events::{
    EventsMetadata,
    event_bus::{
        Consumer, Envelope, EventBus, Message, Producer, RedisBus, RedisOptions, Start, Stop, Subscription,
        settings::DeliveryMode,
    },
};
use openedx_events_tests::{NUMBER_DRAWN, redis_server::RedisServer};

const MB: usize = 1_000_000;

fn one_at_a_time() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the resident memory of this process in bytes.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

#[test]
fn a_producer_holds_a_bounded_number_of_bytes_while_the_server_is_away() {
    let _turn = one_at_a_time();
    let server = RedisServer::start();
    let options = RedisOptions::tcp("127.0.0.1", server.port());
    let timeout = Duration::from_millis(50);
    let bus = RedisBus::new(options).unwrap();
    let producer = Producer::of(&bus, None, DeliveryMode::Background, timeout).unwrap();
    let metadata = EventsMetadata::of(NUMBER_DRAWN.definition());
    server.pause();
    let before = resident();
    let data = vec![7; MB / 2];
    let mut refused = 0;
    let accepted = (0..300).filter(|_| {
        let is_accepted = refused < 5 && producer.send("large", None, &metadata, &data).is_ok();
        refused += usize::from(!is_accepted);
        is_accepted
    });
    let accepted = accepted.count();
    let grown = resident().saturating_sub(before);
    assert!((100..=128).contains(&accepted), "{accepted} events of half a megabyte fit into 64 MB");
    assert!(grown < 100 * MB, "{} MB", grown / MB);
    server.resume();
    producer.flush(Duration::from_secs(30)).unwrap();
    assert_eq!(server.ask::<usize>(&["XLEN", "large"]), accepted);
}

/// Adds 35 messages of 5 MB to a topic, and lets `prepare` use the bus. Then consumes them. Returns by how many bytes this
/// process grew.
fn consume_large_messages(prepare: impl FnOnce(&RedisBus)) -> usize {
    let server = RedisServer::start();
    let bus = Arc::new(RedisBus::new(RedisOptions::tcp("127.0.0.1", server.port())).unwrap());
    let producer = bus.producer().unwrap();
    // The event is one byte long. Like Python, consumers ignore what follows it.
    let message = Message::new(&EventsMetadata::of(NUMBER_DRAWN.definition()), vec![0; 5 * MB]);
    let large = Envelope { topic: "large".into(), key: None, message };
    for _ in 0..35 {
        let outcomes = producer.send(slice::from_ref(&large), Instant::now() + Duration::from_secs(20));
        assert!(outcomes.iter().all(Result::is_ok));
    }
    drop((large, producer));
    prepare(&bus);
    let before = resident();
    let peak = Arc::new(AtomicUsize::new(0));
    let measured = Arc::clone(&peak);
    let _connection = NUMBER_DRAWN.connect(move |_, _| {
        // Time to read ahead.
        thread::sleep(Duration::from_millis(10));
        measured.fetch_max(resident(), Ordering::Relaxed);
    });
    let consumer =
        Consumer::of(bus, "large", "readers", "ann").start(Start::Backlog).read_at_once(100).count(35);
    assert_eq!(consumer.run(Stop::new()).unwrap().handled, 35);
    peak.load(Ordering::Relaxed).saturating_sub(before)
}

#[test]
fn a_consumer_holds_a_bounded_number_of_bytes() {
    let _turn = one_at_a_time();
    let grown = consume_large_messages(|_| ());
    assert!(grown > 30 * MB, "the consumer reads ahead: {} MB", grown / MB);
    assert!(grown < 120 * MB, "{} MB", grown / MB);
}

#[test]
fn a_consumer_that_comes_back_holds_a_bounded_number_of_bytes() {
    let _turn = one_at_a_time();
    let grown = consume_large_messages(|bus| {
        let mut subscription = Subscription::new("large", "readers", "ann");
        subscription.start = Start::Backlog;
        let mut member = bus.consumer(&subscription).unwrap();
        assert_eq!(member.poll(&[], 35, Duration::ZERO).unwrap().entries.len(), 35);
    });
    assert!(grown < 120 * MB, "{} MB", grown / MB);
}
