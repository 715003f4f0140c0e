//! `dlq`: listing, showing, replaying and dropping dead letters.

use serde_json::{Value, json};

use super::{ARRIVED, BACKLOG, Bus, LENT, ONLOOKER, SENT, SERVICE, parcel};

pub(super) const GROUP: [&str; 4] = ["-t", "parcels", "-g", "vans"];

/// Consumes events with these tasks and returns the group's dead letters.
fn failed(bus: &Bus, tasks: &[&str]) -> Vec<Value> {
    let count = tasks.len().to_string();
    bus.post("parcels", tasks);
    let mut command = bus.command(
        super::WORKER,
        &[&["consume-events"], &GROUP[..], &["--extra", BACKLOG, "--count", &count]].concat(),
    );
    let ran = crate::output_of(command.env("WORKER_IS_BROKEN", "1"), b"");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    super::expect_nothing_personal(&ran.stderr);
    bus.dead_letters("parcels", "vans")
}

pub(super) fn new() -> Bus {
    Bus::new().with("EVENT_BUS_CONSUMER_MAX_ATTEMPTS", "2")
}

fn dlq(bus: &Bus, action: &str, more: &[&str]) -> crate::Ran {
    bus.run(&[&["dlq", action], &GROUP[..], more].concat())
}

pub(super) fn id(letter: &Value) -> &str {
    letter["id"].as_str().unwrap()
}

/// Adds a dead letter of the topic's first entry for these receivers, one per line, and returns its id.
fn letter(bus: &Bus, receivers: &str) -> String {
    let entry = bus.ask::<Vec<(String, Vec<Vec<u8>>)>>(&["XRANGE", "dev-parcels", "-", "+"]).remove(0);
    let mut command = redis::cmd("XADD");
    command.arg("dev-parcels.dlq.vans").arg("*").arg(entry.1);
    command.arg("dlq_entry_id").arg(entry.0).arg("dlq_receivers").arg(receivers);
    let client = redis::Client::open(bus.server.url()).unwrap();
    command.query::<String>(&mut client.get_connection().unwrap()).unwrap()
}

#[test]
fn dead_letters_are_listed_without_data() {
    let bus = new();
    let letters = failed(&bus, &["fragile", "ok", "refuse"]);
    assert_eq!(letters.len(), 2);
    let ids = bus.ids("parcels");
    for (letter, entry, error, attempts) in
        [(&letters[0], &ids[0], "the van does not start", 2), (&letters[1], &ids[2], "it is too heavy", 1)]
    {
        assert_eq!(letter["entry_id"], **entry);
        assert_eq!(letter["error"], format!("worker::deliver: {error}"));
        assert_eq!(letter["receivers"], json!(["worker::deliver"]));
        assert_eq!((&letter["attempts"], &letter["event_type"]), (&attempts.into(), &SENT.into()));
        assert!(letter["consumer_name"].as_str().unwrap().starts_with("post."));
        let time = |name: &str| letter[name].as_str().unwrap().parse::<openedx_events::DateTime>().unwrap();
        assert!(time("first_time").unix_micros() <= time("last_time").unix_micros());
        super::expect_nothing_personal(&letter.to_string());
    }
}

#[test]
fn one_can_be_shown_with_its_data() {
    let bus = new();
    let letters = failed(&bus, &["refuse", "refuse"]);
    let ran = dlq(&bus, "show", &[id(&letters[1])]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    super::expect_nothing_personal(&ran.stdout);
    let shown: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(shown["message"]["data"]["parcel"]["recipient"], "<redacted>");
    assert_eq!(shown["error"], "worker::deliver: it is too heavy");
    let ran = dlq(&bus, "show", &[id(&letters[1]), "--reveal"]);
    let shown: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(shown["message"]["data"], parcel(2, "refuse"));
    let ran = dlq(&bus, "show", &["1-1"]);
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.stderr,
        "error: group `vans` of `dev-parcels` has no dead letter `1-1`\nhelp: `dlq list` prints them\n"
    );
}

