//! Background delivery to servers that refuse messages until somebody changes something.

use std::{thread, time::Duration};

use openedx_events::{
    EventsMetadata,
    event_bus::{ProduceError, Producer, RedisBus, settings::DeliveryMode},
};
use openedx_events_tests::NUMBER_DRAWN;

use super::support::{World, eventually};

const PASSWORD: &str = "old";
const TIMEOUT: Duration = Duration::from_millis(200);

fn producer(world: &World) -> Producer {
    let bus = RedisBus::new(world.options.clone()).unwrap();
    Producer::of(&bus, None, DeliveryMode::Background, TIMEOUT).unwrap()
}

fn send(producer: &Producer, topic: &str, number: usize) -> Result<(), ProduceError> {
    let metadata = EventsMetadata::of(NUMBER_DRAWN.definition());
    producer.send(topic, None, &metadata, number.to_string().as_bytes())
}

/// Returns the numbers in a stream.
fn numbers(world: &World, topic: &str) -> Vec<usize> {
    let entries: Vec<(String, Vec<String>)> = world.ask(&["XRANGE", topic, "-", "+"]);
    entries.iter().map(|(_, fields)| fields[fields.len() - 1].parse().unwrap()).collect()
}

/// Sends while an operator breaks the server's state and then repairs it. Checks that all events arrive, in order.
fn heals(state: &str, breaks: &[&[&str]], repairs: &[&[&str]]) {
    let mut world = World::new();
    world.options.url = format!("redis://:{PASSWORD}@127.0.0.1:{}", world.server.port()).parse().unwrap();
    let mut operator = world.server.connect().unwrap();
    let mut ask = |commands: &[&[&str]]| {
        for words in commands {
            redis::cmd(words[0]).arg(&words[1..]).exec(&mut operator).unwrap();
        }
    };
    ask(&[&["CONFIG", "SET", "requirepass", PASSWORD]]);
    let producer = producer(&world);
    for number in 0..500 {
        if number == 100 {
            producer.flush(Duration::from_secs(20)).unwrap();
            ask(breaks);
        }
        send(&producer, "numbers", number).unwrap();
        if number % 100 == 0 {
            thread::sleep(2 * TIMEOUT);
        }
    }
    ask(repairs);
    producer.flush(Duration::from_secs(20)).unwrap();
    ask(&[&["CONFIG", "SET", "requirepass", ""]]);
    assert_eq!(numbers(&world, "numbers"), (0..500).collect::<Vec<_>>(), "{state}");
}

#[test]
fn no_event_is_lost_if_the_server_recovers() {
    thread::scope(|scope| {
        scope.spawn(|| {
            heals(
                "wrong password",
                &[
                    &["CONFIG", "SET", "requirepass", "new"],
                    &["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"],
                ],
                &[&["CONFIG", "SET", "requirepass", PASSWORD]],
            );
        });
        scope.spawn(|| {
            let user = ["ACL", "SETUSER", "default"];
            heals(
                "missing permission",
                &[&[&user[..], &["-xadd"]].concat()],
                &[&[&user[..], &["+xadd"]].concat()],
            );
        });
        scope.spawn(|| {
            heals(
                "a key of another type",
                &[&["RENAME", "numbers", "kept"], &["SET", "numbers", "text"]],
                &[&["RENAME", "kept", "numbers"]],
            );
        });
        scope.spawn(|| {
            heals(
                "no memory",
                &[&["CONFIG", "SET", "maxmemory", "1"]],
                &[&["CONFIG", "SET", "maxmemory", "0"]],
            );
        });
        scope.spawn(|| {
            heals("replica", &[&["REPLICAOF", "127.0.0.1", "1"]], &[&["REPLICAOF", "NO", "ONE"]]);
        });
    });
}

#[test]
fn a_refused_topic_is_bounded_and_does_not_hold_up_the_others() {
    let world = World::new();
    let _: redis::Value = world.ask(&["SET", "refused", "text"]);
    let producer = producer(&world);
    let mut failed = Vec::new();
    for number in 0..30_000 {
        if let Err(error) = send(&producer, "refused", number) {
            failed.push(error);
        }
        if number % 100 == 0 {
            send(&producer, "accepted", number).unwrap();
        }
        if failed.len() == 3 {
            break;
        }
    }
    assert_eq!(failed.len(), 3, "the queue is bounded, and the sender gets an error when it is full");
    let error = format!("{:?}", failed[0]);
    assert!(error.contains("WRONGTYPE"), "the error names the cause: {error}");
    eventually("the messages of the other topic arrive", || numbers(&world, "accepted").len() >= 50);

    // The messages that wait are in order when somebody repairs the topic.
    let _: u64 = world.ask(&["DEL", "refused"]);
    producer.flush(Duration::from_secs(20)).unwrap();
    let sent = numbers(&world, "refused");
    assert!(sent.len() > 1000 && sent.is_sorted(), "{}", sent.len());
}
