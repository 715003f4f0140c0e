//! From a producer to the receivers of a topic.

use bytes::Bytes;

use crate::conformance::{
    fixture::{Fixture, Recorded, message},
    promise::promise_eq,
};

pub(in crate::conformance) fn a_message_arrives_as_it_was_sent(fixture: &Fixture) {
    let received = Recorded::new();
    let records = received.clone();
    let _receiver = fixture.receive(move |item, metadata| {
        records.push((item.clone(), metadata.clone()));
        Ok(())
    });
    let mut item = fixture.item(7);
    item.content = (0..=255).collect::<Vec<u8>>().into();
    let message = message(&item);
    fixture.send([message.clone()]);
    let stored = fixture.read(&fixture.topic);
    promise_eq!(stored.len(), 1);
    assert!(stored[0].message == message, "the stored message differs");

    let report = fixture.member("a", |consumer| consumer.count(1)).end_well();
    let (arrived, metadata) = received.all().remove(0);
    assert!(arrived == item, "the received event differs");
    promise_eq!(metadata, message.metadata().unwrap().0);
    promise_eq!(report.handled, 1);
}

pub(in crate::conformance) fn topics_are_separate(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    let other = fixture.create_topic("other");
    let both = fixture.added(1);
    fixture.send_envelopes([(&*fixture.topic, both.clone()), (&*other, both), (&*other, fixture.added(2))]);
    let member = fixture.member("a", |consumer| consumer.count(1));
    promise_eq!(member.end_well().handled, 1);
    promise_eq!(handled.all(), [1]);
    let member = fixture.member_of(&other, &fixture.group, "a", |consumer| consumer.count(2));
    promise_eq!(member.end_well().handled, 2);
    promise_eq!(handled.all(), [1, 1, 2]);
}

pub(in crate::conformance) fn several_types_on_one_topic_keep_their_order(fixture: &Fixture) {
    let (handled, _added) = fixture.record();
    let records = handled.clone();
    let _removed = fixture.receive_removed(move |number| records.push(number));
    let member = fixture.member("a", |consumer| consumer.read_at_once(7));
    for number in (0..100).step_by(2) {
        fixture.send_items([number]);
        fixture.send([fixture.removed(number + 1)]);
    }
    fixture.wait("all messages are handled", || handled.len() >= 100);
    promise_eq!(member.stop_well().handled, 100);
    promise_eq!(handled.all(), (0..100).collect::<Vec<_>>());
}

pub(in crate::conformance) fn a_message_of_ten_megabytes_arrives(fixture: &Fixture) {
    let content = Bytes::from(vec![0xa5; 10_000_000]);
    let mut item = fixture.item(1);
    item.content = content.clone();
    let is_equal = Recorded::new();
    let records = is_equal.clone();
    let _receiver = fixture.receive(move |item, _| {
        records.push(item.content == content);
        Ok(())
    });
    fixture.send([message(&item)]);
    let member = fixture.member("a", |consumer| consumer.count(1));
    promise_eq!(member.end_well().handled, 1);
    promise_eq!(is_equal.all(), [true]);
}
