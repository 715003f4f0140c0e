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
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use serde_json::Value;

/// The result of a run.
#[derive(Debug)]
struct Ran {
    stdout: String,
    stderr: String,
    code: i32,
}

impl Ran {
    /// Parses the lines of standard output as JSON.
    fn json_lines(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

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
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = thread::scope(|scope| {
        // Both pipes are small: writing everything before reading would deadlock.
        scope.spawn(move || {
            // A command that reads no input may have ended.
            let _ = stdin.write_all(input);
        });
        child.wait_with_output().unwrap()
    });
    Ran {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap(),
    }
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

    /// Returns the path of `name` in the folder.
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
