//! `tail`: reading entries without a group.

use std::process::Stdio;

use serde_json::json;

use super::{Bus, LENT, ONLOOKER, SENT, SERVICE, WORKER, line, parcel, time_of};

#[test]
fn personal_data_is_hidden_by_default() {
    let bus = Bus::new();
    bus.post("parcels", &["ok"]);
    let hidden = bus.done(&["tail", "-t", "parcels"]);
    super::expect_nothing_personal(&hidden.stdout);
    let data =
        json!({"number": 1, "task": "ok", "recipient": "<redacted>", "neighbours": [{"name": "<redacted>"}]});
    assert_eq!(hidden.json_lines()[0]["data"]["parcel"], data);
    let revealed = bus.done(&["tail", "-t", "parcels", "--reveal"]);
    assert_eq!(revealed.json_lines()[0]["data"], parcel(1, "ok"));
}

#[test]
fn all_pages_or_some() {
    let bus = Bus::new();
    let lines: String = (0..1201).map(|number| line(SENT, number, "ok") + "\n").collect();
    let bus = bus.with("EVENT_BUS_PRODUCER_DELIVERY", "background");
    bus.feed(WORKER, &["produce-event", "-t", "parcels", "--lines"], &lines);
    let ids = bus.ids("parcels");
    assert_eq!(ids.len(), 1201);
    let numbers = |arguments: &[&str]| -> Vec<u64> {
        let ran = bus.done(&[&["tail", "-t", "parcels"], arguments].concat());
        ran.json_lines().iter().map(|line| line["data"]["parcel"]["number"].as_u64().unwrap()).collect()
    };
    assert_eq!(numbers(&[]), (0..1201).collect::<Vec<_>>());
    assert_eq!(numbers(&["--from", &ids[599]]), (600..1201).collect::<Vec<_>>());
    assert_eq!(numbers(&["--from", &ids[599], "--count", "501"]), (600..1101).collect::<Vec<_>>());
    assert_eq!(numbers(&["--count", "2"]), [0, 1]);
    assert_eq!(numbers(&["--last", "2"]), [1199, 1200]);
    assert_eq!(numbers(&["--last", "700", "--count", "1"]), [501]);
    assert_eq!(numbers(&["--last", "1201"]).len(), 1201);
    assert_eq!(numbers(&["--last", "5000"]).len(), 1201);
    assert!(numbers(&["--last", "0"]).is_empty());
    assert!(numbers(&["--count", "0"]).is_empty());
    assert!(numbers(&["--from", &ids[1200]]).is_empty());
    let ran = bus.run(&["tail", "-t", "parcels", "--from", "yesterday"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("`yesterday` is not the id of a Redis entry"), "{}", ran.stderr);
}

#[test]
fn tail_follows_until_it_is_stopped() {
    let bus = Bus::new();
    bus.post("parcels", &["ok"]);
    let tail = bus.start(&["tail", "-t", "parcels", "--follow"]);
    super::eventually("the first entry is printed", || tail.stdout().lines().count() == 1);
    bus.done(&["produce-event", "-t", "parcels", "--signal", SENT, "--data", &parcel(2, "ok").to_string()]);
    super::eventually("the second entry is printed", || tail.stdout().lines().count() == 2);
    // Not SIGINT, which background processes of a shell ignore.
    tail.signal("TERM");
    assert_eq!(tail.end().code, 143);
}

#[test]
fn tail_survives_a_restart_of_the_server() {
    let mut bus = Bus::new();
    bus.post("parcels", &["ok"]);
    let tail = bus.start(&["tail", "-t", "parcels", "-f"]);
    super::eventually("the first entry is printed", || tail.stdout().lines().count() == 1);
    bus.server.kill();
    tail.until("cannot read the topic, trying again");
    bus.server.restart();
    bus.done(&["produce-event", "-t", "parcels", "--signal", SENT, "--data", &parcel(2, "ok").to_string()]);
    super::eventually("the second entry is printed", || tail.stdout().lines().count() == 2);
}

#[test]
fn a_closed_pipe_ends_it() {
    let bus = Bus::new();
    bus.post("parcels", &["ok"]);
    let mut command = bus.command(WORKER, &["tail", "-t", "parcels", "--follow"]);
    let mut child = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    // The next entry reveals the closed pipe.
    bus.post("parcels", &["ok"]);
    assert_eq!(child.wait().unwrap().code(), Some(141));
}

#[test]
fn unreadable_entries_are_reported() {
    let bus = Bus::new();
    let lent = json!({"loan": {"copy_id": 1, "reader": "grace"}, "previous": null, "shelf": ""}).to_string();
    bus.run_as(SERVICE, &["produce-event", "-t", "t", "--signal", LENT, "--data", &lent]);
    let data = parcel(1, "ok").to_string();
    bus.done(&["produce-event", "-t", "t", "--signal", SENT, "--data", &data]);
    bus.ask::<String>(&["XADD", "dev-t", "*", "type", SENT, "source", "s", "event_data", "grace"]);
    bus.ask::<String>(&["XADD", "dev-t", "*", "colour", "red"]);
    bus.ask::<String>(&["XADD", "dev-t", "*", "type", SENT, "time", "yesterday", "event_data", "grace"]);
    for reveal in [&[][..], &["--reveal"]] {
        let ran = bus.done(&[&["tail", "-t", "t"], reveal].concat());
        let lines = ran.json_lines();
        let error = |index: usize| lines[index]["error"].as_str().unwrap_or_default();
        assert_eq!(error(0), format!("this program has no event of type `{LENT}`"));
        assert_eq!((&lines[0]["event_type"], &lines[0]["data"]), (&json!(LENT), &json!(null)));
        assert_eq!(error(1), "");
        // Missing metadata is not invented.
        assert_eq!(lines[2]["metadata"], json!({"event_type": SENT, "source": "s"}), "{}", lines[2]);
        assert!(error(2).contains("parcel"), "{}", error(2));
        assert_eq!(error(3), "unusable message: `type` is missing");
        assert!(error(4).starts_with("unusable message: `time` cannot be read"), "{}", error(4));
        assert!(!ran.stdout.contains("grace") || !reveal.is_empty(), "{}", ran.stdout);
    }
}

#[test]
fn an_unreachable_server() {
    let mut bus = Bus::new();
    bus.server.kill();
    for follow in [&[][..], &["--follow"]] {
        let ran = bus.run(&[&["tail", "-t", "parcels"], follow].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{follow:?}");
        assert!(ran.stderr.starts_with("error: cannot read stream `dev-parcels`: "), "{}", ran.stderr);
    }
    let bus = Bus::new().with("EVENT_BUS_PRODUCER", "").with("EVENT_BUS_CONSUMER", "");
    let ran = bus.run(&["tail", "-t", "parcels"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("error: no bus is configured: "), "{}", ran.stderr);
}

#[test]
fn tail_needs_no_receivers() {
    let bus = Bus::new();
    bus.post("parcels", &["ok"]);
    let ran = bus.run_as(ONLOOKER, &["tail", "-t", "parcels"]);
    assert_eq!((ran.code, ran.json_lines().len()), (0, 1));
}

#[test]
fn tail_begins_at_a_time() {
    let bus = Bus::new();
    let ids = bus.post_around_a_time("parcels");
    let tail = |arguments: &[&str]| super::ids(&bus.done(&[&["tail", "-t", "parcels"], arguments].concat()));
    assert_eq!(tail(&["--from-time", &time_of(&ids[1])]), ids[1..]);
    assert_eq!(tail(&["--since", "1d"]), ids);
    assert!(tail(&["--since", "0s"]).is_empty());
}

#[test]
fn events_of_former_releases_are_read() {
    let bus = Bus::new();
    let add = |event_type: &str, sourcelib: &str, data: &str| {
        let fields =
            ["XADD", "dev-blocks", "*", "type", event_type, "sourcelib", sourcelib, "event_data", data];
        bus.ask::<String>(&fields);
    };
    let published = "org.openedx.content_authoring.xblock.published.v1";
    add(published, "8.2.0", "\x48block-v1:o+c+r+type@html+block@unit1\x08html");
    add("org.openedx.enterprise.subscription.license.modified.v0", "1.0.0", "");
    let [read, gone] = &bus.done(&["tail", "-t", "blocks"]).json_lines()[..] else { panic!("two entries") };
    assert_eq!(read["data"]["xblock_info"]["block_type"], "html", "{read}");
    let error = gone["error"].as_str().unwrap();
    assert!(error.ends_with("(only openedx-events 1.0.0 had it)"), "{error}");
}
