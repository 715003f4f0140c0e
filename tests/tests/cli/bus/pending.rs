//! `pending`: the pending entries of a group.

use std::time::Duration;

use super::{BACKLOG, Bus};

#[test]
fn pending_lists_entries_members_and_attempts() {
    let bus = Bus::new().with("EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT", "0.3");
    let ids = bus.post("parcels", &["slow 60000"]);
    let extra = r#"{"check_backlog": true, "consumer_name": "van-1"}"#;
    for attempt in 1..=2 {
        assert_eq!(bus.run(&["consume-events", "-t", "parcels", "-g", "vans", "--extra", extra]).code, 3);
        let [entry] = &bus.pending("parcels", "vans")[..] else { panic!("one pending entry") };
        assert_eq!((&entry["id"], &entry["consumer_name"]), (&ids[0].as_str().into(), &"van-1".into()));
        assert_eq!(entry["attempts"], attempt);
    }
    std::thread::sleep(Duration::from_millis(20));
    assert!(bus.pending("parcels", "vans")[0]["idle_ms"].as_u64().unwrap() >= 20);
}

#[test]
fn all_pages() {
    let bus = Bus::new().with("EVENT_BUS_PRODUCER_DELIVERY", "background");
    let ids = bus.post("parcels", &["slow 60000"; 1001]);
    bus.done(&["seek", "-t", "parcels", "-g", "vans", "--to", "start", "--create"]);
    let read = ["XREADGROUP", "GROUP", "vans", "van-1", "COUNT", "2000", "STREAMS", "dev-parcels", ">"];
    bus.ask::<redis::Value>(&read);
    let found: Vec<_> = bus.pending("parcels", "vans").iter().map(|entry| entry["id"].clone()).collect();
    assert_eq!(found, ids);
}

#[test]
fn an_unknown_group() {
    let bus = Bus::new();
    bus.post("parcels", &["ok"]);
    let ran = bus.run(&["pending", "-t", "parcels", "-g", "bikes"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert_eq!(
        ran.stderr,
        "error: topic `dev-parcels` has no group `bikes`\nhelp: check the group; a group exists once its consumer has \
         started for the first time\n"
    );
    bus.done(&["consume-events", "-t", "parcels", "-g", "bikes", "--extra", BACKLOG, "--count", "1"]);
    assert!(bus.pending("parcels", "bikes").is_empty());
}