#[test]
fn a_successful_replay_removes_the_dead_letter() {
    let bus = new();
    let letters = failed(&bus, &["fragile", "refuse", "fragile"]);
    let before = bus.notes().len();
    // Replay one by its id.
    let ran = dlq(&bus, "replay", &[id(&letters[0])]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.json_lines(), [json!({"id": letters[0]["id"], "handled": true})]);
    // Only the failed receiver runs.
    assert_eq!(bus.notes()[before..], ["begin 1", "end 1"]);
    // Replay the others; one fails again.
    let ran = dlq(&bus, "replay", &["--all"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let stays =
        json!({"id": letters[1]["id"], "handled": false, "error": "worker::deliver: it is too heavy"});
    assert_eq!(ran.json_lines(), [stays, json!({"id": letters[2]["id"], "handled": true})]);
    let left = bus.dead_letters("parcels", "vans");
    assert_eq!(left, [letters[1].clone()]);
    // The topic is unchanged, so no other group sees an event twice.
    assert_eq!(bus.ids("parcels").len(), 3);
}

#[test]
fn a_partial_success_keeps_the_dead_letter_for_the_other_receivers() {
    let bus = new();
    bus.post("parcels", &["refuse"]);
    let id = letter(&bus, "worker::deliver\nworker::count");
    let ran = dlq(&bus, "replay", &["--all"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let [left] = &bus.dead_letters("parcels", "vans")[..] else { panic!("one") };
    assert_eq!(left["receivers"], json!(["worker::deliver"]));
    let error = "worker::deliver: it is too heavy";
    let line = json!({"id": id, "handled": false, "error": error, "kept_as": left["id"]});
    assert_eq!(ran.json_lines(), [line], "replayed once, although it has a new id");
    assert_eq!(bus.notes(), ["begin 1", "count 1"]);
    // Nothing changes if nothing succeeds.
    let ran = dlq(&bus, "replay", &["--all"]);
    assert_eq!(ran.json_lines(), [json!({"id": left["id"], "handled": false, "error": error})]);
    assert_eq!(bus.notes()[2..], ["begin 1"]);
}

#[test]
fn an_id_given_twice_is_replayed_once() {
    let bus = new();
    let letters = failed(&bus, &["refuse", "fragile"]);
    let before = bus.notes().len();
    let [refused, fragile] = [id(&letters[0]), id(&letters[1])];
    let ran = dlq(&bus, "replay", &[fragile, refused, fragile]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert_eq!(ran.json_lines().len(), 2);
    assert_eq!(bus.notes()[before..], ["begin 2", "end 2", "begin 1"]);
    let ran = dlq(&bus, "drop", &[refused, refused]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "1 of 1 dropped\n"));
}

/// Receivers in a replay can send events, as in a consumer.
#[test]
fn events_sent_by_receivers_follow_their_routes() {
    let route = json!({ARRIVED: {"arrivals": {"event_key_field": "parcel.number", "enabled": true}}});
    for delivery in ["wait", "background"] {
        let bus = new()
            .with("EVENT_BUS_PRODUCER_CONFIG", route.to_string())
            .with("EVENT_BUS_PRODUCER_DELIVERY", delivery);
        failed(&bus, &["fragile"]);
        assert!(bus.ids("arrivals").is_empty());
        let ran = dlq(&bus, "replay", &["--all"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        super::expect_nothing_personal(&ran.stderr);
        assert_eq!(bus.ids("arrivals").len(), 1, "{delivery}");
    }
}

#[test]
fn unknown_receivers() {
    let bus = new();
    failed(&bus, &["refuse"]);
    // This program does not know the event either.
    let arguments = [&["dlq", "replay"], &GROUP[..], &["--all"]].concat();
    let ran = bus.run_as(ONLOOKER, &arguments);
    let error = &ran.json_lines()[0]["error"];
    assert_eq!(ran.code, 1);
    assert!(error.as_str().unwrap().contains(SENT), "{error}");

    let id = letter(&bus, "worker::deliver\nworker::forget");
    let ran = dlq(&bus, "replay", &[&id]);
    assert_eq!(ran.code, 1);
    let expected = "receiver `worker::forget` is not in this program: replay it in the program that has the receiver, say which receiver takes its place (`dlq replay --as NAME`), or drop the dead letter";
    assert_eq!(ran.json_lines()[0]["error"], expected);
    assert_eq!(bus.dead_letters("parcels", "vans").len(), 2);
}

#[test]
fn a_dead_letter_of_a_renamed_receiver_is_replayed() {
    let bus = new();
    assert!(failed(&bus, &["ok"]).is_empty());
    let before = bus.notes().len();
    let notes = || bus.notes().split_off(before);
    // The receiver has got a stable name, and no other change: the path still leads to it.
    letter(&bus, "worker::count");
    let ran = dlq(&bus, "replay", &["--all"]);
    assert_eq!((ran.code, notes()), (0, vec!["count 1".to_owned()]), "{}", ran.stdout);

    let id = letter(&bus, "post::weigh\nworker::deliver");
    let replay = |more: &[&str]| {
        let ran = dlq(&bus, "replay", &[&["--all"], more].concat());
        (ran.code, ran.json_lines()[0]["error"].as_str().map(str::to_owned))
    };
    let ran = dlq(&bus, "replay", &["--all", "--as", "parcels.weigh"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("error: this program has no receiver `parcels.weigh`"), "{}", ran.stderr);
    assert_eq!(bus.dead_letters("parcels", "vans")[0]["id"], *id);
    assert_eq!(replay(&["--as", "parcels.count"]), (0, None));
    assert_eq!(notes()[1..], ["begin 1", "end 1", "count 1"], "the other failed receiver runs too");

    letter(&bus, "post::weigh\npost::stamp");
    let (code, error) = replay(&["--as", "parcels.count"]);
    let several = "receivers post::weigh, post::stamp are not in this program, and `--as NAME` stands for only one: write `--as OLD=NEW` for each";
    assert_eq!((code, error.as_deref()), (1, Some(several)));
    let each = ["--as", "post::weigh=parcels.count", "--as", "post::stamp=worker::deliver"];
    assert_eq!(replay(&each), (0, None));
    assert_eq!(notes()[4..], ["begin 1", "end 1", "count 1"]);
    assert!(bus.dead_letters("parcels", "vans").is_empty());

    let ran = dlq(&bus, "replay", &["--all", "--as", "parcels.count", "--as", "worker::deliver"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("`--as NAME` is given twice"), "{}", ran.stderr);
}

#[test]
fn an_unknown_type_is_replayed_by_a_program_that_knows_it() {
    let bus = new();
    let lent = json!({"loan": {"copy_id": 1, "reader": "grace"}, "previous": null, "shelf": ""}).to_string();
    bus.run_as(SERVICE, &["produce-event", "-t", "parcels", "--signal", LENT, "--data", &lent]);
    bus.done(&[&["consume-events"], &GROUP[..], &["--extra", BACKLOG, "--count", "1"]].concat());
    let [letter] = &bus.dead_letters("parcels", "vans")[..] else { panic!("one") };
    assert_eq!((&letter["receivers"], &letter["event_type"]), (&json!([]), &json!(LENT)));
    let arguments = [&["dlq", "replay"], &GROUP[..], &["--all"]].concat();
    let ran = bus.run_as(SERVICE, &arguments);
    let error = &ran.json_lines()[0]["error"];
    assert_eq!(
        (
            ran.code,
            error.as_str().unwrap().starts_with("no receiver in this program handles this event type")
        ),
        (1, true)
    );
}

#[test]
fn dead_letters_can_be_dropped() {
    let bus = new();
    let letters = failed(&bus, &["refuse", "refuse", "refuse"]);
    let ran = dlq(&bus, "drop", &[id(&letters[1]), "1-1"]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (1, "1 of 2 dropped; no dead letter has the id `1-1`\n"),
        "{}",
        ran.stderr
    );
    assert_eq!(bus.dead_letters("parcels", "vans"), [letters[0].clone(), letters[2].clone()]);
    let ran = dlq(&bus, "drop", &["--all"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "2 of 2 dropped\n"));
    assert!(bus.dead_letters("parcels", "vans").is_empty());
    let ran = dlq(&bus, "drop", &["--all"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "0 of 0 dropped\n"));
    let ran = dlq(&bus, "drop", &["yesterday"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("`yesterday` is not the id of a Redis entry"), "{}", ran.stderr);
}

#[test]
fn the_dead_letters_must_be_named() {
    let bus = new();
    let letters = failed(&bus, &["fragile"]);
    let before = bus.notes();
    for action in ["replay", "drop"] {
        for (arguments, text) in [
            (&[][..], "help: give the ids, as `dlq list` prints them, or `--all`"),
            (&[id(&letters[0]), "--all"], "Usage:"),
        ] {
            let ran = dlq(&bus, action, arguments);
            assert_eq!(ran.code, 2, "{action} {arguments:?}");
            assert!(ran.stderr.contains(text), "{}", ran.stderr);
        }
    }
    // A wrong id is detected before anything else happens.
    let ran = dlq(&bus, "replay", &[id(&letters[0]), "1-1"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("has no dead letter `1-1`"), "{}", ran.stderr);
    assert_eq!(bus.notes(), before);
}

/// Produces events with these tasks, and makes a dead letter of each without running a receiver.
fn letters_of(bus: &Bus, tasks: &[&str]) -> Vec<String> {
    bus.post("parcels", tasks);
    bury(bus, "worker::deliver\nworker::count")
}

/// Makes a dead letter of each entry for these receivers, one per line. Returns their ids.
pub(super) fn bury(bus: &Bus, receivers: &str) -> Vec<String> {
    let entries = bus.ask::<Vec<(String, Vec<Vec<u8>>)>>(&["XRANGE", "dev-parcels", "-", "+"]);
    let mut connection = bus.server.connect().unwrap();
    let mut add = |(id, fields): (String, Vec<Vec<u8>>)| {
        let mut command = redis::cmd("XADD");
        command.arg("dev-parcels.dlq.vans").arg("*").arg(fields);
        command.arg("dlq_entry_id").arg(id).arg("dlq_receivers").arg(receivers);
        command.query::<String>(&mut connection).unwrap()
    };
    entries.into_iter().map(&mut add).collect()
}

#[test]
fn a_replay_gets_past_a_receiver_that_hangs() {
    let bus = new().with("EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT", "0.3");
    let ids = letters_of(&bus, &["ok", "hang", "ok"]);
    let ran = dlq(&bus, "replay", &["--all"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let [first, hung, last] = &ran.json_lines()[..] else { panic!("{}", ran.stdout) };
    assert_eq!(
        (first, last),
        (&json!({"id": ids[0], "handled": true}), &json!({"id": ids[2], "handled": true}))
    );
    let error =
        "worker::deliver: took longer than 300ms, and may still be running; parcels.count: was not run";
    assert_eq!(hung, &json!({"id": ids[1], "handled": false, "error": error}));
    assert_eq!(bus.notes(), ["begin 1", "end 1", "count 1", "begin 2", "begin 3", "end 3", "count 3"]);

    // The next time, it is skipped.
    let ran = dlq(&bus, "replay", &["--all"]);
    let [line] = &ran.json_lines()[..] else { panic!("{}", ran.stdout) };
    assert!(line["error"].as_str().unwrap().starts_with("skipped: an earlier replay"), "{line}");
    assert_eq!((ran.code, bus.notes().len()), (1, 7));
}

#[test]
fn a_replay_gets_past_a_receiver_that_ends_the_process() {
    let bus = new();
    let ids = letters_of(&bus, &["ok", "abort", "ok"]);
    let mut command = bus.command(super::WORKER, &[&["dlq", "replay"], &GROUP[..], &["--all"]].concat());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), None, "ended by a signal");
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        format!("{}\n", json!({"id": ids[0], "handled": true}))
    );

    let ran = dlq(&bus, "replay", &["--all"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let [passed, last] = &ran.json_lines()[..] else { panic!("{}", ran.stdout) };
    assert_eq!((&passed["id"], &passed["handled"]), (&json!(ids[1]), &json!(false)));
    assert_eq!(last, &json!({"id": ids[2], "handled": true}));

    // An operator can still try it, or drop it.
    let mut command = bus.command(super::WORKER, &[&["dlq", "replay"], &GROUP[..], &[&ids[1]]].concat());
    assert_eq!(command.output().unwrap().status.code(), None);
    let ran = dlq(&bus, "drop", &[&ids[1]]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "1 of 1 dropped\n"));
}

#[test]
fn a_replay_without_the_right_to_remember_it_says_so_once() {
    let bus = new();
    letters_of(&bus, &["ok", "ok"]);
    let _: () = bus.ask(&["ACL", "SETUSER", "default", "-xclaim"]);
    let ran = dlq(&bus, "replay", &["--all"]);
    assert_eq!((ran.code, ran.json_lines().len()), (0, 2), "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("the replay is not remembered").count(), 1, "{}", ran.stderr);
}
