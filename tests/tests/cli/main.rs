//! The command line of a service: `src/bin/service.rs`.

mod bus;
mod check;
mod encode_decode;
mod generate_avro_schemas;
mod help;
mod joined;
mod list;
mod parse_keys;
mod streams;

use std::{
    env, fs,
    path::PathBuf,
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use openedx_events_tests::running::{Ran, Running};

fn service() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_service"));
    command.env_remove("RUST_LOG");
    command
}

/// Runs the binary with empty input.
fn run(arguments: &[&str]) -> Ran {
    feed(arguments, "")
}

/// Runs the binary with `input` on standard input.
fn feed(arguments: &[&str], input: impl AsRef<[u8]>) -> Ran {
    output_of(service().args(arguments), input.as_ref())
}

fn output_of(command: &mut Command, input: &[u8]) -> Ran {
    Running::start(command, input).end(Duration::from_mins(1))
}

/// A folder for a test, which is removed when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{number}"));
        if path.exists() {
            fs::remove_dir_all(&path).unwrap();
        }
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Returns the sorted names of the files in its subfolder `name`.
    fn names(&self, name: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(name)).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort_unstable();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}
