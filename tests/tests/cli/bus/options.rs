//! Options that `consume-events` refuses with exit code 2.

use serde_json::json;

use super::{Bus, SENT};

const CONSUME: [&str; 5] = ["consume-events", "-t", "parcels", "-g", "vans"];

#[test]
fn wrong_arguments() {
    let bus = Bus::new();
    for (arguments, expected) in [
        (
            &["--extra", r#"{"chek_backlog": true}"#][..],
            "the known keys are `consumer_name`, `last_read_msg_id`, `check_backlog`, `claim_msgs_older_than`",
        ),
        (&["--extra", "{"], "`--extra`: not valid JSON: "),
        (&["--extra", r#"{"last_read_msg_id": "yesterday"}"#], "expected the id of a message"),
        (&["--extra", r#"{"claim_msgs_older_than": 1000}"#], "which must be more than the receiver timeout"),
        (&["--concurrency", "0"], "'--concurrency <N>'"),
        (&["--batch", "0"], "'--batch <N>'"),
        (&["--stop-timeout", "soon"], "expected a number of seconds"),
        (&["--on-error", "shrug"], "[possible values: dead-letter, ack, stop]"),
        // As if a shell variable is not set.
        (&["-t", ""], "a value is required for '--topic <TOPIC>'"),
        (&["-g", ""], "a value is required for '--group <GROUP>'"),
    ] {
        let own = match arguments[0] {
            "-t" => &["consume-events", "-g", "vans"][..],
            "-g" => &CONSUME[..3],
            _ => &CONSUME,
        };
        let ran = bus.run(&[own, arguments].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(expected), "{arguments:?}: {}", ran.stderr);
    }
    assert_eq!(bus.ask::<u64>(&["EXISTS", "dev-parcels"]), 0);
    for arguments in [
        &["tail", "-t", ""][..],
        &["pending", "-t", "parcels", "-g", ""],
        &["produce-event", "--topic", "", "--lines"],
    ] {
        let ran = bus.run(arguments);
        assert!(
            ran.code == 2 && ran.stderr.contains("a value is required for"),
            "{arguments:?}: {}",
            ran.stderr
        );
    }
    assert_eq!(bus.ask::<u64>(&["EXISTS", "dev-"]), 0);
}

#[test]
fn nothing_to_consume() {
    let bus = Bus::new();
    let ran = bus.run(&["consume-events"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("error: there is nothing to consume"), "{}", ran.stderr);
    for arguments in [&["-t", "parcels"][..], &["-g", "vans"], &["--extra", "{}"]] {
        let ran = bus.run(&[&["consume-events"], arguments].concat());
        assert_eq!(ran.code, 2, "{arguments:?}");
        assert!(ran.stderr.contains("required arguments were not provided"), "{}", ran.stderr);
    }
}

#[test]
fn no_consumer_is_set() {
    let bus = Bus::new().with("EVENT_BUS_CONSUMER", "");
    let ran = bus.run(&CONSUME);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("`EVENT_BUS_CONSUMER`: not set"), "{}", ran.stderr);
}

#[test]
fn a_loop_must_be_allowed() {
    let route = json!({SENT: {"parcels": {"event_key_field": "parcel.number", "enabled": true}}});
    let bus = Bus::new().with("EVENT_BUS_PRODUCER_CONFIG", route.to_string());
    let ran = bus.run(&CONSUME);
    assert_eq!(ran.code, 2);
    let error = format!("error: this process produces `{SENT}` to topic `dev-parcels`");
    assert!(ran.stderr.contains(&error), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("\nhelp: allow it if no receiver sends that event (`--allow-loop`, "),
        "{}",
        ran.stderr
    );
    bus.post("parcels", &["ok"]);
    let allowed = ["--allow-loop", "--count", "1", "--extra", super::BACKLOG];
    bus.done(&[&CONSUME, &allowed[..]].concat());
}
