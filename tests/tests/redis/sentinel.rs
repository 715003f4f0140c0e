//! A primary, a replica and a sentinel: after a failover, everything goes to the new primary.

use std::time::Duration;

use openedx_events::event_bus::{EventBus, RedisBus, RedisOptions};
use openedx_events_tests::redis_server::{RedisServer, Setup};

use super::support::{backlog, eventually, ids, numbers, send};

fn ask(server: &RedisServer, words: &[&str]) -> String {
    let mut connection = redis::Client::open(server.url()).unwrap().get_connection().unwrap();
    let mut command = redis::cmd(words[0]);
    for word in &words[1..] {
        command.arg(*word);
    }
    command
        .query::<redis::Value>(&mut connection)
        .map_or_else(|error| error.to_string(), |value| format!("{value:?}"))
}

#[test]
fn a_failover_is_followed() {
    let mut primary = RedisServer::start();
    let replica = Setup::new().argument("--replicaof", &format!("127.0.0.1 {}", primary.port())).start();
    let sentinel = Setup::new().sentinel_of(primary.port()).start();
    let sentinels = [("127.0.0.1".to_owned(), 1), ("127.0.0.1".to_owned(), sentinel.port())];
    let options = RedisOptions::sentinel(sentinels, "events").connect_timeout(Duration::from_secs(1));
    let bus = RedisBus::new(options).unwrap();
    let producer = bus.producer().unwrap();
    let mut consumer = bus.consumer(&backlog("a")).unwrap();

    send(&*producer, 0).unwrap();
    let first = consumer.poll(&[], 10, Duration::from_secs(1)).unwrap();
    assert_eq!(numbers(&first), [0]);
    consumer.poll(&ids(&first), 0, Duration::ZERO).unwrap();
    eventually("the sentinel knows the replica", || {
        ask(&sentinel, &["SENTINEL", "REPLICAS", "events"]).contains(&replica.port().to_string())
    });
    eventually("the replica has the entry", || {
        ask(&replica, &["XLEN", super::support::TOPIC]).contains("int(1)")
    });

    primary.kill();
    eventually("the new primary takes events", || send(&*producer, 1).is_ok());
    let mut seen = Vec::new();
    eventually("and they are consumed", || {
        if let Ok(polled) = consumer.poll(&[], 10, Duration::from_millis(200)) {
            seen.extend(numbers(&polled));
        }
        seen.contains(&1)
    });
    assert!(!seen.contains(&0), "it was acknowledged before the failover");
}

#[test]
fn sentinels_that_know_nothing_are_a_transient_error() {
    let sentinel = Setup::new().sentinel_of(1).start();
    let options = RedisOptions::sentinel([("127.0.0.1".to_owned(), sentinel.port())], "other");
    let bus = RedisBus::new(options).unwrap();
    let error = bus.operations().unwrap().read("dev-numbers", None, 1).unwrap_err();
    assert!(error.is_transient() && error.to_string().contains("knows no primary of `other`"), "{error}");
    assert!(RedisBus::new(RedisOptions::sentinel([], "events")).is_err());
}
