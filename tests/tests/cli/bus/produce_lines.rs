//! `produce-event --lines`.

use serde_json::json;

use super::{Bus, LENT, SENT, WORKER, line, parcel};

const LINES: [&str; 4] = ["produce-event", "--topic", "parcels", "--lines"];

#[test]
fn every_line_is_answered_in_order() {
    let bus = Bus::new();
    let with_metadata = json!({
        "event_type": SENT,
        "data": parcel(2, "ok"),
        "metadata": {"event_type": SENT, "id": "5fdb5a0c-c6a4-11f0-8de9-0242ac120002", "source": "elsewhere",
            "minorversion": 0, "sourcehost": "h", "time": "2026-01-02T03:04:05+00:00", "sourcelib": [1, 2, 3]},
    });
    let lines = [
        line(SENT, 1, "ok"),
        "not JSON".to_owned(),
        with_metadata.to_string(),
        line(LENT, 1, "ok"),
        line("com.example.post.counter.closed.v1", 1, "ok"),
        json!({"event_type": SENT, "data": {"parcel": {"recipient": "grace@example.com"}}}).to_string(),
        line(SENT, 3, "ok"),
    ];
    let ran = bus.feed(WORKER, &LINES, &lines.join("\n"));
    let answers = ran.json_lines();
    assert_eq!((ran.code, answers.len()), (1, lines.len()), "{}", ran.stderr);
    for (index, error) in [
        (1, "the line is not a JSON object"),
        (3, "this program has no event `com.example.library.book.lent.v1`"),
        (4, "`COUNTER_CLOSED` is local only"),
        (5, "invalid data: "),
    ] {
        assert!(answers[index]["error"].as_str().unwrap().starts_with(error), "{}", answers[index]);
        assert_eq!(answers[index]["line"], index + 1);
        super::expect_nothing_personal(&answers[index].to_string());
    }
    let entries = bus.done(&["tail", "-t", "parcels"]).json_lines();
    let numbers: Vec<_> = entries.iter().map(|entry| entry["data"]["parcel"]["number"].clone()).collect();
    assert_eq!(numbers, [1, 2, 3]);
    assert_eq!(entries[1]["metadata"]["source"], "elsewhere");
    for (entry, answer) in entries.iter().zip([0, 2, 6]) {
        assert_eq!(entry["metadata"]["id"], answers[answer]["id"]);
    }
}

/// The queue is delivered before the process ends.
#[test]
fn background_delivery_finishes_before_the_end() {
    let bus = Bus::new().with("EVENT_BUS_PRODUCER_DELIVERY", "background");
    let lines: String = (1..=3000).map(|number| line(SENT, number, "ok") + "\n").collect();
    let ran = bus.feed(WORKER, &LINES, &lines);
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 3000));
    assert_eq!(bus.ask::<u64>(&["XLEN", "dev-parcels"]), 3000);
}

#[test]
fn an_unreachable_server() {
    let mut bus = Bus::new().with("EVENT_BUS_PRODUCER_TIMEOUT", "0.2");
    bus.server.kill();
    let lines = format!("{}\n{}\n", line(SENT, 1, "ok"), line(SENT, 2, "ok"));
    let ran = bus.feed(WORKER, &LINES, &lines);
    assert_eq!(ran.code, 1);
    for answer in ran.json_lines() {
        let error = answer["error"].as_str().unwrap();
        assert!(error.starts_with("1 message not delivered to the event bus, the first: "), "{error}");
    }

    // With background delivery, both are reported at the end.
    let bus = bus.with("EVENT_BUS_PRODUCER_DELIVERY", "background");
    let ran = bus.feed(WORKER, &LINES, &lines);
    assert_eq!(ran.code, 1);
    let error = ran.stderr.lines().last().unwrap();
    assert!(error.starts_with("error: 2 messages not delivered to the event bus, the first: "), "{error}");
    for answer in ran.json_lines() {
        let id = answer["id"].as_str().unwrap();
        let logged = ran.stderr.lines().find(|line| line.contains("ERROR") && line.contains(id));
        assert!(logged.is_some(), "{id}: {}", ran.stderr);
    }
}
