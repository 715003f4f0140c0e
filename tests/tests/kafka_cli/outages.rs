//! What programs log while the registry or the brokers are away: a warning for each reason at the beginning, and one at the end.

use std::{thread, time::Duration};

use openedx_events_tests::{eventually, kafka_server::KafkaServer, schema_registry::Fault};
use serde_json::json;

use super::{Bus, SENT, parcel};

const LONG: Duration = Duration::from_secs(30);
/// Long enough for several tries.
const AWAY: Duration = Duration::from_secs(4);

/// Returns the warnings and errors that contain `part`.
fn warnings(log: &str, part: &str) -> Vec<String> {
    let is_warning = |line: &&str| line.contains(" WARN ") || line.contains(" ERROR ");
    log.lines().filter(is_warning).filter(|line| line.contains(part)).map(str::to_owned).collect()
}

fn consume(bus: &Bus) -> super::Running {
    let extra = r#"{"check_backlog": true}"#;
    bus.start(&["consume-events", "-t", "parcels", "-g", &bus.group, "--extra", extra], "")
}

#[test]
fn a_consumer_says_once_that_the_registry_is_away_and_that_it_is_back() {
    let Some(bus) = Bus::new(1) else { return };
    bus.post(&["ok"]);
    bus.registry.fail(Fault::Away);
    let consumer = consume(&bus);
    eventually("it says why it waits", LONG, || consumer.stderr().contains("schema is unknown"));
    thread::sleep(AWAY);
    bus.registry.recover();
    eventually("it says that it goes on", LONG, || consumer.stderr().contains("the event bus works again"));
    assert!(bus.notes().contains(&"end 1".to_owned()), "{:?}", bus.notes());
    consumer.signal("TERM");
    let log = consumer.end(LONG).stderr;
    assert_eq!(warnings(&log, "schema is unknown").len(), 1, "{log}");
    let end = warnings(&log, "the event bus works again");
    assert!(end.len() == 1 && end[0].contains("seconds="), "{log}");
}

#[test]
fn a_background_producer_says_once_that_the_registry_is_away_and_that_it_is_back() {
    let Some(bus) = Bus::new(1) else { return };
    let bus = bus.with("EVENT_BUS_PRODUCER_DELIVERY", "background").with("EVENT_BUS_PRODUCER_TIMEOUT", "1");
    bus.registry.fail(Fault::Away);
    let line = format!("{}\n", json!({"event_type": SENT, "data": parcel(1, "ok")}));
    let producer = bus.start(&["produce-event", "--topic", "parcels", "--lines"], &line);
    eventually("it says why it waits", LONG, || producer.stderr().contains("does not accept messages"));
    thread::sleep(AWAY);
    bus.registry.recover();
    let ran = producer.end(LONG);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(warnings(&ran.stderr, "does not accept messages").len(), 1, "{}", ran.stderr);
    assert_eq!(warnings(&ran.stderr, "accepts messages again").len(), 1, "{}", ran.stderr);
}

#[test]
fn a_consumer_says_once_that_the_brokers_are_away_and_that_they_are_back() {
    let (Some(mut kafka), Some(bus)) = (KafkaServer::start(), Bus::without_topic()) else { return };
    kafka.create_topic(&bus.topic, 1);
    let bus = bus.with("EVENT_BUS_KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrap());
    let consumer = consume(&bus);
    eventually("it reads", LONG, || consumer.stderr().contains("reading partitions"));
    kafka.kill(0);
    eventually("it says so", LONG, || !warnings(&consumer.stderr(), "could not be read").is_empty());
    thread::sleep(AWAY);
    assert!(!consumer.stderr().contains("works again"), "{}", consumer.stderr());
    kafka.restart(0);
    eventually("it says that it goes on", LONG, || consumer.stderr().contains("the event bus works again"));
    consumer.signal("TERM");
    let log = consumer.end(LONG).stderr;
    let reason = |line: &String| line.split_once(" error=").map(|(_, reason)| reason.to_owned());
    let mut reasons: Vec<_> = warnings(&log, "Kafka").iter().filter_map(reason).collect();
    let count = reasons.len();
    reasons.sort_unstable();
    reasons.dedup();
    assert_eq!(reasons.len(), count, "each reason once: {log}");
    assert!(reasons.iter().all(|reason| reason.contains(&kafka.bootstrap())), "{log}");
    assert_eq!(warnings(&log, "works again").len(), 1, "{log}");
    assert!(warnings(&log, "librdkafka").is_empty(), "{log}");
}
