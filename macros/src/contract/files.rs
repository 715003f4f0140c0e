//! The files of contracts: where they are, and which minor version each is of.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use proc_macro2::Span;

/// A contract's file, whatever is in it.
pub(super) struct File {
    /// As in `schemas/com+example+learning+seat+taken+v1_schema.avsc`.
    pub(super) name: String,
    /// Absolute; `None` where it is no text.
    pub(super) path: Option<String>,
    /// `None` where the name says none.
    pub(super) minor_version: Option<u32>,
    /// What is in it, or why that cannot be read.
    pub(super) text: Result<String, String>,
}

/// The folder beside `Cargo.toml`.
const FOLDER: &str = "schemas";

/// The files for `event_type`, which is written at `span`.
pub(super) fn find(event_type: &str, span: Span) -> Result<Vec<File>, String> {
    let is_safe = |one: char| one.is_ascii_alphanumeric() || matches!(one, '.' | '_' | '-');
    let package = package_folder(span);
    let Some(folder) =
        package.map(|package| package.join(FOLDER)).filter(|_| event_type.chars().all(is_safe))
    else {
        return Ok(Vec::new());
    };
    let prefix = format!("{}_schema.", event_type.replace('.', "+"));
    let unreadable = |error: io::Error| format!("folder `{FOLDER}` of contracts cannot be read: {error}");
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let name = entry.map_err(unreadable)?.file_name();
        let Some(end) = name.to_str().and_then(|name| name.strip_prefix(&prefix)) else { continue };
        // `avsc` or `1.avsc`; a copy that an editor made ends in something else.
        if let Some(version) = end.strip_suffix("avsc") {
            files.push(read(&folder, &format!("{prefix}{end}"), version));
        }
    }
    files.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(files)
}

fn read(folder: &Path, name: &str, version: &str) -> File {
    let path = folder.join(name);
    let text = fs::read_to_string(&path).map_err(|error| error.to_string());
    File {
        name: format!("{FOLDER}/{name}"),
        path: path.to_str().map(str::to_owned),
        minor_version: minor_version(version),
        text,
    }
}

/// Nothing is minor version 0, `1.` is 1; there is no `0.` and no `01.`.
fn minor_version(text: &str) -> Option<u32> {
    match text.strip_suffix('.') {
        None => text.is_empty().then_some(0),
        Some(digits) => {
            let number = digits.parse().ok().filter(|number| *number > 0)?;
            (digits == u32::to_string(&number)).then_some(number)
        }
    }
}

/// The folder of the nearest `Cargo.toml` above the file in which the attribute stands; where the compiler
/// does not tell which that is, the package that is compiled.
fn package_folder(span: Span) -> Option<PathBuf> {
    // In tests of this crate there is no compiler to ask.
    let file = proc_macro::is_available().then(|| span.unwrap().local_file()).flatten();
    let file = file.and_then(|file| std::path::absolute(file).ok());
    let nearest = file.and_then(|file| {
        file.ancestors().skip(1).find(|folder| folder.join("Cargo.toml").is_file()).map(Path::to_owned)
    });
    nearest.or_else(|| env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from))
}

#[cfg(test)]
mod tests {
    use super::minor_version;

    #[test]
    fn a_minor_version_is_written_in_one_way() {
        let versions = ["", "1.", "12.", "0.", "01.", "x.", "+1.", "1"].map(minor_version);
        assert_eq!(versions, [Some(0), Some(1), Some(12), None, None, None, None, None]);
    }
}
