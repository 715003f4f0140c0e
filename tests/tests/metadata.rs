//! The metadata of events.

use std::{collections::HashSet, env, process::Command, thread};

use openedx_events::{
    Event, EventsMetadata, UtcOffset, Uuid,
    event_bus::{self, Settings},
};
use openedx_events_tests::{NUMBER_DRAWN, SAMPLE_TAKEN, SampleTaken};

fn id_time(id: &Uuid) -> (u64, u32) {
    id.get_timestamp().unwrap().to_unix()
}

#[test]
fn metadata_identifies_the_event_and_its_sender() {
    let metadata = SAMPLE_TAKEN.generate_signal_metadata();
    assert_eq!(metadata.event_type, "com.example.learning.sample.taken.v1");
    assert_eq!(metadata.minorversion, 3);
    assert_eq!(metadata.sourcelib.as_ref(), [11, 2, 0]);
    assert_eq!(metadata.time.offset(), Some(UtcOffset::UTC));
    assert!(metadata.source.starts_with("openedx/") && metadata.source.ends_with("/web"));
    let host = Command::new("hostname").output().map(|output| String::from_utf8(output.stdout).unwrap());
    if let Ok(host) = host {
        assert_eq!(metadata.sourcehost, host.trim());
    }
    assert_eq!(EventsMetadata::of(SampleTaken::DEFINITION).minorversion, 3);
}

#[test]
fn ids_are_unique_version_1_uuids_in_order_of_time() {
    let threads: Vec<_> = (0..4)
        .map(|_| {
            thread::spawn(|| {
                let ids: Vec<Uuid> = (0..5_000).map(|_| NUMBER_DRAWN.generate_signal_metadata().id).collect();
                assert!(ids.is_sorted_by_key(id_time), "the ids of a thread are in time order");
                ids
            })
        })
        .collect();
    let ids: Vec<Uuid> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    assert!(ids.iter().all(|id| id.get_version_num() == 1));
    let distinct: HashSet<&Uuid> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len());
    // A process has one node id, which is marked as not being a hardware address.
    let nodes: HashSet<[u8; 6]> = ids.iter().map(|id| id.get_node_id().unwrap()).collect();
    assert_eq!(nodes.len(), 1);
    assert!(nodes.iter().all(|node| node[0] & 1 == 1));
}

#[test]
fn the_id_and_the_time_agree() {
    let metadata = NUMBER_DRAWN.generate_signal_metadata();
    let (seconds, _) = id_time(&metadata.id);
    let micros = metadata.time.unix_micros().unwrap();
    assert!((micros / 1_000_000).abs_diff(i64::try_from(seconds).unwrap()) <= 1);
}

/// Prints the source for the next test, which runs it in a separate process.
#[test]
fn prints_the_source() {
    if env::var_os("PRINT_THE_SOURCE").is_some() {
        if let Ok(json) = env::var("SETTINGS_TO_INSTALL") {
            let settings = Settings::from_value(serde_json::from_str(&json).unwrap()).unwrap();
            drop(event_bus::install(settings).unwrap());
        }
        println!("<{}>", NUMBER_DRAWN.generate_signal_metadata().source);
    }
}

#[test]
fn the_source_names_the_service_from_the_environment() {
    let source = |variables: &[(&str, &str)]| {
        let output = Command::new(env::current_exe().unwrap())
            .args(["prints_the_source", "--exact", "--nocapture"])
            .env("PRINT_THE_SOURCE", "1")
            .env_remove("EVENTS_SERVICE_NAME")
            .env_remove("SERVICE_VARIANT")
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        let output = String::from_utf8(output.stdout).unwrap();
        let (_, source) = output.split_once('<').unwrap();
        source.split_once('>').unwrap().0.to_owned()
    };
    assert_eq!(source(&[]), "openedx/SERVICE_NAME_UNSET/web");
    assert_eq!(source(&[("SERVICE_VARIANT", "lms")]), "openedx/lms/web");
    assert_eq!(source(&[("EVENTS_SERVICE_NAME", "cms")]), "openedx/cms/web");
    assert_eq!(source(&[("EVENTS_SERVICE_NAME", "cms"), ("SERVICE_VARIANT", "lms")]), "openedx/cms/web");
    assert_eq!(source(&[("EVENTS_SERVICE_NAME", ""), ("SERVICE_VARIANT", "lms")]), "openedx/lms/web");
    // Settings also set it, even without a producer.
    for settings in [
        r#"{"EVENTS_SERVICE_NAME": "shop", "EVENT_BUS_PRODUCER": "memory"}"#,
        r#"{"EVENTS_SERVICE_NAME": "shop"}"#,
    ] {
        assert_eq!(source(&[("SETTINGS_TO_INSTALL", settings)]), "openedx/shop/web", "{settings}");
    }
}

