//! Each example prints what its transcript says.

use std::{path::Path, process::Command};

/// Runs an example as a user does, and compares its standard output.
fn replay(example: &str) {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--locked", "--package", env!("CARGO_PKG_NAME"), "--example", example])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("EVENTS_SERVICE_NAME", "examples")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{example} failed: {errors}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(example).join("transcript.txt");
    if std::env::var_os("UPDATE_TRANSCRIPTS").is_some() {
        std::fs::write(&path, &printed).unwrap();
    }
    let transcript = std::fs::read_to_string(&path).unwrap();
    assert!(printed == transcript, "{} differs from what was printed:\n{printed}", path.display());
}

#[test]
fn enrollment() {
    replay("01_enrollment");
}

#[test]
fn two_services() {
    replay("02_two_services");
}
