//! Messages with missing, empty, duplicate or unusual headers: both sides accept the same ones.

use openedx_events::event_bus::operations;
use openedx_events_tests::{
    golden::{Vector, vectors},
    redis_server::RedisServer,
};
use serde_json::{Value, json};

use crate::{
    python::{Member, each},
    rust::Service,
    stream::{self, FIELDS, Fields},
};

/// A message, and its metadata if it is usable.
struct Case {
    name: String,
    fields: Fields,
    metadata: Option<Value>,
}

/// Stands for the default that a consumer uses for a missing header.
const OWN: &str = "its own default";

fn cases(vector: &Vector) -> Vec<Case> {
    let header = |name: &str| vector.redis_fields[name].as_str().map(|value| value.as_bytes().to_vec());
    let whole: Fields =
        FIELDS.map(|name| (name.to_owned(), header(name).unwrap_or_else(|| vector.avro.clone()))).to_vec();
    let metadata: Value = serde_json::from_str(&vector.metadata).unwrap();
    let with = |name: &str, value: Value| {
        let mut metadata = metadata.clone();
        metadata[name] = value;
        Some(metadata)
    };
    let mut cases = Vec::new();
    let mut add = |name: String, metadata: Option<Value>, change: &dyn Fn(&mut Fields)| {
        let mut fields = whole.clone();
        change(&mut fields);
        cases.push(Case { name, fields, metadata });
    };
    let set = |name: &'static str, value: &'static [u8]| {
        move |fields: &mut Fields| fields.iter_mut().find(|field| field.0 == name).unwrap().1 = value.to_vec()
    };

    add("whole".to_owned(), Some(metadata.clone()), &|_| ());
    for name in FIELDS {
        let is_needed = ["type", "event_data"].contains(&name);
        let expected = || if is_needed { None } else { with(name, OWN.into()) };
        add(format!("`{name}` is missing"), expected(), &|fields| fields.retain(|field| field.0 != name));
        add(format!("`{name}` is empty"), expected(), &set(name, b""));
    }
    add(
        "only type and data".to_owned(),
        {
            let mut metadata = metadata.clone();
            for name in &FIELDS[1..7] {
                metadata[name] = OWN.into();
            }
            Some(metadata)
        },
        &|fields| fields.retain(|field| ["type", "event_data"].contains(&&*field.0)),
    );
    add("a duplicate header".to_owned(), with("source", "the last".into()), &|fields| {
        fields.push(("source".to_owned(), b"the last".to_vec()));
    });
    add("additional headers".to_owned(), Some(metadata.clone()), &|fields| {
        fields.push(("traceparent".to_owned(), b"00-1-2-3".to_vec()));
    });
    add("another order".to_owned(), Some(metadata.clone()), &|fields| fields.reverse());
    add("bytes after the record".to_owned(), Some(metadata.clone()), &|fields| {
        fields[7].1.extend(b"trailing");
    });
    add("a truncated record".to_owned(), None, &|fields| {
        fields[7].1.pop();
    });
    for (name, value, expected) in [
        ("type", &b"org.openedx.learning.nothing.happened.v1"[..], None),
        ("type", b"\xff", None),
        ("source", b"\xff\xfe", None),
        ("id", b"no id", None),
        ("time", b"2024-01-29T03:05:23Z", Some(json!("2024-01-29T03:05:23+00:00"))),
        ("time", b"2024-01-29T03:05:23.5+00:00", Some(json!("2024-01-29T03:05:23.500000+00:00"))),
        ("time", b"2024-01-29T03:05:23", None),
        ("time", b"2024-01-29T03:05:23+01:00", None),
        ("time", b"yesterday", None),
        ("minorversion", b" 7 ", Some(json!(7))),
        ("minorversion", b"+7", Some(json!(7))),
        ("minorversion", b"seven", None),
        ("minorversion", b"1.0", None),
        ("sourcelib", b"11", Some(json!([11]))),
        ("sourcelib", b"11. 2 .0", Some(json!([11, 2, 0]))),
        ("sourcelib", b"11.2.0a1", None),
        ("sourcelib", b"11..0", None),
    ] {
        let name_of_case = format!("`{name}` is {:?}", String::from_utf8_lossy(value));
        add(name_of_case, expected.and_then(|expected| with(name, expected)), &set(name, value));
    }
    let id: String = metadata["id"].as_str().unwrap().to_owned();
    for form in [id.replace('-', ""), id.to_uppercase(), format!("{{{id}}}"), format!("urn:uuid:{id}")] {
        add(format!("`id` is {form}"), Some(metadata.clone()), &|fields| {
            fields[1].1 = form.clone().into_bytes();
        });
    }
    cases
}

