//! Receivers that need tokio's timers and sockets, run by commands.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{BACKLOG, Bus, Ran};

const ASYNC_WORKER: &str = env!("CARGO_BIN_EXE_async_worker");
const TELEGRAM: &str = "com.example.post.telegram.sent.v1";
const GROUP: [&str; 4] = ["-t", "telegrams", "-g", "office"];

/// Answers each number with twice the number, until the test ends. Returns its address.
fn peer() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let mut line = String::new();
            stream.read_line(&mut line).unwrap();
            let number: i64 = line.trim().parse().unwrap();
            write!(stream.get_mut(), "{}", number * 2).unwrap();
        }
    });
    address
}

/// Returns a bus with a telegram for each task, numbered from 1.
fn bus_with(tasks: &[&str]) -> Bus {
    let bus = Bus::new().with("EVENT_BUS_CONSUMER_MAX_ATTEMPTS", "1");
    let lines = tasks.iter().zip(1..).map(|(task, number)| {
        json!({"event_type": TELEGRAM, "data": {"number": number, "task": task}}).to_string() + "\n"
    });
    let produce = ["produce-event", "--topic", "telegrams", "--lines"];
    let ran = bus.feed(ASYNC_WORKER, &produce, &lines.collect::<String>());
    assert_eq!((ran.code, ran.json_lines().len()), (0, tasks.len()), "{}", ran.stderr);
    bus
}

fn consume(bus: &Bus, count: &str) -> Ran {
    let arguments = [&["consume-events"], &GROUP[..], &["--extra", BACKLOG, "--count", count]].concat();
    let ran = bus.run_as(ASYNC_WORKER, &arguments);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran
}

#[test]
fn consume_events_starts_a_runtime() {
    let bus = bus_with(&["ask", "ask"]).with("WORKER_PEER", peer());
    let ran = consume(&bus, "2");
    assert!(!ran.stderr.contains("receiver failed"), "{}", ran.stderr);
    let expected = ["2 on events-runtime", "2 synchronously", "4 on events-runtime", "4 synchronously"];
    assert_eq!(bus.notes(), expected);
}

#[test]
fn a_runtime_of_the_program_is_used_instead() {
    for how in ["own", "set"] {
        let bus = bus_with(&["ask"]).with("WORKER_PEER", peer()).with("WORKER_RUNTIME", how);
        consume(&bus, "1");
        assert_eq!(bus.notes(), ["2 on own", "2 synchronously"], "{how}");
    }
}

#[test]
fn dlq_replay_starts_a_runtime() {
    // Nothing listens there.
    let bus = bus_with(&["ask", "ask"]).with("WORKER_PEER", "127.0.0.1:1");
    let ran = consume(&bus, "2");
    assert!(ran.stderr.contains("Connection refused"), "{}", ran.stderr);
    assert!(bus.notes().is_empty());
    let bus = bus.with("WORKER_PEER", peer());
    let ran = bus.run_as(ASYNC_WORKER, &[&["dlq", "replay"], &GROUP[..], &["--all"]].concat());
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.json_lines().iter().all(|line| line["handled"] == true), "{}", ran.stdout);
    assert_eq!(bus.notes().len(), 4, "{:?}", bus.notes());
    assert!(bus.dead_letters("telegrams", "office").is_empty());
}

#[test]
fn a_call_that_never_returns_does_not_keep_the_process() {
    let bus = bus_with(&["leave"]).with("WORKER_PEER", peer());
    let begun = Instant::now();
    consume(&bus, "1");
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    assert_eq!(bus.notes().len(), 2);
}

#[test]
fn a_receiver_that_hangs_is_cancelled_and_signals_and_exit_codes_stay() {
    let bus = bus_with(&["hang", "ask"]).with("WORKER_PEER", peer());
    let bus = bus.with("EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT", "0.3");
    let arguments = [&["consume-events"], &GROUP[..], &["--extra", BACKLOG]].concat();
    let consumer = bus.start_as(ASYNC_WORKER, &arguments);
    super::eventually("the second telegram is handled", || {
        bus.notes().iter().any(|note| note.starts_with('4'))
    });
    let ran = consumer.stop();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("took longer than 300ms, and was cancelled"), "{}", ran.stderr);
    let [letter] = &bus.dead_letters("telegrams", "office")[..] else { panic!("{}", ran.stderr) };
    assert_eq!(letter["receivers"], json!(["telegrams.transmit"]));
}

/// The receiver is left behind: it must not fail because its runtime ends before the process.
#[test]
fn a_receiver_that_exceeds_the_stop_timeout_does_not_fail() {
    let bus = bus_with(&["wander"]);
    let arguments =
        [&["consume-events"], &GROUP[..], &["--extra", BACKLOG, "--stop-timeout", "0.3"]].concat();
    let consumer = bus.start_as(ASYNC_WORKER, &arguments);
    super::eventually("the receiver runs", || bus.notes() == ["begin"]);
    let ran = consumer.stop();
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    assert!(!ran.stderr.contains("receiver failed"), "{}", ran.stderr);
    let error = ran.stderr.lines().last().unwrap();
    assert!(error.starts_with("error: stopped, but a receiver did not finish within 300ms"), "{error}");
}

/// Whatever ends the command, a receiver that is left behind keeps its runtime.
#[test]
fn a_receiver_that_is_left_by_an_error_does_not_fail() {
    // Nothing listens there, so the second telegram fails.
    let bus = bus_with(&["wander", "ask"]).with("WORKER_PEER", "127.0.0.1:1");
    let options = ["--on-error", "stop", "--concurrency", "2", "--stop-timeout", "0.3"];
    let arguments = [&["consume-events"], &GROUP[..], &["--extra", BACKLOG], &options[..]].concat();
    let ran = bus.run_as(ASYNC_WORKER, &arguments);
    assert_eq!((ran.code, bus.notes()), (5, vec!["begin".to_owned()]), "{}", ran.stderr);
    for text in ["being shutdown", "runtime has ended"] {
        assert!(!ran.stderr.contains(text), "{}", ran.stderr);
    }
}
