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
            "the known keys are `consumer_name`, `group_instance_id`, `last_read_msg_id`, `check_backlog`, `claim_msgs_older_than`",
        ),
        (&["--extra", "{"], "`--extra`: not valid JSON: "),
        (&["--extra", r#"{"last_read_msg_id": "yesterday"}"#], "expected the id of a message"),
        (&["--extra", r#"{"claim_msgs_older_than": 1000}"#], "which must be more than the receiver timeout"),
        (&["--concurrency", "0"], "'--concurrency <N>'"),
        (&["--read-at-once", "0"], "'--read-at-once <N>'"),
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

/// `consuming` is logged only once nothing in the settings is wrong any more.
#[test]
fn no_consumer_is_set() {
    for (name, error) in [
        ("EVENT_BUS_CONSUMER", "`EVENT_BUS_CONSUMER`: not set"),
        ("EVENT_BUS_REDIS_CONNECTION_URL", "`EVENT_BUS_REDIS_CONNECTION_URL`: "),
    ] {
        let bus = Bus::new().with("EVENT_BUS_PRODUCER", "").with(name, "");
        let ran = bus.run(&CONSUME);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains(error) && !ran.stderr.contains("consuming"), "{}", ran.stderr);
    }
}

/// Python's command needed it for years.
#[test]
fn the_option_signal_points_to_only() {
    let bus = Bus::new();
    for option in ["-s", "--signal"] {
        let ran = bus.run(&[&CONSUME, &[option, SENT][..]].concat());
        assert_eq!(ran.code, 2);
        let error = "error: invalid value 'com.example.post.parcel.sent.v1' for '--signal <TYPE>': each message names its event type, ";
        assert!(ran.stderr.starts_with(error), "{}", ran.stderr);
        assert!(ran.stderr.contains(&format!("`--only {SENT}`")), "{}", ran.stderr);
    }
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
        ran.stderr.contains("\nhelp: if the receivers of this process send no events, set the variable `EVENT_BUS_PRODUCER` to an empty value"),
        "{}",
        ran.stderr
    );
    bus.post("parcels", &["ok"]);
    let allowed = ["--allow-loop", "--count", "1", "--extra", super::BACKLOG];
    bus.done(&[&CONSUME, &allowed[..]].concat());
    // The switch for a worker that shares the settings of the service.
    bus.post("parcels", &["ok"]);
    let bus = bus.with("EVENT_BUS_PRODUCER", "");
    let ran = bus.done(&[&CONSUME, &["--count", "1"][..]].concat());
    assert!(
        ran.stderr.contains("is empty, so this process sends no events to the event bus"),
        "{}",
        ran.stderr
    );
}
