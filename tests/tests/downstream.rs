//! `tests/downstream`: a project outside this workspace, as a user would write it.
//!
//! Clippy checks it with the strictest lints, and it runs in both profiles. `tests/all/linkers.sh` covers other linkers, codegen
//! units and link-time optimization.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Once,
};

use serde_json::Value;

/// The output of `service`: `event_type order module::receiver`. The receivers of an event are in the order in which they run:
/// by `order`, then by crate, module and position.
const RECEIVERS: &str = "\
com.example.library.book.returned.v1    0 service::shadow::note
com.example.library.book.returned.v1    1 service::returns::signals::thank
com.example.library.desk.opened.v1    0 handlers_b::count
com.example.library.loan.created.v1  -10 handlers_a::first
com.example.library.loan.created.v1    0 handlers_a::notify
com.example.library.loan.created.v1    0 handlers_a::branch
com.example.library.loan.created.v1    0 handlers_b::notify
com.example.library.loan.created.v1    5 handlers_a::count
com.example.library.loan.ended.v1    0 handlers_b::inspect
com.example.library.loan.ended.v1    5 handlers_a::count
com.example.library.secret.bared.v1    0 events::bare::receive
com.example.library.secret.bared.v1    0 events::bare::ignore
org.openedx.learning.course.enrollment.changed.v1    0 handlers_a::learning::reserve_books
org.openedx.learning.course.enrollment.created.v1    0 handlers_a::learning::reserve_books
org.openedx.learning.course.enrollment.created.v1    1 handlers_b::greet
all receivers are as expected
";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("downstream")
}

/// Runs cargo in the project and returns standard output and standard error.
fn cargo(arguments: &[&str]) -> (String, String) {
    // Use the versions of this workspace, which are already on this machine.
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

/// This is a single test, because cargo locks the target folder anyway.
#[test]
fn an_outside_project_builds_without_warnings_and_runs() {
    // This includes the crates of this workspace, which are dependencies here.
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

/// The static of an event repeats the documentation of the struct, and the builder's methods repeat the documentation of the
/// fields.
#[test]
fn examples_in_the_documentation_run_once() {
    let (output, _) = cargo(&["test", "--doc", "--package", "events"]);
    assert!(output.contains("test result: ok. 2 passed;"), "{output}");
}

/// `service` depends on `handlers_silent` but does not mention it, so its receivers are missing. `linked` contains
/// `use handlers_silent as _;`.
#[test]
fn a_crate_is_linked_if_it_is_mentioned() {
    const SILENT: &str = "handlers_silent::silent\n";
    assert!(!RECEIVERS.contains(SILENT));
    for profile in ["dev", "release"] {
        let (receivers, _) = cargo(&["run", "--bin", "linked", "--profile", profile]);
        assert!(receivers.contains(SILENT), "in profile {profile}: {receivers}");
    }
}

/// `duplicates` links two versions of `events`, which both define the same event.
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
    assert!(panic.contains("src/bin/duplicates.rs:"), "the panic points at the call: {panic}");
}
