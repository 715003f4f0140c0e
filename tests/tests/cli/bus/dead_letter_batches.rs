//! `dlq replay`, with a program that has a batch receiver.

use std::process::Output;

use serde_json::{Value, json};

use super::{
    Bus,
    dead_letters::{GROUP, bury, id, new},
};

const BATCH_WORKER: &str = env!("CARGO_BIN_EXE_batch_worker");

/// Produces events for a batch receiver, and makes a dead letter of each. The addressee that `to` returns tells the receiver how
/// to behave.
fn stored(bus: &Bus, to: fn(usize) -> &'static str, count: usize) -> Vec<String> {
    let lines = (0..count).map(|number| {
        let data = json!({"test": "cli", "number": number, "to": to(number)});
        json!({"event_type": "com.example.learning.parcel.stored.v1", "data": data}).to_string() + "\n"
    });
    let produce = ["produce-event", "--topic", "parcels", "--lines"];
    assert_eq!(bus.feed(BATCH_WORKER, &produce, &lines.collect::<String>()).code, 0);
    bury(bus, "post::store")
}

/// Replays dead letters with a batch receiver. Returns the output and the sizes of the batches.
fn replay_in_batches(bus: &Bus, more: &[&str]) -> (Output, Vec<usize>) {
    let arguments = [&["dlq", "replay"], &GROUP[..], &["--as", "batch_worker::store"], more].concat();
    let output = bus.command(BATCH_WORKER, &arguments).output().unwrap();
    let sizes =
        String::from_utf8_lossy(&output.stderr).lines().filter_map(|line| line.parse().ok()).collect();
    (output, sizes)
}

fn lines_of(output: &Output) -> Vec<Value> {
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_batch_receiver_gets_several_dead_letters() {
    let bus = new();
    let ids = stored(&bus, |number| if number == 4 || number == 204 { "nobody" } else { "ada" }, 230);
    let replay = |more: &[&str]| replay_in_batches(&bus, more);
    let (output, sizes) = replay(&["--all"]);
    assert_eq!((output.status.code(), sizes), (Some(1), vec![100, 100, 30]), "{output:?}");
    let outcome = |(position, id): (usize, &String)| match position {
        4 | 204 => json!({"id": id, "handled": false, "error": "batch_worker::store: no such person"}),
        _ => json!({"id": id, "handled": true}),
    };
    assert_eq!(lines_of(&output), ids.iter().enumerate().map(outcome).collect::<Vec<_>>(), "in their order");
    let left = bus.dead_letters("parcels", "vans");
    assert_eq!(left.iter().map(id).collect::<Vec<_>>(), [&*ids[4], &*ids[204]]);

    // Dead letters that are named by id form a batch too.
    let (output, sizes) = replay(&[&ids[204], &ids[4]]);
    assert_eq!((output.status.code(), sizes), (Some(1), vec![2]), "{output:?}");
    let lines = lines_of(&output);
    assert_eq!((lines.len(), &lines[0]["id"]), (2, &json!(ids[204])));
    let replays: Vec<redis::Value> = bus.ask(&["XPENDING", "dev-parcels.dlq.vans", "replays", "-", "+", "9"]);
    assert!(replays.is_empty(), "{replays:?}");
}

#[test]
fn a_replay_gets_past_a_batch_that_ends_the_process() {
    let bus = new();
    let ids = stored(&bus, |number| if number == 101 { "crash" } else { "ada" }, 103);
    let (output, sizes) = replay_in_batches(&bus, &["--all"]);
    assert_eq!((output.status.code(), sizes), (None, vec![100, 3]), "ended by a signal");
    assert_eq!(lines_of(&output).len(), 100);

    // `--all` skips the batch. Dead letters that are named by id are replayed one by one.
    let (output, sizes) = replay_in_batches(&bus, &["--all"]);
    let passed: Vec<_> = lines_of(&output).iter().map(|line| line["id"].clone()).collect();
    assert_eq!(
        (output.status.code(), sizes.len(), &passed[..]),
        (Some(1), 0, &[&ids[100], &ids[101], &ids[102]].map(|id| json!(id))[..])
    );
    let (output, sizes) = replay_in_batches(&bus, &[&ids[100], &ids[102], &ids[101]]);
    assert_eq!((output.status.code(), sizes), (None, vec![1, 1, 1]));
    let handled = |id: &String| json!({"id": id, "handled": true});
    assert_eq!(lines_of(&output), [handled(&ids[100]), handled(&ids[102])]);
    let left = bus.dead_letters("parcels", "vans");
    assert_eq!(left.iter().map(id).collect::<Vec<_>>(), [&*ids[101]]);
}
