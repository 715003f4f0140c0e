//! Users with few rights, servers without some commands, and clusters.

use std::time::Duration;

use openedx_events::event_bus::{EventBus, EventBusConsumer, RedisBus, RedisOptions};
use openedx_events_tests::redis_server::Setup;

use super::support::{GROUP, TOPIC, World, backlog, ids, numbers, poll, send};

/// Returns a bus for a user with these rules.
fn bus(world: &World, rules: &[&str]) -> RedisBus {
    let set = [&["ACL", "SETUSER", "worker", "reset", "on", ">pass"], rules].concat();
    let _: () = world.ask(&set);
    let url = format!("redis://worker:pass@127.0.0.1:{}", world.server.port()).parse().unwrap();
    RedisBus::new(RedisOptions::new(url)).unwrap()
}

fn consumer(world: &World, rules: &[&str]) -> Box<dyn EventBusConsumer> {
    bus(world, rules).consumer(&backlog("a")).unwrap()
}

/// Returns the line to paste in an error.
fn line(error: &str) -> Vec<String> {
    let (_, line) = error.split_once("`ACL SETUSER worker ").unwrap_or_else(|| panic!("{error}"));
    line.split_once('`').unwrap().0.split(' ').map(str::to_owned).collect()
}

#[test]
fn the_line_in_the_error_allows_everything() {
    let world = World::new();
    world.produce(0..4);
    let error = consumer(&world, &[]).poll(&[], 10, Duration::ZERO).unwrap_err();
    assert!(!error.is_transient());
    let error = error.to_string();
    for missing in ["`XREADGROUP` on `dev-numbers`", "`XACK` on", "`XADD` on `dev-numbers.dlq.readers`"] {
        assert!(error.contains(missing), "{missing}: {error}");
    }
    let rules = line(&error);
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    let mut consumer = consumer(&world, &rules);
    let polled = poll(&mut *consumer, &[], 3);
    assert_eq!((numbers(&polled), polled.notes), (vec![0, 1, 2], vec![]));
    super::restricted::bury(&mut *consumer, &polled.entries[0]);
    consumer.hold(&[(polled.entries[1].id.clone(), 1)]).unwrap();
    let _: u64 = world.ask(&["XTRIM", TOPIC, "MAXLEN", "0"]);
    let polled = poll(&mut *consumer, &[polled.entries[2].id.clone()], 10);
    assert_eq!(polled.lost.len(), 1);
    assert!(poll(&mut *consumer, &[], 10).notes.is_empty());
    // Nobody acts as another user.
    assert!(world.ask::<Vec<String>>(&["ACL", "LIST"]).iter().any(|user| user.contains("user worker")));
}

#[test]
fn a_producer_is_told_the_line_that_allows_it_to_send() {
    let world = World::new();
    let producer = bus(&world, &[]).producer().unwrap();
    let error = send(&*producer, 1).unwrap_err();
    assert!(!error.is_transient() && error.to_string().contains("NOPERM"), "{error}");
    let rules = line(&error.to_string());
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    send(&*bus(&world, &rules).producer().unwrap(), 1).unwrap();
}

#[test]
fn keys_are_checked_when_the_consumer_starts() {
    let world = World::new();
    let error = consumer(&world, &["+@all", &format!("~{TOPIC}")]).poll(&[], 1, Duration::ZERO).unwrap_err();
    let error = error.to_string();
    assert!(
        error.contains("`XADD` on `dev-numbers.dlq.readers`") && !error.contains("XREADGROUP` on"),
        "{error}"
    );
    // A consumer without dead letters does not need their stream.
    let mut subscription = backlog("a");
    subscription.stores_dead_letters = false;
    let bus = bus(&world, &["+@all", &format!("~{TOPIC}")]);
    bus.consumer(&subscription).unwrap().poll(&[], 1, Duration::ZERO).unwrap();
}

