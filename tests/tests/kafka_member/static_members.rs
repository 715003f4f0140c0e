//! Members whose place in the group is kept while they restart.

use std::time::Duration;

use openedx_events::event_bus::EventBusConsumer;
use openedx_events_tests::eventually;

use crate::support::{LONG, SHORT, World, error, ids, number, poll, receive, soon};

impl World {
    fn static_member(&self, id: &str) -> Box<dyn EventBusConsumer> {
        let mut subscription = self.backlog(id);
        subscription.group_instance_id = Some(id.to_owned());
        self.consumer_of(&subscription)
    }
}

#[test]
fn a_static_member_that_restarts_keeps_its_partition() {
    let Some(world) = World::new("static", 2) else { return };
    let mut one = world.static_member("one");
    let mut two = world.static_member("two");
    let (mut of_one, mut of_two) = (Vec::new(), Vec::new());
    eventually("each has a partition", LONG, || {
        of_one.clear();
        of_two.clear();
        world.write_to(Some(0), [0]);
        world.write_to(Some(1), [1]);
        for (member, of) in [(&mut one, &mut of_one), (&mut two, &mut of_two)] {
            let entries = poll(&mut **member, &[], 10, SHORT).entries;
            of.extend(entries.iter().map(number));
            poll(&mut **member, &ids(&entries), 0, SHORT);
        }
        let is_alone = |of: &Vec<u32>| !of.is_empty() && of.iter().all(|number| *number == of[0]);
        is_alone(&of_one) && is_alone(&of_two) && of_one[0] != of_two[0]
    });
    let mine = of_one[0];
    one.close(soon()).unwrap();
    drop(one);
    world.write_to(Some(i32::try_from(mine).unwrap()), [mine]);
    let polled = poll(&mut *two, &[], 10, Duration::from_secs(2));
    assert!(polled.entries.is_empty() && polled.revoked.is_empty(), "nobody else gets it: {polled:?}");
    assert_eq!(world.kafka.members(&world.group), 2, "it is still a member");
    let mut again = world.static_member("one");
    assert_eq!(number(&receive(&mut *again, 1)[0]), mine);
    assert!(poll(&mut *two, &[], 10, SHORT).revoked.is_empty());
}

#[test]
fn two_processes_with_one_id_are_reported() {
    let Some(world) = World::new("fenced", 1) else { return };
    world.write([1]);
    let mut first = world.static_member("one");
    receive(&mut *first, 1);
    let mut second = world.static_member("one");
    assert_eq!(number(&receive(&mut *second, 1)[0]), 1);
    let error = error(&mut *first);
    assert!(!error.is_transient(), "{error}");
    assert!(error.to_string().contains("as `one`; give each process a `group_instance_id`"), "{error}");
}
