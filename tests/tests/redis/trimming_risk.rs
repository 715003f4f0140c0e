//! The warning before a stream drops entries that a group has not read.

use super::support::{GROUP, TOPIC, World, poll};

#[test]
fn a_group_is_at_risk_from_80_percent_of_the_length_of_the_stream() {
    let mut world = World::new();
    world.options.stream_max_len = 100;
    world.produce(0..1);
    let mut consumer = world.consumer("a");
    assert_eq!(poll(&mut *consumer, &[], 10).entries.len(), 1);
    world.produce(0..79);
    assert_eq!(consumer.at_risk().unwrap(), None, "79 of 100");
    world.produce(0..1);
    let risk = consumer.at_risk().unwrap().expect("80 of 100");
    for part in [GROUP, TOPIC, "80 entries", "about 100", "EVENT_BUS_REDIS_STREAM_MAX_LEN"] {
        assert!(risk.contains(part), "`{part}` is not in `{risk}`");
    }
    poll(&mut *consumer, &[], 10);
    assert_eq!(consumer.at_risk().unwrap(), None, "70 of 100");
}

#[test]
fn without_the_right_to_ask_there_is_no_risk() {
    let mut world = World::new();
    world.options.stream_max_len = 10;
    world.produce(0..10);
    let mut consumer = world.consumer("a");
    let _: () = world.ask(&["ACL", "SETUSER", "default", "-xinfo"]);
    assert_eq!(poll(&mut *consumer, &[], 1).entries.len(), 1);
    assert_eq!(consumer.at_risk().unwrap(), None);
}
