use std::{fs, path::Path, process::Command};

use crate::{Folder, output_of, run};

const COMMANDS: [&str; 7] =
    ["list", "show", "generate-avro-schemas", "check", "encode", "decode", "parse-keys"];

#[test]
fn all_commands_are_listed_and_accept_underscores() {
    let help = run(&["--help"]);
    assert_eq!(help.code, 0);
    for command in COMMANDS {
        assert!(help.stdout.contains(&format!("\n  {command} ")), "{}", help.stdout);
        let spelled = command.replace('-', "_");
        assert_eq!(run(&[&spelled, "--help"]).stdout, run(&[command, "--help"]).stdout);
    }
    // Only the spelling with hyphens is listed.
    assert!(!help.stdout.contains("generate_avro_schemas"), "{}", help.stdout);
    assert!(help.stdout.contains("Exit codes:"), "{}", help.stdout);
}

#[test]
fn wrong_arguments_are_refused() {
    for arguments in [&[][..], &["nonsense"], &["list", "--yaml"], &["show"], &["generate-avro-schemas"]] {
        let ran = run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.stderr.contains("Usage:"), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn the_version_names_the_python_release() {
    let ran = run(&["--version"]);
    let expected = "openedx-events 0.1.0 (events of Python's openedx-events 11.2.0)\n";
    assert_eq!((ran.stdout.as_str(), ran.code), (expected, 0));
}

/// Runs the binary of the runtime crate, built with these options.
fn cargo_run(options: &[&str], arguments: &[&str]) -> crate::Ran {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["run", "--quiet", "--locked", "--package", "openedx-events", "--features", "cli"])
        .args(options)
        .args(["--bin", "openedx-events", "--"])
        .args(arguments)
        .current_dir(root);
    output_of(&mut command, b"")
}

#[test]
fn a_program_without_events_has_a_finding() {
    let ran = cargo_run(&["--no-default-features"], &["check"]);
    let expected = "no_event: this program has no events, because a crate's events are only linked if the program mentions \
                    the crate (help: `use my_events as _;`)\n";
    assert_eq!((ran.stdout.as_str(), ran.code), (expected, 1), "{}", ran.stderr);
}

/// The binary of the runtime crate contains only the catalogue and has no findings.
#[test]
fn the_binary_of_the_runtime_crate_runs() {
    let cargo = |arguments: &[&str]| cargo_run(&[], arguments);
    let ran = cargo(&["check"]);
    assert_eq!((ran.stdout.as_str(), ran.code), ("", 0), "{}", ran.stderr);
    // Warnings are not findings.
    let folder = Folder::new();
    let file = folder.path("settings.yml");
    fs::write(&file, "EVENT_BUS_PRODUCER: memory\n").unwrap();
    let ran = cargo(&["check", "--settings", file.to_str().unwrap()]);
    assert!(ran.stdout.starts_with("warning: producer_without_route: "), "{}", ran.stdout);
    assert_eq!((ran.stdout.lines().count(), ran.code), (1, 0), "{}", ran.stderr);
    let list = cargo(&["list"]).stdout;
    assert!(list.contains(" COURSE_ENROLLMENT_CREATED ") && !list.contains("BOOK_LENT"), "{list}");
}
