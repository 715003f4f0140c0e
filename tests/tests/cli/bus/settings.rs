//! Settings of the commands: files, the environment, and messages about them.

use super::{Bus, SENT, parcel};

#[test]
fn a_file_configures_the_bus() {
    let bus = Bus::new();
    let url = bus.server.url();
    let file = bus.folder.path("settings.yml");
    let text = format!(
        "EVENTS_SERVICE_NAME: post\nEVENT_BUS_PRODUCER: redis\nEVENT_BUS_TOPIC_PREFIX: stage\n\
         EVENT_BUS_REDIS_CONNECTION_URL: {url}\nSECRET_KEY: unrelated\n"
    );
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let bus = [
        "EVENT_BUS_PRODUCER",
        "EVENT_BUS_CONSUMER",
        "EVENT_BUS_TOPIC_PREFIX",
        "EVENT_BUS_REDIS_CONNECTION_URL",
    ]
    .into_iter()
    .fold(bus, Bus::without);
    let data = parcel(1, "ok").to_string();
    let produce = ["produce-event", "-t", "t", "--signal", SENT, "--data", &data];
    bus.done(&[&produce[..], &["--settings", file]].concat());
    let bus = bus.with("OPENEDX_EVENTS_SETTINGS", file);
    assert_eq!(bus.done(&produce).json_lines()[0]["topic"], "stage-t");
    assert_eq!(bus.ids("t").len(), 2);
    // The environment overrides the file.
    let bus = bus.with("EVENT_BUS_TOPIC_PREFIX", "mine");
    assert_eq!(bus.done(&produce).json_lines()[0]["topic"], "mine-t");
}

/// Each command refuses wrong settings, and prints warnings once.
#[test]
fn errors_and_warnings() {
    let commands: [&[&str]; 6] = [
        &["produce-event", "-t", "t", "--lines"],
        &["consume-events", "-t", "t", "-g", "g", "--count", "0"],
        &["tail", "-t", "t"],
        &["dlq", "list", "-t", "t", "-g", "g"],
        &["dlq", "replay", "-t", "t", "-g", "g", "--all"],
        &["seek", "-t", "t", "-g", "g", "--to", "end", "--create"],
    ];
    let bus = Bus::new();
    bus.done(commands[5]);
    let bus = bus.with("EVENT_BUS_COLOUR_OF_IT", "red");
    for command in commands {
        let ran = bus.done(command);
        assert_eq!(ran.stderr.matches("EVENT_BUS_COLOUR_OF_IT").count(), 1, "{command:?}: {}", ran.stderr);
    }
    let bus = bus.with("EVENT_BUS_CONSUMER_MAX_ATTEMPTS", "none");
    for command in commands {
        let ran = bus.run(command);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{command:?}");
        let start = "error: the settings of the event bus cannot be used\nerror: `EVENT_BUS_CONSUMER_MAX_ATTEMPTS` in";
        assert!(ran.stderr.starts_with(start), "{command:?}: {}", ran.stderr);
    }
}

#[test]
fn passwords_are_not_shown() {
    let mut bus = Bus::new();
    let url = format!("redis://:hush-hush@127.0.0.1:{}/", bus.server.port());
    bus = bus.with("EVENT_BUS_REDIS_CONNECTION_URL", url);
    let data = parcel(1, "ok").to_string();
    for command in [
        &["tail", "-t", "t"][..],
        &["produce-event", "-t", "t", "--signal", SENT, "--data", &data],
        &["consume-events", "-t", "t", "-g", "g"],
    ] {
        let ran = bus.run(command);
        assert_eq!(ran.code, 2, "the server has no password: {}", ran.stderr);
        assert!(!ran.stderr.contains("hush"), "{}", ran.stderr);
    }
}
