//! `seek`: moving a group.

use super::{BACKLOG, Bus, time_of};

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
    let ran = bus.run(&["seek", "-t", "parcels", "-g", "vans", "--to", "7-x"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("`7-x` is not the id of a Redis entry"), "{}", ran.stderr);
    // With a digit too many, the group would never receive anything.
    let beyond = format!("1{}", ids[0]);
    let ran = bus.run(&["seek", "-t", "parcels", "-g", "vans", "--to", &beyond]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains(&format!("entry {beyond} is after ")), "{}", ran.stderr);
}

#[test]
fn seek_goes_to_a_time() {
    let bus = Bus::new();
    let ids = bus.post_around_a_time("parcels");
    let seek = |arguments: &[&str]| bus.run(&[&["seek", "-t", "parcels", "-g", "vans"], arguments].concat());
    let time = time_of(&ids[1]);
    let moved = seek(&["--create", "--to-time", &time]);
    assert_eq!(
        moved.stdout,
        format!(
            "group `vans` of `dev-parcels` is new, and begins with the first entry stored at {time} or later\n"
        )
    );
    assert_eq!(consume(&bus, "2"), ["1", "2"]);
    let moved = seek(&["--to-time", "2999-01-01T00:00:00Z"]);
    let place = "the next entry that is added, because 2999-01-01T00:00:00+00:00 is in the future";
    assert_eq!(moved.stdout, format!("group `vans` of `dev-parcels` continues with {place}\n"));
    assert_eq!(seek(&["--since", "1h"]).code, 0);
    assert_eq!(consume(&bus, "3"), ["1", "1", "2"]);
    for (arguments, parts) in [
        (
            &["--to-time", "2026-11-30T08:00:00"][..],
            &["the time has no offset from UTC", "note: ", "help: write a time such as"][..],
        ),
        (&["--to-time", "2h"], &["this is a length of time"]),
        (&["--since", "2026-11-30T08:00:00Z"], &["expected numbers with units"]),
        (
            &["--to", "2026-11-30T08:00:00Z"],
            &["is not the id of an entry", "help: write `--to-time 2026-11-30T08:00:00Z`"],
        ),
        (&["--to", "end", "--since", "2h"], &["cannot be used with"]),
        (&[], &["--to <ID>"]),
    ] {
        let ran = seek(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
        assert!(parts.iter().all(|part| ran.stderr.contains(part)), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn skipped_entries_are_not_reported_as_lost() {
    let bus = Bus::new();
    bus.post("parcels", &["ok", "ok", "ok"]);
    bus.done(&["seek", "-t", "parcels", "-g", "vans", "--to", "end", "--create"]);
    bus.post("parcels", &["ok"]);
    let ran = bus.done(&["consume-events", "-t", "parcels", "-g", "vans", "--count", "1"]);
    assert!(!ran.stderr.contains("ERROR") && ran.stderr.contains(" 0 lost"), "{}", ran.stderr);
}

/// A misspelt group or topic must not be created by accident.
#[test]
fn an_unknown_group_is_created_only_with_create() {
    let bus = Bus::new();
    bus.post("parcels", &["ok", "ok"]);
    bus.done(&["seek", "-t", "parcels", "-g", "vans", "--to", "end", "--create"]);
    for (topic, group, line, help) in [
        (
            "parcels",
            "van",
            "topic `dev-parcels` has no group `van`",
            "did you mean `vans`? To create it, pass `--create`",
        ),
        ("parcls", "vans", "topic `dev-parcls` does not exist", "did you mean `dev-parcels`?"),
    ] {
        let ran = bus.run(&["seek", "-t", topic, "-g", group, "--to", "start"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
        assert!(ran.stderr.starts_with(&format!("error: {line}\nnote: ")), "{}", ran.stderr);
        assert!(ran.stderr.contains(&format!("\nhelp: {help}")), "{}", ran.stderr);
    }
    assert_eq!(bus.ask::<Vec<String>>(&["KEYS", "*"]), ["dev-parcels"]);
    let create = ["seek", "-t", "parcels", "-g", "bikes", "--to", "start", "--create"];
    assert_eq!(
        bus.done(&create).stdout,
        "group `bikes` of `dev-parcels` is new, and begins with the oldest entry\n"
    );
    // This also works before the topic has an entry.
    bus.done(&["seek", "-t", "letters", "--group_id", "vans", "--to", "end", "--create"]);
    assert!(bus.pending("letters", "vans").is_empty());
}

#[test]
fn words_of_other_tools_for_the_two_ends() {
    let bus = Bus::new();
    for (word, help) in [
        ("beginning", "help: write `--to start`"),
        ("Latest", "help: write `--to end`"),
        ("yesterday", "help: write `start`, `end`, or the id of an entry"),
    ] {
        let ran = bus.run(&["seek", "-t", "parcels", "-g", "vans", "--to", word]);
        assert_eq!(ran.code, 2);
        assert!(
            ran.stderr.starts_with(&format!("error: `{word}` is not a position in a topic\n")),
            "{}",
            ran.stderr
        );
        assert!(ran.stderr.contains(help), "{}", ran.stderr);
    }
}
