//! `seek`: moving a group.

use super::{BACKLOG, Bus};

fn seek(bus: &Bus, to: &str) -> String {
    bus.done(&["seek", "-t", "parcels", "-g", "vans", "--to", to]).stdout
}

fn consume(bus: &Bus, count: &str) -> Vec<String> {
    let before = bus.notes().len();
    bus.done(&["consume-events", "-t", "parcels", "-g", "vans", "--count", count]);
    let notes = bus.notes();
    notes[before..].iter().filter_map(|note| Some(note.strip_prefix("end ")?.to_owned())).collect()
}

#[test]
fn seek_goes_to_the_start_the_end_and_an_entry() {
    let bus = Bus::new();
    let ids = bus.post("parcels", &["ok", "ok", "ok"]);
    bus.done(&["consume-events", "-t", "parcels", "-g", "vans", "--extra", BACKLOG, "--count", "3"]);
    assert_eq!(seek(&bus, "start"), "group `vans` of `dev-parcels` continues with the oldest entry\n");
    assert_eq!(consume(&bus, "3"), ["1", "2", "3"]);
    assert_eq!(
        seek(&bus, &ids[0]),
        format!("group `vans` of `dev-parcels` continues after entry {}\n", ids[0])
    );
    assert_eq!(consume(&bus, "1"), ["2"]);
    assert_eq!(
        seek(&bus, "end"),
        "group `vans` of `dev-parcels` continues with the next entry that is added\n"
    );
    bus.post("parcels", &["ok"]);
    assert_eq!(consume(&bus, "1"), ["1"]);
    let ran = bus.run(&["seek", "-t", "parcels", "-g", "vans", "--to", "yesterday"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("`yesterday` is not the id of a Redis entry"), "{}", ran.stderr);
}

#[test]
fn skipped_entries_are_not_reported_as_lost() {
    let bus = Bus::new();
    bus.post("parcels", &["ok", "ok", "ok"]);
    seek(&bus, "end");
    bus.post("parcels", &["ok"]);
    let ran = bus.done(&["consume-events", "-t", "parcels", "-g", "vans", "--count", "1"]);
    assert!(!ran.stderr.contains("ERROR") && ran.stderr.contains(" 0 lost"), "{}", ran.stderr);
}

#[test]
fn an_unknown_group_is_created() {
    let bus = Bus::new();
    bus.post("parcels", &["ok", "ok"]);
    assert_eq!(
        seek(&bus, "start"),
        "group `vans` of `dev-parcels` is new, and begins with the oldest entry\n"
    );
    assert_eq!(consume(&bus, "2"), ["1", "2"]);
    // This also works before the topic has an entry.
    bus.done(&["seek", "-t", "letters", "--group_id", "vans", "--to", "end"]);
    assert!(bus.pending("letters", "vans").is_empty());
}
