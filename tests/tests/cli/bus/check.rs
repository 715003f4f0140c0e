//! The findings of `check` about the bus.

use serde_json::json;

use super::{ARRIVED, Bus, ONLOOKER, SENT, WEIGHED};

/// Returns the findings about the bus.
fn check(bus: &Bus, arguments: &[&str]) -> Vec<String> {
    let ran = bus.run(&[&["check"], arguments].concat());
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""), "the missing contracts are findings");
    let lines = ran.stdout.lines().filter(|line| !line.starts_with("contract_missing: "));
    lines.map(str::to_owned).collect()
}

#[test]
fn settings() {
    let config = json!({SENT: {"parcels": {"event_key_field": "parcel.weight", "enabled": true}}});
    let bus = Bus::new()
        .with("EVENT_BUS_PRODUCER_DELIVERY", "whenever")
        .with("EVENT_BUS_PRODUCER_DELIVRY", "wait")
        .with("EVENT_BUS_PRODUCER_CONFIG", config.to_string());
    let found = check(&bus, &[]);
    let starts = [
        "settings: error: `EVENT_BUS_PRODUCER_DELIVERY` in the environment: expected `wait` or `background`, found ",
        "settings: error: `EVENT_BUS_PRODUCER_DELIVRY` in the environment: ",
        "settings: warning: `EVENT_BUS_PRODUCER_CONFIG['com.example.post.parcel.sent.v1']['parcels']['event_key_field']` in ",
    ];
    assert_eq!(found.len(), starts.len(), "{found:#?}");
    for (line, start) in found.iter().zip(starts) {
        assert!(line.starts_with(start) && line.contains("; note: ") && line.contains("; help: "), "{line}");
    }
}

#[test]
fn a_file() {
    let bus = Bus::new();
    let file = bus.folder.path("lms.env.yml");
    std::fs::write(&file, "EVENT_BUS_CONSUMER_MAX_ATTEMPTS: none\n").unwrap();
    let found = check(&bus, &["--settings", file.to_str().unwrap()]);
    let [line] = &found[..] else { panic!("{found:?}") };
    assert!(
        line.starts_with("settings: error: `EVENT_BUS_CONSUMER_MAX_ATTEMPTS` in ")
            && line.contains("lms.env.yml")
    );
}

#[test]
fn missing_buses() {
    let config = json!({SENT: {"parcels": {"event_key_field": "parcel.number", "enabled": true}}});
    let bus = Bus::new()
        .without("EVENT_BUS_PRODUCER")
        .with("EVENT_BUS_CONSUMER", "")
        .with("EVENT_BUS_PRODUCER_CONFIG", config.to_string())
        .with("EVENT_BUS_CONSUMER_CONFIG", json!({"parcels": {"group_id": "vans"}}).to_string());
    let found = check(&bus, &[]);
    assert!(found[0].starts_with("settings: error: `EVENT_BUS_PRODUCER`: not set; note: "), "{found:?}");
    assert!(found[1].starts_with("settings: error: `EVENT_BUS_CONSUMER`: not set; note: "), "{found:?}");
    assert_eq!(found.len(), 2);
}

#[test]
fn routes_and_receivers() {
    let route = |topic: &str| json!({topic: {"event_key_field": "parcel.number", "enabled": true}});
    let config = json!({SENT: route("parcels"), WEIGHED: route("scales"), ARRIVED: route("elsewhere")});
    let bus = Bus::new()
        .with("EVENT_BUS_PRODUCER_CONFIG", config.to_string())
        .with("EVENT_BUS_CONSUMER_CONFIG", json!({"scales": {"group_id": "vans"}}).to_string());
    let expected = [
        format!(
            "warning: route_loop: with these settings, one process produces `{WEIGHED}` to topic `scales` and consumes it, which `consume-events` refuses (help: if the receivers of this process send no events, set the variable `EVENT_BUS_PRODUCER` to an empty value for it (`EVENT_BUS_PRODUCER=`); if they send other events, pass `--allow-loop` (`Consumer::allow_loop`), or disable the route for it (`enabled: false`))"
        ),
        format!(
            "route_without_receiver: `{WEIGHED}` goes to topic `scales`, which this program consumes, but it has no receiver in this program"
        ),
        format!(
            "receiver_without_topic: `{SENT}` has receivers in this program, but the program consumes none of the topics that the event goes to"
        ),
    ];
    assert_eq!(check(&bus, &[]), expected);
    // A program that consumes nothing has receivers for its own events.
    let bus = bus.with("EVENT_BUS_CONSUMER_CONFIG", "");
    assert!(check(&bus, &[]).is_empty());
}

#[test]
fn a_consumer_without_receivers() {
    let topics = json!({"scales": {"group_id": "vans"}, "loans": {"group_id": "vans"}});
    let bus = Bus::new().with("EVENT_BUS_CONSUMER_CONFIG", topics.to_string());
    let ran = bus.run_as(ONLOOKER, &["check"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let expected = "consumer_without_receiver: this program consumes loans, scales, but has no receiver, because a crate's \
                    receivers are only linked if the program mentions the crate (help: `use handlers as _;`)";
    assert!(ran.stdout.lines().any(|line| line == expected), "{}", ran.stdout);
}

/// Warnings alone do not fail.
#[test]
fn a_producer_without_a_route() {
    let bus = Bus::new();
    let found = check(&bus, &[]);
    let [line] = &found[..] else { panic!("{found:?}") };
    assert!(line.starts_with("warning: producer_without_route: `EVENT_BUS_PRODUCER` is set, but "), "{line}");
    assert!(check(&bus.with("EVENT_BUS_PRODUCER", ""), &[]).is_empty());
}

#[test]
fn the_server() {
    let mut bus = Bus::new().with("EVENT_BUS_PRODUCER", "");
    assert!(check(&bus, &["--live"]).is_empty());
    bus.server.kill();
    assert!(check(&bus, &[]).is_empty(), "the server is not contacted");
    let found = check(&bus, &["--live"]);
    let [line] = &found[..] else { panic!("{found:?}") };
    assert!(line.starts_with("server: the server does not answer: "), "{line}");
    let bus = bus.with("EVENT_BUS_PRODUCER", "").with("EVENT_BUS_CONSUMER", "");
    assert!(check(&bus, &["--live"])[0].starts_with("server: no bus is configured: "));
}

/// If a program produces events, an event without a route may have been forgotten.
#[test]
fn events_without_a_route() {
    let route = |enabled| json!({"parcels": {"event_key_field": "parcel.number", "enabled": enabled}});
    let bus = Bus::new()
        .with("EVENT_BUS_PRODUCER_CONFIG", json!({SENT: route(true), ARRIVED: route(false)}).to_string());
    let expected = [
        format!(
            "warning: route_missing: if this program sends `{ARRIVED}`, the event stays in the process: its route to topic \
             `parcels` is disabled (help: enable the route, or leave it if other services need not know of the event)"
        ),
        format!(
            "warning: route_missing: if this program sends `{WEIGHED}`, the event stays in the process: it has no route (help: \
             name its topic in `EVENT_BUS_PRODUCER_CONFIG`, or leave it if other services need not know of the event)"
        ),
    ];
    assert_eq!(check(&bus, &[]), expected);
    // One warning for each event replaces the warning about all of them.
    let bus = bus.with("EVENT_BUS_PRODUCER_CONFIG", json!({SENT: route(false)}).to_string());
    let found = check(&bus, &[]);
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found.iter().all(|line| line.starts_with("warning: route_missing: ")), "{found:#?}");
}
