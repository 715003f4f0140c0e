//! Topics and groups that do not exist: each command says so, and names similar ones.

use serde_json::json;

use super::{BACKLOG, Bus, SENT, eventually};

/// A server with the topic `dev-parcels` and its group `vans`.
fn bus() -> Bus {
    let bus = Bus::new();
    bus.post("parcels", &["ok"]);
    bus.done(&["consume-events", "-t", "parcels", "-g", "vans", "--extra", BACKLOG, "--count", "1"]);
    bus
}

fn keys(bus: &Bus) -> Vec<String> {
    let mut keys: Vec<String> = bus.ask(&["KEYS", "*"]);
    keys.sort_unstable();
    keys
}

#[test]
fn reading_commands_fail() {
    let bus = bus();
    let dlq = |command: &'static str| ["dlq", command].to_vec();
    let commands = [
        vec!["pending"],
        dlq("list"),
        [dlq("show"), vec!["7-0"]].concat(),
        [dlq("replay"), vec!["--all"]].concat(),
    ];
    let drop = [[dlq("drop"), vec!["--all"]].concat(), [dlq("drop"), vec!["7-0"]].concat()];
    for command in commands.iter().chain(&drop) {
        for (topic, group, line, near) in [
            ("parcles", "vans", "topic `dev-parcles` does not exist", "`dev-parcels`"),
            ("parcels", "vanz", "topic `dev-parcels` has no group `vanz`", "`vans`"),
        ] {
            let ran = bus.run(&[&command[..], &["-t", topic, "-g", group]].concat());
            assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{command:?}: {}", ran.stderr);
            let help = format!("error: {line}\nhelp: did you mean {near}?");
            assert!(ran.stderr.contains(&help), "{command:?}: {}", ran.stderr);
        }
    }
    let ran = bus.run(&["tail", "-t", "parcles"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.starts_with("error: topic `dev-parcles` does not exist\nhelp: "), "{}", ran.stderr);
    // A topic that exists but has nothing to show is not an error.
    bus.done(&["dlq", "list", "-t", "parcels", "-g", "vans"]);
    assert_eq!(keys(&bus), ["dev-parcels"], "no command created anything");
}

/// With another prefix, or none, the topic of the producers is named.
#[test]
fn a_wrong_prefix() {
    for prefix in ["prod", ""] {
        let bus = bus().with("EVENT_BUS_TOPIC_PREFIX", prefix);
        let ran = bus.run(&["tail", "-t", "parcels"]);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains("did you mean `dev-parcels`?"), "{}", ran.stderr);
        assert!(ran.stderr.contains("`EVENT_BUS_TOPIC_PREFIX`"), "{}", ran.stderr);
    }
}

#[test]
fn commands_that_create_warn() {
    let bus = bus();
    let consumer = bus.start(&["consume-events", "-t", "parcles", "-g", "vans"]);
    consumer.until("topic `dev-parcles` does not exist; creating it (did you mean `dev-parcels`?");
    consumer.until("the topic did not exist: created it and the group");
    consumer.until("consuming");
    assert_eq!(consumer.stop().code, 0);
    let consumer = bus.start(&["consume-events", "-t", "parcels", "-g", "vanz"]);
    consumer.until("topic `dev-parcels` has no group `vanz`; creating it (did you mean `vans`?)");
    assert_eq!(consumer.stop().code, 0);
    // A new group with a name of its own is normal.
    let consumer = bus.start(&["consume-events", "-t", "parcels", "-g", "bikes"]);
    consumer.until("consuming");
    let ended = consumer.stop();
    assert!(ended.code == 0 && !ended.stderr.contains(" WARN "), "{}", ended.stderr);

    let line = bus.feed(super::WORKER, &["produce-event", "-t", "parzels", "--lines"], "");
    assert!(
        line.stderr.contains("topic `dev-parzels` does not exist; creating it (did you mean "),
        "{}",
        line.stderr
    );

    let tail = bus.start(&["tail", "-t", "letters", "--follow"]);
    tail.until("topic `dev-letters` does not exist, waiting for it: ");
    bus.post("letters", &["ok"]);
    eventually("the entry is printed", || tail.stdout().contains(SENT));
    tail.stop();
}

#[test]
fn check_live() {
    let route = |topic: &str| {
        json!({SENT: {topic: {"event_key_field": "parcel.number", "enabled": true}}}).to_string()
    };
    let bus = bus()
        .with(
            "EVENT_BUS_CONSUMER_CONFIG",
            json!({"parcels": {"group_id": "bikes"}, "letters": {"group_id": "vans"}}).to_string(),
        )
        .with("EVENT_BUS_PRODUCER_CONFIG", route("parcles"));
    let ran = bus.run(&["check", "--live"]);
    for line in [
        "warning: topic_missing: topic `dev-letters` does not exist (help: check the topic, ",
        "warning: topic_missing: topic `dev-parcles` does not exist (help: did you mean `dev-parcels`?",
        "warning: group_missing: topic `dev-parcels` has no group `bikes` (help: ",
    ] {
        assert_eq!(
            ran.stdout.lines().filter(|found| found.starts_with(line)).count(),
            1,
            "{line}: {}",
            ran.stdout
        );
    }
    assert!(
        !bus.run(&["check"]).stdout.contains("_missing: topic "),
        "the server is not asked without `--live`"
    );
}
