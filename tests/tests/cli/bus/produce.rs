//! `produce-event` with a single event.

use std::fs;

use serde_json::json;

use super::{ARRIVED, Bus, RECIPIENT, SENT, WORKER, parcel};

fn data() -> String {
    parcel(7, "ok").to_string()
}

#[test]
fn an_event_goes_to_the_topic() {
    let bus = Bus::new();
    let ran =
        bus.done(&["produce-event", "--topic", "parcels", "--signal", "PARCEL_SENT", "--data", &data()]);
    let [answer] = &ran.json_lines()[..] else { panic!("{}", ran.stdout) };
    assert_eq!((&answer["event_type"], &answer["topic"]), (&json!(SENT), &json!("dev-parcels")));
    let entries = bus.done(&["tail", "-t", "parcels", "--reveal"]).json_lines();
    assert_eq!(entries[0]["metadata"]["id"], answer["id"]);
    assert_eq!(entries[0]["metadata"]["source"], "openedx/post/web");
    assert_eq!(entries[0]["data"], parcel(7, "ok"));
    // The audit line.
    assert!(ran.stderr.contains("Message delivered to the event bus"), "{}", ran.stderr);
}

/// The source of the metadata is a setting, which may be in a file.
#[test]
fn the_source_is_read_from_a_settings_file() {
    let bus = Bus::new().without("EVENTS_SERVICE_NAME");
    let file = bus.folder.path("settings.yml");
    fs::write(&file, "EVENTS_SERVICE_NAME: ferry\n").unwrap();
    let file = file.to_str().unwrap();
    let data = data();
    let ran = bus.done(&[
        "produce-event",
        "--settings",
        file,
        "--topic",
        "parcels",
        "--signal",
        "PARCEL_SENT",
        "--data",
        &data,
    ]);
    assert!(!ran.stderr.contains("already have this `source`"), "{}", ran.stderr);
    let entries = bus.done(&["tail", "-t", "parcels"]).json_lines();
    assert_eq!(entries[0]["metadata"]["source"], "openedx/ferry/web");
}

/// Accepts the arguments of Python's command, including the path of the constant.
#[test]
fn arguments_of_python_are_accepted() {
    let bus = Bus::new();
    let data = json!({"user": {"id": 1, "is_active": true, "pii": {"username": "grace", "email": RECIPIENT, "name": ""}}});
    bus.done(&[
        "produce_event",
        "--topic",
        "user-login",
        "--signal",
        "openedx_events.learning.signals.SESSION_LOGIN_COMPLETED",
        "--key_field",
        "user.pii.username",
        "--data",
        &data.to_string(),
    ]);
    let entries = bus.done(&["tail", "-t", "user-login", "--reveal"]).json_lines();
    assert_eq!(entries[0]["data"], data);
}

#[test]
fn given_metadata_is_used() {
    let bus = Bus::new();
    let metadata = json!({
        "event_type": SENT,
        "id": "5fdb5a0c-c6a4-11f0-8de9-0242ac120002",
        "minorversion": 3,
        "source": "openedx/other/web",
        "sourcehost": "other.example.com",
        "time": "2026-01-02T03:04:05.000006+00:00",
        "sourcelib": [8, 9, 10],
    });
    let metadata_text = metadata.to_string();
    let arguments =
        ["produce-event", "--topic", "t", "--signal", SENT, "--data", &data(), "--metadata", &metadata_text];
    bus.done(&arguments);
    let entries = bus.done(&["tail", "-t", "t"]).json_lines();
    assert_eq!(entries[0]["metadata"], metadata);
}

