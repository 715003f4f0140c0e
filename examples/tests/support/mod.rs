//! Runs examples as a user does.

use std::{env, process::Command};

/// Prepares `cargo run` for an example.
pub(crate) fn run(example: &str, args: &[&str]) -> Command {
    cargo_run(&["--package", env!("CARGO_PKG_NAME"), "--example", example], args)
}

/// Prepares `cargo run` with these options and arguments.
pub(crate) fn cargo_run(options: &[&str], args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--locked"]).args(options).arg("--").args(args);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    // Remove the variables that cargo sets for this test. The build script of `ring` watches them, so everything that
    // depends on it would be rebuilt.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Returns the output of an example.
pub(crate) fn printed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
