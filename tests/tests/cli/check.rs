use std::{fs, path::Path, process::Command};

use crate::{Folder, Ran, output_of, run, service};

#[test]
fn each_finding_is_a_line() {
    let ran = run(&["check", "--package", "src"]);
    let starts = [
        "warning: field_no_payload: data key `previous` of `com.example.library.book.lent.v1` at tests/src/bin/service.rs:",
        "warning: field_no_payload: data key `shelf` of `com.example.library.book.lent.v1` at tests/src/bin/service.rs:",
        "contract_missing: event type `com.example.library.book.lent.v1` at tests/src/bin/service.rs:",
        "contract_missing: event type `com.example.library.book.returned.v1` at tests/src/bin/service.rs:",
        "contract_missing: event type `com.example.library.door.closed.v1` at tests/src/bin/service.rs:",
    ];
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), starts.len(), "{lines:?}");
    for (line, start) in lines.iter().zip(starts) {
        assert!(line.starts_with(start), "{line}");
    }
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
}

#[test]
fn unknown_and_changed_contracts_are_findings() {
    let package = env!("CARGO_MANIFEST_DIR");
    let ran = run(&["check", "--package", package, "--against", "HEAD"]);
    assert!(
        ran.stdout.lines().any(|line| line.starts_with("contract_without_event: schemas/")),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("contract_changed"), "{}", ran.stdout);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));

    let ran = run(&["check", "--package", package, "--against", "no-such-revision"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("no-such-revision"), "{}", ran.stderr);
}

#[test]
fn the_contracts_of_the_members_are_checked_in_the_folder_of_a_workspace() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let ran = output_of(service().args(["check", "--against", "HEAD"]).current_dir(root), b"");
    let line = ran.stdout.lines().find(|line| line.starts_with("contract_without_event: "));
    let line = line.unwrap_or_else(|| panic!("{}{}", ran.stdout, ran.stderr));
    assert!(line.starts_with("contract_without_event: tests/schemas/com+example+shop+parcel+"), "{line}");
    assert!(!ran.stdout.contains("contract_changed"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("org.openedx"), "{}", ran.stdout);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
}

/// A copy of the folders of this workspace, with a contract that did not exist when the program was compiled.
#[test]
fn a_contract_newer_than_the_program_is_reported_as_newer() {
    let folder = Folder::new();
    for below in ["tests/src/bin", "tests/schemas", "other"] {
        fs::create_dir_all(folder.path(below)).unwrap();
    }
    let contract = "tests/schemas/com+example+library+book+returned+v1_schema.avsc";
    for file in ["tests/Cargo.toml", "tests/src/bin/service.rs", "other/Cargo.toml", contract] {
        fs::write(folder.path(file), "").unwrap();
    }
    let other = folder.path("other");
    let ran = run(&["check", "--package", other.to_str().unwrap()]);
    let line =
        ran.stdout.lines().find(|line| line.contains("book.returned.v1` at tests/src/bin/service.rs:"));
    let line = line.expect("a finding");
    assert!(line.starts_with("contract_missing: ") && line.contains("was compiled before "), "{line}");
    assert!(line.contains(contract) && line.contains("`touch tests/src/bin/service.rs`"), "{line}");
    let lent = ran
        .stdout
        .lines()
        .find(|line| line.starts_with("contract_missing: ") && line.contains("book.lent.v1`"));
    assert!(lent.is_some_and(|line| line.contains(" has no contract for ")), "{}", ran.stdout);
    assert_eq!(ran.code, 1);
}

#[test]
fn a_duplicate_type_is_a_finding_and_stops_other_commands() {
    let run = |arguments: &[&str]| -> Ran {
        output_of(Command::new(env!("CARGO_BIN_EXE_service_with_duplicates")).args(arguments), b"")
    };
    let found = run(&["check"]);
    assert_eq!((found.code, found.stderr.as_str()), (1, ""));
    let start =
        "type_duplicate: event type `com.example.lottery.number.drawn.v1` is defined more than once: ";
    assert!(found.stdout.starts_with(start) && found.stdout.lines().count() == 1, "{}", found.stdout);

    for arguments in
        [&["list"][..], &["show", "NUMBER_DRAWN"], &["encode"], &["generate-avro-schemas", "--all"]]
    {
        let ran = run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        assert_eq!(ran.stderr, format!("error: {}", found.stdout), "{arguments:?}");
    }
}

#[test]
fn a_package_that_does_not_exist_is_refused() {
    let ran = run(&["check", "--package", "no-such-folder"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("the folder does not exist"), "{}", ran.stderr);
}
