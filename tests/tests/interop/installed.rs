//! The installed releases of the Python implementation.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// A release of openedx-events, installed with its buses.
pub(crate) struct Python {
    pub(crate) release: String,
    pub(crate) program: PathBuf,
}

pub(crate) fn each(test: impl Fn(&Python)) {
    static INSTALLED: OnceLock<Result<Vec<Python>, String>> = OnceLock::new();
    let installed = INSTALLED.get_or_init(install).as_ref().unwrap_or_else(|error| panic!("{error}"));
    if installed.is_empty() {
        // Output of `println!` is hidden if a test passes.
        let _ = writeln!(io::stderr(), "interop: NOT TESTED with Python, because of OFFLINE=1");
    }
    for python in installed {
        println!("with openedx-events {}", python.release);
        test(python);
    }
}

/// Returns the folder of the scripts.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("interop")
}

fn install() -> Result<Vec<Python>, String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder");
    let script = Command::new("bash")
        .arg(folder().join("install.sh"))
        .arg(target.join("interop"))
        .output()
        .map_err(|error| format!("cannot run `bash`: {error}"))?;
    let said = String::from_utf8_lossy(&script.stderr);
    let _ = io::stderr().write_all(said.as_bytes());
    if !script.status.success() {
        return Err(format!("cannot install the Python implementation:\n{said}"));
    }
    let lines = String::from_utf8_lossy(&script.stdout);
    let line = |line: &str| {
        let (release, program) =
            line.split_once('\t').ok_or(format!("expected a release and a program: {line}"))?;
        Ok(Python { release: release.to_owned(), program: program.into() })
    };
    lines.lines().map(line).collect()
}
