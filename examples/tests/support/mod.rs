//! Examples, run as a user does.

use std::{env, process::Command};

/// `cargo run --example` with the name of an example.
pub(crate) fn run(example: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["run", "--quiet", "--locked", "--package", env!("CARGO_PKG_NAME"), "--example", example, "--"])
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    // What cargo says to this test about its package. The build script of `ring` watches such variables, and everything
    // above it would be built again.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// What an example prints.
pub(crate) fn printed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
