//! Contracts at a git revision.

use std::{io, path::Path, process::Command};

/// Returns the commit that `revision` names.
pub(super) fn commit(folder: &Path, revision: &str) -> io::Result<String> {
    // Git would take a name that begins with `-` for an option.
    if revision.starts_with('-') {
        return Err(io::Error::other(format!("`{revision}` is not a git revision")));
    }
    let commit = git(folder, &["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")])
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => error,
            _ => io::Error::other(format!("`{revision}` is not a git revision of {}", folder.display())),
        })?;
    Ok(String::from_utf8_lossy(&commit).trim().to_owned())
}

/// Lists the files in `under` at the commit, as paths relative to `folder`.
pub(super) fn files(folder: &Path, commit: &str, under: &str) -> io::Result<Vec<String>> {
    let names = git(folder, &["ls-tree", "-z", "--name-only", commit, "--", &format!("{under}/")])?;
    let names = names.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    Ok(names.map(|name| String::from_utf8_lossy(name).into_owned()).collect())
}

/// Reads a file at the commit.
pub(super) fn content(folder: &Path, commit: &str, file: &str) -> io::Result<Vec<u8>> {
    git(folder, &["show", &format!("{commit}:./{file}")])
}

fn git(folder: &Path, arguments: &[&str]) -> io::Result<Vec<u8>> {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output();
    let output = output.map_err(|error| io::Error::new(error.kind(), format!("cannot run git: {error}")))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let why = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!("git {} failed: {}", arguments[0], why.trim())))
}
