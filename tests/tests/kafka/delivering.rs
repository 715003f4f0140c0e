//! Waiting and background delivery, many threads, and the end of a process.

use std::{
    ops::Range,
    thread,
    time::{Duration, Instant},
};

use openedx_events::{
    EventsMetadata, codec,
    event_bus::{BusError, EntryId, EventBus as _, KafkaBus, KafkaOptions, Producer, settings::DeliveryMode},
};
use openedx_events_tests::{
    NUMBER_DRAWN, NumberDrawn, eventually,
    kafka_server::KafkaServer,
    schema_registry::{Keeps, Registry},
};
use rdkafka::{
    mocking::MockCluster,
    types::{RDKafkaApiKey, RDKafkaRespErr},
};

use super::support::{World, lines, new_topic, number, number_in, soon};

pub(crate) fn send(
    producer: &Producer,
    topic: &str,
    number: i64,
) -> Result<(), openedx_events::event_bus::ProduceError> {
    let metadata = EventsMetadata::of(NUMBER_DRAWN.definition());
    producer.send(topic, None, &metadata, &codec::encode(&NumberDrawn { number }))
}

#[test]
fn events_of_many_threads_keep_their_order() {
    let Some(world) = World::new() else { return };
    let topic = world.topic(1);
    for (mode, first) in [(DeliveryMode::Wait, 0), (DeliveryMode::Background, 1_000_000)] {
        let producer = Producer::of(&world.bus(), None, mode, Duration::from_secs(20)).unwrap();
        thread::scope(|scope| {
            for each in 0..8 {
                let (producer, topic) = (&producer, &topic);
                scope.spawn(move || {
                    for number in 0..50 {
                        send(producer, topic, first + each * 1000 + number).unwrap();
                    }
                });
            }
        });
        producer.flush(Duration::from_secs(20)).unwrap();
    }
    let numbers: Vec<_> = world.kafka.records(&topic).iter().map(number_in).collect();
    assert_eq!(numbers.len(), 800);
    for first in [0, 1_000_000] {
        for each in 0..8 {
            let from = first + each * 1000;
            let of_thread: Vec<_> =
                numbers.iter().copied().filter(|number| (from..from + 1000).contains(number)).collect();
            assert_eq!(of_thread, (from..from + 50).collect::<Vec<_>>());
        }
    }
}

#[test]
fn nothing_is_lost_when_a_broker_is_killed_or_hangs() {
    let Some(mut kafka) = KafkaServer::start() else { return };
    let registry = Registry::start(Keeps::Canonical);
    let topic = new_topic();
    kafka.create_topic(&topic, 1);
    let bus = KafkaBus::new(KafkaOptions::new(kafka.bootstrap(), [registry.url()])).unwrap();
    let producer = Producer::of(&bus, None, DeliveryMode::Background, Duration::from_secs(2)).unwrap();
    for number in 0..300 {
        send(&producer, &topic, number).unwrap();
        match number {
            100 => kafka.kill(0),
            200 => {
                thread::sleep(Duration::from_secs(4));
                kafka.restart(0);
            }
            _ => {}
        }
    }
    producer.flush(Duration::from_secs(30)).unwrap();
    let mut numbers: Vec<_> = kafka.records(&topic).iter().map(number_in).collect();
    assert!(numbers.len() >= 300);
    numbers.dedup();
    assert_eq!(numbers, (0..300).collect::<Vec<_>>(), "in order, and at least once");
    drop(producer);

    // While the broker hangs, sends fail, and the client still has the messages.
    let topic = new_topic();
    kafka.create_topic(&topic, 1);
    let mut options = KafkaOptions::new(kafka.bootstrap(), [registry.url()]);
    options.produce_timeout = Duration::from_secs(20);
    let producer = KafkaBus::new(options).unwrap().producer().unwrap();
    producer.send(&[number(&topic, 0)], soon()).remove(0).unwrap();
    // The signal does not stop all threads of the broker at once.
    let other = new_topic();
    kafka.create_topic(&other, 1);
    let is_up =
        || producer.send(&[number(&other, 0)], Instant::now() + Duration::from_millis(300)).remove(0).is_ok();
    let fail = |numbers: Range<i64>| {
        kafka.pause(0);
        eventually("the broker hangs", Duration::from_secs(10), || !is_up());
        let envelopes: Vec<_> = numbers.map(|value| number(&topic, value)).collect();
        let outcomes = producer.send(&envelopes, Instant::now() + Duration::from_millis(500));
        let is_late =
            |outcome: &Result<EntryId, BusError>| outcome.as_ref().is_err_and(BusError::is_transient);
        assert!(outcomes.iter().all(is_late), "{:?}", outcomes.iter().find(|outcome| !is_late(outcome)));
        envelopes
    };
    let mut envelopes = fail(1..300);
    // Sending them again waits for the first attempt, and sends only what is new.
    envelopes.push(number(&topic, 300));
    kafka.resume(0);
    for outcome in producer.send(&envelopes, soon()) {
        outcome.unwrap();
    }
    fail(301..600);
    kafka.resume(0);
    // Messages that the client still has when the producer ends are delivered.
    drop(producer);
    let numbers: Vec<_> = kafka.records(&topic).iter().map(number_in).collect();
    assert_eq!(numbers, (0..600).collect::<Vec<_>>());
}

#[test]
fn background_delivery_sends_messages_before_earlier_ones_are_confirmed() {
    const ROUND_TRIP: Duration = Duration::from_millis(500);
    let cluster = MockCluster::new(1).unwrap();
    let registry = Registry::start(Keeps::Canonical);
    let bus = KafkaBus::new(KafkaOptions::new(cluster.bootstrap_servers(), [registry.url()])).unwrap();
    let producer = Producer::of(&bus, None, DeliveryMode::Background, Duration::from_secs(20)).unwrap();
    send(&producer, "dev-mock", 0).unwrap();
    producer.flush(Duration::from_secs(20)).unwrap();
    cluster.broker_round_trip_time(1, ROUND_TRIP).unwrap();
    let began = Instant::now();
    // Ten calls of the bus.
    (0..5000).for_each(|number| send(&producer, "dev-mock", number).unwrap());
    producer.flush(Duration::from_secs(20)).unwrap();
    let took = began.elapsed();
    assert!(took < ROUND_TRIP * 8, "{took:?}");
}

#[test]
fn a_fatal_error_ends_the_client_and_not_the_producer() {
    let lines = lines();
    let cluster = MockCluster::new(1).unwrap();
    let registry = Registry::start(Keeps::Canonical);
    let mut options = KafkaOptions::new(cluster.bootstrap_servers(), [registry.url()]);
    options.produce_timeout = Duration::from_secs(20);
    let producer = KafkaBus::new(options).unwrap().producer().unwrap();
    // Brokers before Kafka 3 require a separate right for producers that keep the order.
    let error = RDKafkaRespErr::RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED;
    cluster.request_errors(RDKafkaApiKey::InitProducerId, &[error]);
    let error = producer.send(&[number("dev-mock", 1)], soon()).remove(0).unwrap_err();
    assert!(error.to_string().contains("does not allow this user to write"), "{error}");
    assert!(!error.is_transient() && !error.is_refused());
    let warnings = lines.with("the Kafka client has failed for good: starting another one");
    assert_eq!(warnings.len(), 1);
    producer.send(&[number("dev-mock", 2)], soon()).remove(0).unwrap();
}
