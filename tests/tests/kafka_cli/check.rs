//! `check --live`, and the rights of users.

use openedx_events_tests::{
    kafka_server::{Operation, Resource, Setup},
    schema_registry::{Fault, Level},
};
use serde_json::json;

use super::{Bus, SENT};

fn routes(topic: &str) -> String {
    json!({SENT: {topic: {"event_key_field": "parcel.number", "enabled": true}}}).to_string()
}

fn consumed(topic: &str) -> String {
    json!({topic: {"group_id": "vans"}}).to_string()
}

/// Returns the lines about the server.
fn check(bus: &Bus) -> Vec<String> {
    lines_of(bus, &["check", "--live"])
}

fn lines_of(bus: &Bus, command: &[&str]) -> Vec<String> {
    let ran = bus.run(command);
    assert_eq!(ran.stderr, "");
    let names = [
        "bus:",
        "right_missing",
        "schema_",
        "dead_letters",
        "registry:",
        "server:",
        "topic_missing",
        "group_missing",
    ];
    let lines = ran.stdout.lines().filter(|line| names.iter().any(|name| line.contains(name)));
    lines.map(str::to_owned).collect()
}

fn has(lines: &[String], parts: &[&str]) -> bool {
    lines.iter().any(|line| parts.iter().all(|part| line.contains(part)))
}

#[test]
fn a_server_that_works_has_no_findings_and_nothing_is_registered() {
    let Some(bus) = Bus::new(1) else { return };
    let bus = bus.with("EVENT_BUS_PRODUCER_CONFIG", routes("parcels"));
    let lines = check(&bus);
    assert_eq!(lines.len(), 0, "{lines:?}");
    assert!(
        bus.registry.requests().iter().all(|request| !request.target.contains("versions?")),
        "{:?}",
        bus.registry.requests()
    );
}

#[test]
fn a_topic_that_only_an_administrator_creates_is_an_error() {
    let Some(bus) = Bus::without_topic() else { return };
    let bus = bus.with("EVENT_BUS_PRODUCER_CONFIG", routes("weighings"));
    let lines = check(&bus);
    let topic = lines.iter().find(|line| line.starts_with("topic_missing: ")).expect("not a warning");
    let name = bus.topic.replace("parcels", "weighings");
    let command =
        format!("`kafka-topics.sh --bootstrap-server {} --create --topic {name} ", bus.server.bootstrap());
    assert!(topic.contains(&format!("an administrator creates it with {command}")), "{topic}");
    assert_eq!(bus.run(&["check", "--live"]).code, 1);
}

#[test]
fn properties_that_librdkafka_refuses_are_found_without_a_server() {
    let Some(bus) = Bus::without_topic() else { return };
    let config = json!({"no.such.property": "s3cret", "compression.type": "s3cret"});
    let bus = bus.with("EVENT_BUS_KAFKA_CLIENT_CONFIG", config.to_string());
    for command in [&["check"][..], &["check", "--live"]] {
        let lines = lines_of(&bus, command);
        assert_eq!(lines.len(), 1, "{lines:#?}");
        let parts = [
            "bus: the Kafka client refuses ",
            "`no.such.property` is not a property",
            "`compression.type`: ",
        ];
        assert!(has(&lines, &parts) && !has(&lines, &["s3cret"]), "{lines:#?}");
        assert_eq!(bus.run(command).code, 1);
    }
    // It says the same at the start.
    let ran = bus.run_group(&["consume-events"], &[]);
    assert!(ran.code == 2 && ran.stderr.contains("`no.such.property` is not a property"), "{}", ran.stderr);
}

#[test]
fn the_bus_of_the_producer_is_asked_too() {
    let Some(bus) = Bus::without_topic() else { return };
    let bus = bus
        .with("EVENT_BUS_CONSUMER", "memory")
        .with("EVENT_BUS_CONSUMER_CONFIG", consumed("parcels"))
        .with("EVENT_BUS_PRODUCER_CONFIG", routes("weighings"));
    let lines = check(&bus);
    assert!(has(&lines, &["topic_missing", "weighings", "kafka-topics.sh"]), "{lines:#?}");
    assert!(has(&lines, &["warning: topic_missing", "parcels"]), "{lines:#?}");
    bus.registry.fail(Fault::Away);
    let lines = check(&bus);
    assert!(has(&lines, &["registry: "]), "{lines:#?}");
    // The topics of the consumer are not looked for on this bus.
    assert!(!has(&lines, &["parcels", "kafka-topics.sh"]), "{lines:#?}");
}

#[test]
fn a_registry_that_does_not_answer_is_found_without_routes_and_topics() {
    let Some(bus) = Bus::new(1) else { return };
    let routed = Bus::new(1).unwrap().with("EVENT_BUS_PRODUCER_CONFIG", routes("parcels"));
    for bus in [&bus, &routed] {
        bus.registry.fail(Fault::Away);
        let lines = check(bus);
        assert_eq!(lines.len(), 1, "{lines:#?}");
        assert!(has(&lines, &["registry: ", "SCHEMA_REGISTRY_URL"]), "{lines:#?}");
    }
}

