//! `tests/downstream`: a project outside this workspace, as a user would have it.
//!
//! It is checked by clippy under the strictest lints and run in both profiles. `tests/all/linkers.sh` adds
//! linkers, codegen units and link-time optimization.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Once,
};

use serde_json::Value;

/// `service` prints `event_type order module::receiver`, receivers of one event in the order in which they
/// run: by `order`, then by crate, module and place.
const RECEIVERS: &str = "\
com.example.library.book.returned.v1    0 service::shadow::note
com.example.library.book.returned.v1    1 service::returns::signals::thank
com.example.library.branch.opened.v1    0 events::facade::greet
com.example.library.chair.bought.v1    0 events::from_macros::chairs::receive
com.example.library.desk.opened.v1    0 handlers_b::count
com.example.library.loan.created.v1  -10 handlers_a::first
com.example.library.loan.created.v1    0 handlers_a::notify
com.example.library.loan.created.v1    0 handlers_a::branch
com.example.library.loan.created.v1    0 handlers_b::notify
com.example.library.loan.created.v1    5 handlers_a::count
com.example.library.loan.ended.v1    0 handlers_b::inspect
com.example.library.loan.ended.v1    5 handlers_a::count
com.example.library.local.changed.v1    0 events::scoped::first
com.example.library.local.changed.v1    1 events::scoped::first
com.example.library.name.shadowed.v1    0 events::shadowed::event
com.example.library.name.shadowed.v1    0 events::shadowed::delivery
com.example.library.name.shadowed.v1    0 events::shadowed::returned
com.example.library.other.local.changed.v1    0 events::scoped::first
com.example.library.place.shadowed.v1    0 events::shadowed::delivery
com.example.library.receiver.numbered.v1    0 events::shadowed::number
com.example.library.secret.bared.v1    0 events::bare::receive
com.example.library.secret.bared.v1    0 events::bare::ignore
com.example.library.shelf.moved.v1    0 events::raw::match
com.example.library.shelf.moved.v1    0 events::raw::try
com.example.library.table.bought.v1    0 events::from_macros::tables::receive
org.openedx.learning.course.enrollment.changed.v1    0 handlers_a::learning::reserve_books
org.openedx.learning.course.enrollment.created.v1    0 handlers_a::learning::reserve_books
org.openedx.learning.course.enrollment.created.v1    1 handlers_b::greet
all as it should be
";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("downstream")
}

/// Runs cargo in the project, and returns what it and the program printed.
fn cargo(arguments: &[&str]) -> (String, String) {
    // The versions of this workspace, which are on this machine already; cargo leaves out what it can.
    static LOCK: Once = Once::new();
    LOCK.call_once(|| {
        fs::copy(root().join("../../Cargo.lock"), root().join("Cargo.lock")).unwrap();
    });

    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .arg("--offline")
        .current_dir(root())
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("downstream"))
        .env("RUST_BACKTRACE", "0")
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "cargo {}: {}\n{stdout}{stderr}", arguments.join(" "), output.status);
    (stdout, stderr)
}

/// One test, since cargo locks the target directory anyway.
#[test]
fn a_project_outside_builds_without_a_warning_and_runs() {
    // Nor do the crates of this workspace, which are somebody's dependencies here.
    let (messages, progress) = cargo(&["clippy", "--workspace", "--all-targets", "--message-format", "json"]);
    let rendered: Vec<String> = messages
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|message| message["reason"] == "compiler-message")
        .map(|message| message["message"]["rendered"].to_string())
        .collect();
    assert!(rendered.is_empty(), "{}", rendered.join("\n"));
    assert!(!progress.contains("warning: "), "{progress}");

    for profile in ["dev", "release"] {
        let (receivers, _) = cargo(&["run", "--bin", "service", "--profile", profile]);
        assert_eq!(receivers, RECEIVERS, "in profile {profile}");
    }
}

/// `service` depends on `handlers_silent`, but nothing in it says so: its receivers are not there. `linked`
/// says `use handlers_silent as _;`.
#[test]
fn a_crate_takes_part_if_something_mentions_it() {
    const SILENT: &str = "handlers_silent::silent\n";
    assert!(!RECEIVERS.contains(SILENT));
    for profile in ["dev", "release"] {
        let (receivers, _) = cargo(&["run", "--bin", "linked", "--profile", profile]);
        assert!(receivers.contains(SILENT), "in profile {profile}: {receivers}");
    }
}

/// `duplicates` links two versions of `events`, which both define an event.
#[test]
fn two_versions_of_a_crate_define_an_event_twice() {
    let (findings, panic) = cargo(&["run", "--bin", "duplicates"]);
    let lines: Vec<&str> = findings.lines().collect();
    let [finding] = lines.as_slice() else { panic!("{findings}") };
    for part in [
        "type_duplicate: event type `com.example.library.loan.created.v1` is defined more than once: ",
        "`events::loans::LOAN_CREATED` at ",
        "events/src/loans.rs:",
        "events_next/src/lib.rs:",
        "several versions of crate `events`",
        "`cargo tree --duplicates`",
    ] {
        assert!(finding.contains(part), "{part}: {finding}");
    }
    assert!(panic.contains(finding), "{panic}");
    assert!(panic.contains("src/bin/duplicates.rs:"), "the panic is shown at the call: {panic}");
}
