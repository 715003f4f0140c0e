//! The servers that the tests of the Kafka bus start behave as the tests expect, and our registry behaves as Apicurio does.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use openedx_events_tests::{
    eventually,
    kafka_server::{KafkaServer, Operation, Record, Resource, Setup},
    schema_registry::{Apicurio, Fault, Keeps, Level, Registry},
};
use rdkafka::{
    ClientConfig,
    consumer::{BaseConsumer, Consumer as _},
};
use serde_json::{Value, json};

fn record(key: &str, value: &str) -> Record {
    Record {
        partition: Some(0),
        key: Some(key.into()),
        value: Some(value.into()),
        headers: vec![("ce_id".to_owned(), Some(b"1".to_vec())), ("empty".to_owned(), None)],
        ..Record::default()
    }
}

#[test]
fn records_and_partitions() {
    let Some(kafka) = KafkaServer::shared() else { return };
    kafka.create_topic("written", 2);
    kafka.write("written", &[record("a", "1"), record("b", "2"), record("c", "3")]);
    let found = kafka.records("written");
    assert_eq!(found.len(), 3);
    assert_eq!((found[1].offset, found[1].header("ce_id").as_deref()), (1, Some("1")));
    assert_eq!(found[1].headers, record("b", "2").headers);
    kafka.delete_records("written", 0, 2);
    assert_eq!(kafka.watermarks("written", 0), (2, 3));
    assert_eq!(kafka.committed("written", "nobody"), [None, None]);
    assert_eq!((kafka.lag("written", "nobody"), kafka.members("nobody")), (1, 0));
    kafka.add_partitions("written", 3);
    eventually("there is a third partition", Duration::from_secs(10), || {
        kafka.partitions("written").len() == 3
    });
    kafka.delete_topic("written");
    eventually("the topic is gone", Duration::from_secs(10), || kafka.partitions("written").is_empty());
}

#[test]
fn a_node_keeps_its_records_when_it_is_killed() {
    let Some(mut kafka) = KafkaServer::start() else { return };
    kafka.create_topic("kept", 1);
    kafka.write("kept", &[record("a", "1")]);
    kafka.kill(0);
    kafka.restart(0);
    kafka.write("kept", &[record("b", "2")]);
    assert_eq!(kafka.records("kept").len(), 2);
}

#[test]
fn logins_and_rights() {
    let Some(kafka) = Setup::new().login("service", "secret").start() else { return };
    kafka.create_topic("allowed", 1);
    kafka.create_topic("forbidden", 1);
    kafka.allow("service", Resource::Topic("allowed"), Operation::Describe);
    let topics = |password: &str| {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", kafka.bootstrap_tls()).set("security.protocol", "SASL_SSL");
        config.set("ssl.ca.location", kafka.file("ca.crt").display().to_string());
        config.set("sasl.mechanism", "PLAIN");
        config.set("sasl.username", "service").set("sasl.password", password);
        let consumer: BaseConsumer = config.create().unwrap();
        let metadata = consumer.fetch_metadata(None, Duration::from_secs(5))?;
        let names = metadata.topics().iter().map(|topic| topic.name().to_owned());
        Ok::<_, rdkafka::error::KafkaError>(names.collect::<Vec<_>>())
    };
    assert_eq!(topics("secret").unwrap(), ["allowed"]);
    topics("wrong").unwrap_err();
}

