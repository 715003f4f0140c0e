//! `consume-events`: where it starts, and which messages it handles.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{
    ARRIVED, BACKLOG, Bus, LENT, ONLOOKER, RECIPIENT, SENT, SERVICE, WEIGHED, line, parcel, time_of,
};

const CONSUME: [&str; 5] = ["consume-events", "-t", "parcels", "-g", "vans"];

fn consume<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&CONSUME, more].concat()
}

#[test]
fn receivers_run_in_order_until_the_count() {
    let bus = Bus::new();
    bus.post("parcels", &["ok", "ok", "ok"]);
    let ran = bus.done(&consume(&["--extra", BACKLOG, "--count", "2"]));
    assert_eq!(ran.stdout, "");
    assert_eq!(bus.notes(), ["begin 1", "end 1", "count 1", "begin 2", "end 2", "count 2"]);
    assert!(ran.stderr.contains("consumer ended: 2 handled, 0 failed attempts"), "{}", ran.stderr);
    assert!(bus.pending("parcels", "vans").is_empty());
    // The group continues where it stopped.
    bus.done(&consume(&["--count", "1"]));
    assert_eq!(bus.notes()[6..], ["begin 3", "end 3", "count 3"]);
}

#[test]
fn a_new_group_starts_with_the_next_message() {
    let bus = Bus::new();
    bus.post("parcels", &["ok"]);
    let consumer = bus.consume("parcels", "vans", &["--count", "1"]);
    bus.done(&["produce-event", "-t", "parcels", "--signal", SENT, "--data", &parcel(8, "ok").to_string()]);
    assert_eq!(consumer.end().code, 0);
    assert_eq!(bus.notes(), ["begin 8", "end 8", "count 8"]);
}

#[test]
fn arguments_of_python_are_accepted() {
    let bus = Bus::new();
    let ids = bus.post("parcels", &["ok", "ok"]);
    let extra = json!({"last_read_msg_id": ids[0], "consumer_name": "van-1"}).to_string();
    let arguments =
        ["consume_events", "-t", "parcels", "--group_id", "vans", "--extra", &extra, "--count", "1"];
    let ran = bus.done(&arguments);
    assert_eq!(bus.notes(), ["begin 2", "end 2", "count 2"]);
    assert!(ran.stderr.contains("consumer_name=\"van-1\""), "{}", ran.stderr);
}

#[test]
fn the_suggested_command_moves_the_group() {
    let bus = Bus::new();
    let ids = bus.post("parcels", &["ok", "ok", "ok"]);
    bus.done(&consume(&["--extra", BACKLOG, "--count", "3"]));
    let extra = json!({"last_read_msg_id": ids[1]}).to_string();
    let ran = bus.run(&consume(&["--extra", &extra]));
    assert_eq!(ran.code, 2);
    let error = "error: group `vans` of topic `parcels` already exists and keeps its position\nnote: ";
    assert!(ran.stderr.contains(error), "{}", ran.stderr);
    let command = ran.stderr.lines().last().unwrap();
    assert!(command.contains(" seek "), "{command}");
    let mut shell = bus.command("sh", &["-c", command]);
    let moved = crate::output_of(&mut shell, b"");
    assert_eq!((moved.code, moved.stderr.as_str()), (0, ""), "{command}");
    bus.done(&consume(&["--count", "1"]));
    assert_eq!(bus.notes().last().unwrap(), "count 3");
    assert_eq!(bus.notes().len(), 12);
}

#[test]
fn a_window_of_time_is_handled() {
    let bus = Bus::new();
    let ids = bus.post_around_a_time("parcels");
    bus.post("parcels", &["slow 1"]);
    let ids = [&ids[..], &bus.ids("parcels")[3..]].concat();
    let window = ["--from-time", &*time_of(&ids[1]), "--until", &*time_of(&ids[3])];
    let ran = bus.done(&consume(&window));
    assert_eq!(bus.notes(), ["begin 1", "end 1", "count 1", "begin 2", "end 2", "count 2"]);
    assert!(ran.stderr.contains("consumer ended: 2 handled"), "{}", ran.stderr);
    // The later message is neither pending nor lost.
    assert!(bus.pending("parcels", "vans").is_empty());
    assert_eq!(bus.done(&["lag", "-t", "parcels"]).json_lines()[0]["count"], 1);
    let again = bus.run(&consume(&window));
    assert_eq!(again.code, 2);
    let parts = [
        "note: `--from-time` only applies to a new group",
        "help: to continue where the group is, leave out `--from-time`",
        &*format!("seek -t parcels -g vans --to-time {}", time_of(&ids[1])),
    ];
    assert!(parts.iter().all(|part| again.stderr.contains(part)), "{}", again.stderr);
    bus.done(&consume(&["--count", "1"]));
    assert_eq!(bus.notes().last().unwrap(), "count 1");
    let never = ["--from-time", &*time_of(&ids[3]), "--until", &*time_of(&ids[1])];
    let ran = bus.run(&consume(&never));
    assert!(ran.code == 2 && ran.stderr.contains("`--until` is not after `--from-time`"), "{}", ran.stderr);
}