/// Checks the metadata that a consumer with these defaults read.
fn check(case: &Case, metadata: &Value, defaults: &Value) {
    let mut expected = case.metadata.clone().unwrap();
    for (name, value) in expected.as_object_mut().unwrap() {
        if *value != OWN {
            continue;
        }
        // These differ for each message.
        let is_own = match &**name {
            "id" | "time" => metadata[name].is_string(),
            _ => metadata[name] == defaults[name],
        };
        assert!(is_own, "{}: {metadata}", case.name);
        *value = metadata[name].clone();
    }
    assert_eq!(*metadata, expected, "{}", case.name);
}

#[test]
fn both_sides_accept_the_same_messages() {
    let vector = vectors().next().unwrap();
    each(|python| {
        let server = RedisServer::start();
        let service = Service::start(&server);
        let cases = cases(&vector);
        for (number, case) in cases.iter().enumerate() {
            // Both sides ignore this field.
            let number = ("case".to_owned(), number.to_string().into_bytes());
            stream::add(&server, "events", &[&case.fields[..], &[number]].concat());
        }
        let usable: Vec<&Case> = cases.iter().filter(|case| case.metadata.is_some()).collect();
        let host = Service::defaults(&vector).sourcehost;
        let defaults = |source: &str, release: &str| {
            let release: Vec<u64> = release.split('.').map(|number| number.parse().unwrap()).collect();
            json!({"source": source, "sourcehost": host, "minorversion": 0, "sourcelib": release})
        };

        let extra = r#"{"check_backlog": true, "consumer_name": "python"}"#;
        let member =
            Member { topic: "events", group: "python", extra, count: Some(cases.len()), die_at: None };
        let answers = python.consume(&server, &member).end();
        assert_eq!(answers.len(), cases.len());
        for (case, answer) in cases.iter().zip(&answers) {
            assert_eq!(case.metadata.is_none(), answer["error"].is_string(), "{}: {answer}", case.name);
            if case.metadata.is_some() {
                check(case, &answer["metadata"], &defaults("openedx/python/web", &python.release));
            }
        }

        let extra = r#"{"check_backlog": true, "consumer_name": "rust"}"#;
        let (report, received) = service.consume("events", "rust", extra, cases.len());
        let mut operations = operations(&service.settings).unwrap();
        let letters = operations.dead_letters("events", "rust", None, 100).unwrap();
        let letters: Vec<&str> = letters
            .iter()
            .map(|letter| {
                let number = std::str::from_utf8(&letter.message.extra()[0].1).unwrap();
                &*cases[number.parse::<usize>().unwrap()].name
            })
            .collect();
        let unusable = cases.iter().filter(|case| case.metadata.is_none());
        assert_eq!(letters, unusable.map(|case| &*case.name).collect::<Vec<_>>());
        assert_eq!((report.handled, report.dead_lettered), (usable.len() as u64, letters.len() as u64));
        assert_eq!(received.len(), usable.len());
        for (case, event) in usable.into_iter().zip(&received) {
            check(case, &event.metadata, &defaults("openedx/rust/web", "11.2.0"));
            assert_eq!(event.avro, vector.avro, "{}", case.name);
        }
    });
}