/// Sends a request and returns the status and the body.
fn ask(url: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let (address, prefix) =
        url.strip_prefix("http://").map(|rest| rest.split_once('/').unwrap_or((rest, ""))).unwrap();
    let prefix = if prefix.is_empty() { String::new() } else { format!("/{prefix}") };
    let body = body.to_string();
    let mut stream = TcpStream::connect(address).unwrap();
    let kind = "Content-Type: application/vnd.schemaregistry.v1+json";
    let head = format!(
        "{method} {prefix}{path} HTTP/1.1\r\nHost: {address}\r\n{kind}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let status = answer[9..12].parse().unwrap();
    let (start, end) = (answer.find("\r\n\r\n").unwrap(), answer.rfind(['}', ']']).unwrap());
    let json = answer[start..=end].find(['{', '[']).unwrap() + start;
    (status, serde_json::from_str(&answer[json..=end]).unwrap())
}

/// Checks the answers that clients rely on, for both kinds of registry.
fn check_registry(url: &str, keeps: Keeps) {
    let schema = |text: &str| json!({"schema": text, "schemaType": "AVRO", "references": []});
    let register = |subject: &str, text: &str| {
        let (status, body) =
            ask(url, "POST", &format!("/subjects/{subject}/versions?normalize=False"), &schema(text));
        body["id"].as_u64().ok_or((status, body["error_code"].as_u64().unwrap_or(0)))
    };
    let fields = |fields: &str| {
        format!(
            r#"{{"name": "CloudEvent", "type": "record", "doc": "A record.", "fields": [{fields}], "namespace": "a.b.v1"}}"#
        )
    };
    let one = r#"{"name": "one", "type": "string"}"#;
    let key = register("t-string", r#"{"name": "course_key", "type": "string"}"#).unwrap();
    let same = register("t-string", r#"{"name": "course_key", "type": "string"}"#).unwrap();
    let other = register("t-string", r#"{"name": "course_id", "type": "string"}"#).unwrap();
    assert_eq!(key, same);
    assert_eq!(key == other, keeps == Keeps::Canonical);
    let (_, text) = ask(url, "GET", &format!("/schemas/ids/{key}"), &Value::Null);
    let text: Value = serde_json::from_str(text["schema"].as_str().unwrap()).unwrap();
    match keeps {
        Keeps::Canonical => assert_eq!(text, "string"),
        Keeps::Verbatim => assert_eq!(text["name"], "course_key"),
    }
    let value = register("t-a.b.v1.CloudEvent", &fields(one)).unwrap();
    assert_ne!(value, key);
    let broken = fields(&format!(r#"{one}, {{"name": "two", "type": "long"}}"#));
    assert_eq!(register("t-a.b.v1.CloudEvent", &broken).unwrap_err().0, 409);
    let grown = fields(&format!(r#"{one}, {{"name": "two", "type": ["null", "long"], "default": null}}"#));
    assert_ne!(register("t-a.b.v1.CloudEvent", &grown).unwrap(), value);
    let (status, body) = ask(url, "GET", "/schemas/ids/4711", &Value::Null);
    assert_eq!((status, body["error_code"].as_u64()), (404, Some(40403)));
    let (status, body) = ask(url, "POST", "/subjects/t-string", &schema(r#""string""#));
    // The sent text was registered with a name.
    assert_eq!(status == 200, keeps == Keeps::Canonical, "{body}");
    let (status, _) = ask(url, "POST", "/subjects/t-nobody", &schema(r#""string""#));
    assert_eq!(status, 404);
}

#[test]
fn our_registry_with_canonical_texts() {
    check_registry(&Registry::start(Keeps::Canonical).url(), Keeps::Canonical);
}

#[test]
fn our_registry_with_sent_texts() {
    check_registry(&Registry::start(Keeps::Verbatim).url(), Keeps::Verbatim);
}

#[test]
fn apicurio_with_canonical_texts() {
    let Some(registry) = Apicurio::shared(Keeps::Canonical) else { return };
    check_registry(&registry.url(), Keeps::Canonical);
}

#[test]
fn apicurio_with_sent_texts() {
    let Some(registry) = Apicurio::shared(Keeps::Verbatim) else { return };
    check_registry(&registry.url(), Keeps::Verbatim);
}

#[test]
fn our_registry_fails_when_told_to() {
    let registry = Registry::start(Keeps::Canonical);
    let get = || ask(&registry.url(), "GET", "/subjects", &Value::Null).0;
    assert_eq!(get(), 200);
    registry.fail(Fault::status(503));
    assert_eq!(get(), 503);
    registry.fail(Fault::Away);
    TcpStream::connect(registry.url().strip_prefix("http://").unwrap()).unwrap_err();
    registry.recover();
    assert_eq!(get(), 200);
    registry.set_login("key", "secret");
    assert_eq!(get(), 401);
    assert_eq!(registry.requests().len(), 4);
    let registry = Registry::start(Keeps::Canonical);
    registry.set_level(Level::None);
    let id = registry.register("a", r#"{"type": "string", "name": "b"}"#);
    assert_eq!(
        (registry.register("a", r#""long""#), registry.schema(id).as_deref()),
        (2, Some(r#""string""#))
    );
    registry.forget(id);
    assert_eq!((registry.schema(id), registry.subjects()), (None, vec!["a".to_owned()]));
}
