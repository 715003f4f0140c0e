//! From a producer to the receivers of a topic.

use std::{sync::Arc, time::Instant};

use openedx_events::{
    Bytes,
    event_bus::{Envelope, Message},
};

use crate::conformance::{
    Harness,
    bench::{Bench, GROUP, Seen},
};

pub(in crate::conformance) fn a_message_arrives_as_it_was_sent(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let seen = Seen::new();
    let theirs = seen.clone();
    let _receiver = bench.receive(move |parcel, metadata| {
        theirs.push((parcel.clone(), metadata.clone()));
        Ok(())
    });
    let mut parcel = bench.parcel(7);
    parcel.content = Bytes::from((0..=255).collect::<Vec<u8>>());
    let message = Bench::message(&parcel);
    bench.send([message.clone()]);
    let stored = bench.operations().read(&bench.topic, None, 10).unwrap();
    assert_eq!(stored.len(), 1);
    assert!(stored[0].message == message, "the message was changed");

    let report = bench.member("a", |consumer| consumer.count(1)).end().unwrap();
    let (arrived, metadata) = seen.all().remove(0);
    assert!(arrived == parcel, "the event was changed");
    assert_eq!(metadata, message.metadata().unwrap().0);
    assert_eq!(report.handled, 1);
}

pub(in crate::conformance) fn topics_are_apart(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (seen, _receiver) = bench.see();
    let other = format!("{}-other", bench.topic);
    let both = Bench::message(&bench.parcel(1));
    let one = Bench::message(&bench.parcel(2));
    let producer = bench.bus().producer().unwrap();
    let envelope = |topic: &str, message: &Message| Envelope {
        topic: topic.into(),
        key: None,
        message: message.clone(),
    };
    let envelopes = [envelope(&bench.topic, &both), envelope(&other, &both), envelope(&other, &one)];
    let outcomes = producer.send(&envelopes, Instant::now() + bench.patience());
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");

    let member = bench.member("a", |consumer| consumer.count(1));
    assert_eq!(member.end().unwrap().handled, 1);
    assert_eq!(seen.all(), [1]);
    let member = bench.member_of(&other, GROUP, "a", |consumer| consumer.count(2));
    assert_eq!(member.end().unwrap().handled, 2);
    assert_eq!(seen.all(), [1, 1, 2]);
}

pub(in crate::conformance) fn several_types_on_one_topic_keep_their_order(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (seen, _posted) = bench.see();
    let theirs = seen.clone();
    let _returned = bench.receive_returned(move |number| theirs.push(number));
    let member = bench.member("a", |consumer| consumer.batch(7));
    for number in (0..100).step_by(2) {
        bench.post([number]);
        bench.send([bench.returned_message(number + 1)]);
    }
    bench.wait("all are handled", || seen.len() >= 100);
    assert_eq!(member.stop_well().handled, 100);
    assert_eq!(seen.all(), (0..100).collect::<Vec<_>>());
}

pub(in crate::conformance) fn ten_megabytes_arrive(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let content = Bytes::from(vec![0xa5; 10_000_000]);
    let mut parcel = bench.parcel(1);
    parcel.content = content.clone();
    let seen = Seen::new();
    let theirs = seen.clone();
    let _receiver = bench.receive(move |parcel, _| {
        theirs.push(parcel.content == content);
        Ok(())
    });
    bench.send([Bench::message(&parcel)]);
    let member = bench.member("a", |consumer| consumer.count(1));
    assert_eq!(member.end().unwrap().handled, 1);
    assert_eq!(seen.all(), [true]);
}