/// Wrong arguments are reported before the server is contacted.
#[test]
fn wrong_arguments() {
    let bus = Bus::new();
    let data = data();
    let email = format!("{{\"parcel\": {{\"number\": \"{RECIPIENT}\"}}}}");
    let other = json!({
        "event_type": ARRIVED,
        "id": "5fdb5a0c-c6a4-11f0-8de9-0242ac120002",
        "minorversion": 0,
        "source": "openedx/other/web",
        "sourcehost": "other.example.com",
        "time": "2026-01-02T03:04:05.000006+00:00",
        "sourcelib": [8, 9, 10],
    })
    .to_string();
    for (arguments, expected) in [
        (
            &["--signal", "PARCEL_SEND", "--data", &data][..],
            "error: this program has no event `PARCEL_SEND`\nhelp: did you mean `PARCEL_SENT`?",
        ),
        (&["--signal", "a.b.PARCEL_LOST", "--data", &data], "error: this program has no event `PARCEL_LOST`"),
        (&["--signal", SENT, "--data", "{"], "error: invalid data: "),
        (&["--signal", SENT, "--data", &email], "error: invalid data: "),
        (&["--signal", SENT, "--data", "{}"], "error: invalid data: "),
        (
            &["--signal", "COUNTER_CLOSED", "--data", &data],
            "error: `COUNTER_CLOSED` is local only and cannot go to an event bus: only relevant in this process",
        ),
        (&["--signal", SENT, "--data", &data, "--metadata", "[]"], "error: invalid event metadata: "),
        (&["--signal", SENT, "--data", &data, "--metadata", &other], "error: the metadata has event type "),
        (
            &["--signal", SENT, "--data", &data, "--key-field", "parcel.weight"],
            "error: the key field `parcel.weight` is not in `PARCEL_SENT`: there is no `weight`",
        ),
        (&["--signal", SENT], "error: the following required arguments were not provided:\n  --data <JSON>"),
        (
            &["--signal", SENT, "--data", &data, "--lines"],
            "error: the argument '--signal <SIGNAL>' cannot be used with '--lines'",
        ),
        (&[], "error: the following required arguments were not provided:"),
    ] {
        let ran = bus.run(&[&["produce-event", "--topic", "parcels"], arguments].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.stderr.starts_with(expected), "{arguments:?}: {}", ran.stderr);
    }
    assert!(bus.ids("parcels").is_empty());
}

#[test]
fn no_producer_is_set() {
    let bus = Bus::new().with("EVENT_BUS_PRODUCER", "");
    let ran = bus.run(&["produce-event", "--topic", "t", "--signal", SENT, "--data", &data()]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("error: `EVENT_BUS_PRODUCER` is not set\nnote: "), "{}", ran.stderr);
}

#[test]
fn an_unreachable_server() {
    for delivery in ["wait", "background"] {
        let mut bus = Bus::new().with("EVENT_BUS_PRODUCER_DELIVERY", delivery);
        bus.server.kill();
        let ran = bus.run(&["produce-event", "--topic", "t", "--signal", SENT, "--data", &data()]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{delivery}");
        let error = ran.stderr.lines().last().unwrap();
        let start = format!(
            "error: 1 message not delivered to the event bus, the first: `{SENT}` to topic `dev-t`: "
        );
        assert!(error.starts_with(&start), "{delivery}: {error}");
        // The log has ids to find the event.
        let logged = ran.stderr.lines().find(|line| line.contains("ERROR")).unwrap();
        for part in ["topic=\"dev-t\"", "message_id=", SENT] {
            assert!(logged.contains(part), "{part}: {logged}");
        }
    }
}

#[test]
fn the_debug_form_of_the_command_hides_data() {
    use clap::Parser as _;

    #[derive(clap::Parser, Debug)]
    struct Cli {
        #[command(subcommand)]
        command: openedx_events::management::Command,
    }
    let data = data();
    let cli = Cli::parse_from([WORKER, "produce-event", "--topic", "t", "--signal", SENT, "--data", &data]);
    let shown = format!("{:?}", cli.command);
    assert!(shown.contains(SENT) && shown.contains("<redacted>"), "{shown}");
    super::expect_nothing_personal(&shown);
}

#[test]
fn the_memory_bus_warns_that_events_end_with_the_process() {
    let bus = Bus::new().with("EVENT_BUS_PRODUCER", "memory");
    let ran = bus.done(&["produce-event", "--topic", "t", "--signal", SENT, "--data", &data()]);
    assert!(ran.stderr.contains("the bus `memory` ends with this process"), "{}", ran.stderr);
}