const JSON: &str = concat!(
    r#"{"event_type": "com.example.learning.number.drawn.v1", "#,
    r#""id": "46e34ba7-273c-1a0e-a305-0d5c9a494b1e", "minorversion": 7, "source": "openedx/\u00fc\"/web", "#,
    r#""sourcehost": "a\u007f\ud83c\udff3", "time": "2024-04-18T10:56:05.000001+00:00", "sourcelib": [11, 2, 0]}"#,
);

#[test]
fn json_is_read_and_written_as_in_python() {
    let metadata = EventsMetadata::from_json(JSON).unwrap();
    assert_eq!(metadata.minorversion, 7);
    assert_eq!(metadata.source, "openedx/ü\"/web");
    assert_eq!(metadata.sourcehost, "a\u{7f}🏳");
    assert_eq!(metadata.sourcelib.as_ref(), [11, 2, 0]);
    assert_eq!(metadata.to_json(), JSON);

    let own = NUMBER_DRAWN.generate_signal_metadata();
    assert_eq!(EventsMetadata::from_json(&own.to_json()).unwrap(), own);
}

#[test]
fn json_with_other_orders_and_more_keys_is_read() {
    let json = JSON.replacen('{', r#"{"version": {"a": [1]}, "#, 1);
    assert_eq!(EventsMetadata::from_json(&json).unwrap().to_json(), JSON);
    let shuffled = serde_json::from_str::<serde_json::Value>(JSON).unwrap().to_string();
    assert_ne!(shuffled, JSON);
    assert_eq!(EventsMetadata::from_json(&shuffled).unwrap().to_json(), JSON);
}

#[test]
fn errors_about_json_name_the_key() {
    let wrong = |from: &str, to: &str| {
        assert!(JSON.contains(from));
        EventsMetadata::from_json(&JSON.replacen(from, to, 1)).unwrap_err().to_string()
    };
    for key in ["event_type", "id", "minorversion", "source", "sourcehost", "time", "sourcelib"] {
        let quoted = format!("\"{key}\":");
        assert_eq!(wrong(&quoted, "\"other\":"), format!("invalid event metadata: `{key}` is missing"));
    }
    for (from, to, key) in [
        ("46e34ba7", "x6e34ba7", "id"),
        (": 7,", ": -1,", "minorversion"),
        (": 7,", ": 1.5,", "minorversion"),
        (": 7,", ": 4294967296,", "minorversion"),
        ("\"openedx/", "7, \"x\": \"openedx/", "source"),
        ("[11, 2, 0]", "[11, \"rc1\"]", "sourcelib"),
        ("[11, 2, 0]", "\"11.2.0\"", "sourcelib"),
        ("2024-04-18", "2024-04-31", "time"),
        ("\"2024-04-18T10:56:05.000001+00:00\"", "1713437765", "time"),
    ] {
        let error = wrong(from, to);
        assert!(error.starts_with(&format!("invalid event metadata: `{key}`: ")), "{error}");
    }
    for text in ["", "[]", "null", "{", &JSON[1..], &format!("{JSON} x")] {
        assert!(EventsMetadata::from_json(text).is_err(), "{text}");
    }
}

#[test]
fn times_must_be_in_utc() {
    for offset in ["+01:00", "-00:30", "+00:00:01", ""] {
        let json = JSON.replacen("+00:00", offset, 1);
        let error = EventsMetadata::from_json(&json).unwrap_err().to_string();
        assert_eq!(error, "invalid event metadata: `time` must be in UTC (OEP-41)", "{offset}");
    }
    for offset in ["Z", "-00:00", "+0000"] {
        let json = JSON.replacen("+00:00", offset, 1);
        assert_eq!(EventsMetadata::from_json(&json).unwrap().to_json(), JSON);
    }
}