#[test]
fn a_consumer_logs_once_what_it_cannot_do() {
    let world = World::new();
    world.produce(0..3);
    let mut consumer =
        consumer(&world, &["+@all", "~*", "-client|kill", "-client|unblock", "-xtrim", "-xgroup|create"]);
    let _: () = world.ask(&["XGROUP", "CREATE", TOPIC, GROUP, "0"]);
    let polled = poll(&mut *consumer, &[], 2);
    assert_eq!(numbers(&polled), [0, 1]);
    let notes = polled.notes.join("\n");
    for note in [
        "dead letters are kept beyond their limits: the server does not let user `worker` call `XTRIM`",
        "a group that does not exist cannot be created",
        "call `CLIENT UNBLOCK`, `CLIENT KILL`",
    ] {
        assert!(notes.contains(note), "{note}: {notes}");
    }
    assert_eq!(polled.notes.len(), 3, "{notes}");
    super::restricted::bury(&mut *consumer, &polled.entries[0]);
    let polled = poll(&mut *consumer, &ids(&polled)[1..], 10);
    assert_eq!((numbers(&polled), polled.notes.len()), (vec![2], 0));
}

#[test]
fn a_server_without_a_command_is_named() {
    let world = World::with(Setup::new().rename("XCLAIM", "gone"));
    let error = world.consumer("a").poll(&[], 1, Duration::ZERO).unwrap_err().to_string();
    assert!(error.contains("call `XCLAIM` on `dev-numbers`; some of these commands do not exist"), "{error}");
    // The bus works without these.
    let setup = Setup::new().rename("CLIENT", "gone").rename("MULTI", "absent");
    let world = World::with(setup);
    world.produce(0..2);
    assert_eq!(numbers(&poll(&mut *world.consumer("a"), &[], 10)), [0, 1]);
}

/// Starts a server of a cluster and gives it slots.
fn shard(slots: [&str; 2]) -> World {
    let world = World::with(Setup::new().argument("--cluster-enabled", "yes"));
    let _: () = world.ask(&["CLUSTER", "ADDSLOTSRANGE", slots[0], slots[1]]);
    world
}

fn until_up(world: &World) {
    super::support::eventually("the cluster is up", || {
        world.ask::<String>(&["CLUSTER", "INFO"]).contains("cluster_state:ok")
    });
}

#[test]
fn a_cluster_with_one_shard_works() {
    let world = shard(["0", "16383"]);
    until_up(&world);
    world.produce(0..3);
    let mut consumer = world.consumer("a");
    let polled = poll(&mut *consumer, &[], 10);
    assert_eq!((numbers(&polled), &polled.notes[..]), (vec![0, 1, 2], &[][..]));
    super::restricted::bury(&mut *consumer, &polled.entries[0]);
    poll(&mut *consumer, &ids(&polled)[1..], 0);
    assert_eq!(world.pending(), 0);
    let mut operations = world.bus().operations().unwrap();
    let letters = operations.dead_letters(TOPIC, GROUP, None, 10).unwrap();
    operations.replace_dead_letter(TOPIC, GROUP, &letters[0]).unwrap();
}

#[test]
fn a_cluster_with_several_shards_is_refused() {
    let worlds = [shard(["0", "8000"]), shard(["8001", "16383"])];
    let port = worlds[1].server.port().to_string();
    let _: () = worlds[0].ask(&["CLUSTER", "MEET", "127.0.0.1", &port]);
    worlds.iter().for_each(until_up);
    super::support::eventually("both know the size", || {
        worlds.iter().all(|world| world.ask::<String>(&["CLUSTER", "INFO"]).contains("cluster_size:2"))
    });
    for forbidden in ["+@all", "-cluster"] {
        for world in &worlds {
            let bus = bus(world, &["+@all", "~*", forbidden]);
            let errors = [
                bus.consumer(&backlog("a")).unwrap().poll(&[], 1, Duration::ZERO).err(),
                send(&*bus.producer().unwrap(), 1).err(),
            ];
            // Without the right to ask for the size of the cluster, the error comes when the server refuses a key of another shard.
            let errors: Vec<_> = errors.into_iter().flatten().map(|error| error.to_string()).collect();
            assert!(forbidden == "-cluster" || errors.len() == 2, "{errors:?}");
            for error in errors {
                assert!(error.contains("one of several shards of a Redis cluster"), "{error}");
            }
        }
    }
}
