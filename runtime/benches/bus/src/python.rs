//! The Python implementation, as the interop tests install it.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::Result;

/// The Python release whose figures are in `BENCHMARKS.md`.
const RELEASE: &str = "11.2.0";

/// Returns the Python interpreter that has this release installed, if there is one.
pub(crate) fn find_python() -> Result<Option<PathBuf>> {
    let script = Command::new("bash")
        .arg(root().join("tests/interop/install.sh"))
        .arg(root().join("target/interop"))
        .stderr(Stdio::inherit())
        .output()?;
    if !script.status.success() {
        return Err("cannot install the Python implementation; `--without-python` skips it".into());
    }
    let lines = String::from_utf8(script.stdout)?;
    let mut installed = lines.lines().filter_map(|line| line.split_once('\t'));
    Ok(installed.find(|(release, _)| *release == RELEASE).map(|(_, python)| python.into()))
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}