#[test]
fn without_a_topic_all_enabled_topics_are_consumed() {
    let entry = |enabled| json!({"group_id": "vans", "enabled": enabled, "extra": {"check_backlog": true}});
    let config =
        json!({"north": entry(true), "south": entry(true), "west": entry(false), "east": entry(false)});
    let bus = Bus::new().with("EVENT_BUS_CONSUMER_CONFIG", config.to_string());
    for (topic, number) in [("north", 1), ("south", 2), ("west", 3), ("east", 4)] {
        bus.done(&[
            "produce-event",
            "-t",
            topic,
            "--signal",
            SENT,
            "--data",
            &parcel(number, "ok").to_string(),
        ]);
    }
    bus.done(&["consume-events", "--count", "1"]);
    let mut notes = bus.notes();
    notes.retain(|note| note.starts_with("end"));
    notes.sort();
    assert_eq!(notes, ["end 1", "end 2"]);
    // The settings of the named topic also apply: it starts with the backlog.
    bus.done(&["consume-events", "-t", "west", "-g", "vans", "--count", "1"]);
    assert_eq!(bus.notes().last().unwrap(), "count 3");
    // The settings fill in missing arguments.
    let extra = r#"{"consumer_name": "van-4"}"#;
    let ran = bus.done(&["consume-events", "-t", "east", "-g", "vans", "--extra", extra, "--count", "1"]);
    assert_eq!(bus.notes().last().unwrap(), "count 4");
    assert!(ran.stderr.contains("consumer_name=\"van-4\""), "{}", ran.stderr);
}

#[test]
fn events_are_printed_and_receivers_run() {
    let bus = Bus::new();
    let lines = format!("{}\n{}\n", line(SENT, 1, "two\u{2028}lines"), line(WEIGHED, 2, "ok"));
    bus.feed(super::WORKER, &["produce-event", "--topic", "parcels", "--lines"], &lines);
    let ran = bus.done(&consume(&["--extra", BACKLOG, "--count", "2", "--print"]));
    super::expect_nothing_personal(&ran.stderr);
    let printed = ran.json_lines();
    assert_eq!(printed[0]["data"], parcel(1, "two\u{2028}lines"));
    assert_eq!(printed[1]["data"], parcel(2, "ok"), "printed although it has no receiver");
    assert_eq!(printed[1]["event_type"], WEIGHED);
    assert_eq!(printed[1]["metadata"]["source"], "openedx/post/web");
    assert!(!ran.stdout.contains('\u{2028}'), "{}", ran.stdout);
    assert_eq!(bus.notes(), ["begin 1", "end 1", "count 1"]);
}