#[test]
fn schemas_that_the_registry_refuses_are_found() {
    let Some(bus) = Bus::new(1) else { return };
    let bus = bus.with("EVENT_BUS_PRODUCER_CONFIG", routes("parcels"));
    bus.registry.set_level(Level::Backward);
    let subject = format!("{}-{SENT}.CloudEvent", bus.topic);
    let other = json!({"type": "record", "name": "CloudEvent", "namespace": SENT, "fields": []});
    let _ = bus.registry.register(&subject, &other.to_string());
    let lines = check(&bus);
    assert!(lines.iter().any(|line| line.contains("schema_refused") && line.contains(&subject)), "{lines:?}");
    let bus = bus.with("EVENT_BUS_KAFKA_SCHEMA_REGISTRY_AUTO_REGISTER", "false");
    let lines = check(&bus);
    assert!(
        lines.iter().any(|line| line.contains("schema_missing") && line.contains("AUTO_REGISTER")),
        "{lines:?}"
    );
    bus.registry.fail(Fault::status(401));
    let lines = check(&bus);
    assert!(lines.iter().any(|line| line.contains("SCHEMA_REGISTRY_URL")), "{lines:?}");
}

#[test]
fn missing_rights_are_found_and_those_of_the_guide_are_enough() {
    let server = Setup::new().login("reminders", "s3cret").start();
    let (Some(server), Some(bus)) = (server, Bus::without_topic()) else { return };
    let prefix = bus.topic.strip_suffix("-parcels").unwrap().to_owned();
    let topic = |name: &str| format!("{prefix}-{name}");
    for name in ["parcels", "letters"] {
        server.create_topic(&topic(name), 1);
    }
    let ca =
        json!({"ssl.ca.location": server.file("ca.crt"), "ssl.endpoint.identification.algorithm": "none"});
    let bus = bus
        .with("EVENT_BUS_PRODUCER_CONFIG", routes("letters"))
        .with("EVENT_BUS_CONSUMER_CONFIG", consumed("parcels"))
        .with("EVENT_BUS_KAFKA_BOOTSTRAP_SERVERS", server.bootstrap_tls())
        .with("EVENT_BUS_KAFKA_API_KEY", "reminders")
        .with("EVENT_BUS_KAFKA_API_SECRET", "s3cret")
        .with("EVENT_BUS_KAFKA_CLIENT_CONFIG", ca.to_string());
    let lines = check(&bus);
    assert!(has(&lines, &["right_missing", "letters", "WRITE"]), "{lines:#?}");
    assert!(has(&lines, &["right_missing", "parcels", "READ"]), "{lines:#?}");
    let user = "reminders";
    let (parcels, letters, dead) =
        (topic("parcels"), topic("letters"), format!("{}.dlq.vans", topic("parcels")));
    server.allow(user, Resource::Topic(&letters), Operation::Write);
    server.allow(user, Resource::Topic(&parcels), Operation::Read);
    let lines = check(&bus);
    assert!(
        has(&lines, &["right_missing", "group `vans`"])
            && has(&lines, &["dead_letters", &dead, "kafka-topics.sh"]),
        "{lines:#?}"
    );
    server.allow(user, Resource::Group("vans"), Operation::Read);
    for operation in [Operation::Create, Operation::Read, Operation::Write] {
        server.allow(user, Resource::Topic(&dead), operation);
    }
    let lines = check(&bus);
    assert!(lines.iter().all(|line| line.contains("group_missing")), "{lines:#?}");
    // Producers, operators and consumers need no further rights.
    let bus = bus.with("EVENT_BUS_PRODUCER_CONFIG", "{}");
    server.allow(user, Resource::Topic(&parcels), Operation::Write);
    bus.post(&["ok", "refuse"]);
    for command in [
        &["tail", "-t", "parcels"][..],
        &["seek", "-t", "parcels", "-g", "vans", "--to", "start", "--create"],
        &["consume-events", "-t", "parcels", "-g", "vans", "--count", "2"],
        &["lag", "-t", "parcels", "-g", "vans"],
        &["pending", "-t", "parcels", "-g", "vans"],
        &["dlq", "list", "-t", "parcels", "-g", "vans"],
        &["dlq", "drop", "-t", "parcels", "-g", "vans", "--all"],
    ] {
        let ran = bus.run(command);
        assert_eq!(ran.code, 0, "{command:?}: {}", ran.stderr);
        assert_eq!(
            ran.stdout.contains("1 of 1 dropped"),
            command.contains(&"drop"),
            "{command:?}: {}",
            ran.stdout
        );
    }
}

#[test]
fn an_event_type_with_a_hyphen_may_be_refused() {
    let Some(bus) = Bus::new(1) else { return };
    let event_type = "org.openedx.enterprise.subsidy.redemption-reversed.v1";
    let route = json!({event_type: {"parcels": {"event_key_field": "redemption.subsidy_identifier", "enabled": true}}});
    let lines = check(&bus.with("EVENT_BUS_PRODUCER_CONFIG", route.to_string()));
    assert!(has(&lines, &["warning: schema_may_be_refused", event_type, "hyphen"]), "{lines:?}");
}

#[test]
fn a_wrong_port_of_the_brokers_is_named() {
    let Some(bus) = Bus::without_topic() else { return };
    let ran = bus.with("EVENT_BUS_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1").run(&["lag", "-t", "parcels"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("cannot connect to Kafka at 127.0.0.1:1: Connection refused\n"),
        "{}",
        ran.stderr
    );
}