#[test]
fn a_program_without_receivers_can_only_print() {
    let bus = Bus::new();
    let user =
        json!({"id": 1, "is_active": true, "pii": {"username": "grace", "email": RECIPIENT, "name": ""}});
    let data = json!({"user": user}).to_string();
    bus.done(&["produce-event", "-t", "parcels", "--signal", "SESSION_LOGIN_COMPLETED", "--data", &data]);
    let ran = bus.run_as(ONLOOKER, &consume(&["--extra", BACKLOG, "--count", "1"]));
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("error: this program has no receivers\nnote: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("`use your_handlers as _;`"), "{}", ran.stderr);
    let ran = bus.run_as(ONLOOKER, &consume(&["--extra", BACKLOG, "--count", "1", "--print"]));
    assert_eq!(
        (ran.code, ran.json_lines()[0]["data"]["user"]["pii"]["email"].as_str()),
        (0, Some(RECIPIENT))
    );
}

/// If nobody reads the output, the consumer ends.
#[test]
fn a_closed_pipe_ends_the_consumer() {
    let bus = Bus::new();
    bus.post("parcels", &["slow 300", "slow 300", "slow 300", "slow 300"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = bus.command(super::WORKER, &consume(&["--extra", BACKLOG, "--print"]));
    let output = command.stdin(Stdio::null()).stdout(writer).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(141), "{stderr}");
    super::expect_nothing_personal(&stderr);
    // The remaining messages are not lost.
    bus.post("parcels", &["ok"]);
    let before = bus.notes().len();
    assert!(before < 12, "{before}");
    bus.done(&consume(&["--count", &(5 - before / 3).to_string()]));
    assert_eq!(bus.notes().len(), 15);
}

#[test]
fn events_without_receivers_are_logged_once() {
    let bus = Bus::new();
    let lines = [line(WEIGHED, 1, "ok"), line(WEIGHED, 2, "ok"), line(SENT, 3, "ok")].join("\n");
    bus.feed(super::WORKER, &["produce-event", "--topic", "parcels", "--lines"], &lines);
    let ran = bus.done(&consume(&["--extra", BACKLOG, "--count", "3"]));
    assert_eq!(ran.stderr.matches(&format!("event_type=\"{WEIGHED}\"")).count(), 1, "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("1 handled, 0 failed attempts, 0 dead-lettered, 0 given up, 0 skipped, 2 without")
    );
}

#[test]
fn unknown_event_types() {
    let bus = Bus::new();
    let lent = json!({"loan": {"copy_id": 1, "reader": "grace"}, "previous": null, "shelf": ""}).to_string();
    let arguments = ["produce-event", "--topic", "parcels", "--signal", LENT, "--data", &lent];
    assert_eq!(bus.run_as(SERVICE, &arguments).code, 0);
    bus.post("parcels", &["ok"]);
    let run = |group: &str, more: &[&str]| {
        bus.run(&[&["consume-events", "-t", "parcels", "-g", group, "--extra", BACKLOG], more].concat())
    };
    let skipped = run("skip", &["--on-unknown-type", "skip", "--count", "1"]);
    assert_eq!(skipped.code, 0);
    assert!(skipped.stderr.contains("1 skipped"), "{}", skipped.stderr);
    assert!(bus.dead_letters("parcels", "skip").is_empty());
    assert_eq!(run("bury", &["--count", "2"]).code, 0);
    assert_eq!(bus.dead_letters("parcels", "bury")[0]["event_type"], LENT);
    let stopped = run("stop", &["--on_unknown_type", "stop"]);
    assert_eq!(stopped.code, 5);
    // The message that stopped it, and the next one, which was not started.
    assert_eq!(bus.pending("parcels", "stop").len(), 2);
}

#[test]
fn only_selected_event_types() {
    let bus = Bus::new();
    let lines = [line(SENT, 1, "ok"), line(ARRIVED, 2, "ok"), line(SENT, 3, "ok")].join("\n");
    bus.feed(super::WORKER, &["produce-event", "--topic", "parcels", "--lines"], &lines);
    let only = |types: &[&str], group: &str| {
        let arguments =
            ["consume-events", "-t", "parcels", "-g", group, "--extra", BACKLOG, "--print", "--only"];
        let consumer = bus.start(&[&arguments[..], types].concat());
        eventually_read(&bus, group);
        consumer.stop()
    };
    let numbers = |ran: &crate::Ran| -> Vec<i64> {
        ran.json_lines().iter().map(|line| line["data"]["parcel"]["number"].as_i64().unwrap()).collect()
    };
    assert_eq!(numbers(&only(&[SENT], "a")), [1, 3]);
    assert_eq!(numbers(&only(&["PARCEL_ARRIVED"], "b")), [2]);
    assert_eq!(numbers(&only(&["PARCEL_ARRIVED", SENT], "c")), [1, 2, 3]);
    // An event without receivers would acknowledge everything.
    let ran = bus.run(&consume(&["--only", "COURSE_ENROLLMENT_CREATED"]));
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("this program has no receivers for `org.openedx.learning.course."),
        "{}",
        ran.stderr
    );
    // So would a misspelt name.
    let ran = bus.run(&consume(&["--only", "PARCEL_ARIVED"]));
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains(
            "error: this program has no event `PARCEL_ARIVED`\nhelp: did you mean `PARCEL_ARRIVED`?"
        )
    );
}

/// Waits until a group has read everything and has nothing pending.
fn eventually_read(bus: &Bus, group: &str) {
    let last = bus.ids("parcels").pop().unwrap();
    super::eventually("the group has read everything", || {
        let reply: redis::Value = bus.ask(&["XINFO", "GROUPS", "dev-parcels"]);
        format!("{reply:?}").contains(&last)
            && bus.run(&["pending", "-t", "parcels", "-g", group]).json_lines().is_empty()
            && format!("{reply:?}").contains(&format!("\"{group}\""))
    });
    // The id may have been delivered to another group, so give this group time to read.
    std::thread::sleep(Duration::from_millis(300));
}

#[test]
fn concurrent_handling_by_key() {
    let bus = Bus::new();
    let tasks: Vec<&str> = vec!["slow 50"; 24];
    let lines: String = (0..24).map(|index| line(SENT, index % 12, tasks[index as usize]) + "\n").collect();
    bus.feed(super::WORKER, &["produce-event", "--topic", "parcels", "--lines"], &lines);
    let before = Instant::now();
    bus.done(&consume(&["--extra", BACKLOG, "--count", "24", "--concurrency", "8"]));
    assert!(before.elapsed() < Duration::from_secs(20));
    let mut running: Vec<String> = Vec::new();
    let mut most = 0;
    for note in bus.notes() {
        let (what, number) = note.split_once(' ').unwrap();
        match what {
            "begin" => {
                assert!(!running.iter().any(|other| other == number), "{number} runs twice at the same time");
                running.push(number.to_owned());
            }
            "count" => running.retain(|other| other != number),
            _ => {}
        }
        most = most.max(running.len());
    }
    assert!(most > 1, "never two at the same time");
}
