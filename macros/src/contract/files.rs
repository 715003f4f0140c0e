//! Finds the files of contracts, and the minor version of each.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use proc_macro2::Span;

/// The file of a contract, which may be unreadable.
pub(super) struct ContractFile {
    /// Such as `schemas/com+example+learning+seat+taken+v1_schema.avsc`.
    pub(super) name: String,
    /// The absolute path; `None` if it is not UTF-8.
    pub(super) path: Option<String>,
    /// `None` if the name does not end in one.
    pub(super) minor_version: Option<u32>,
    /// The content, or the reason why it cannot be read.
    pub(super) text: Result<String, String>,
}

/// The folder next to `Cargo.toml`.
const FOLDER: &str = "schemas";

/// Finds the files for `event_type`; `span` is its position in the source.
pub(super) fn find(event_type: &str, span: Span) -> Result<Vec<ContractFile>, String> {
    let is_safe = |one: char| one.is_ascii_alphanumeric() || matches!(one, '.' | '_' | '-');
    let package = package_folder(span);
    let Some(folder) =
        package.map(|package| package.join(FOLDER)).filter(|_| event_type.chars().all(is_safe))
    else {
        return Ok(Vec::new());
    };
    let prefix = format!("{}_schema.", event_type.replace('.', "+"));
    let unreadable = |error: io::Error| format!("the contracts in folder `{FOLDER}` cannot be read: {error}");
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let name = entry.map_err(unreadable)?.file_name();
        let Some(end) = name.to_str().and_then(|name| name.strip_prefix(&prefix)) else { continue };
        // `avsc` or `1.avsc`; backup copies of editors end differently.
        if let Some(version) = end.strip_suffix("avsc") {
            files.push(read(&folder, &format!("{prefix}{end}"), version));
        }
    }
    files.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(files)
}

fn read(folder: &Path, name: &str, version: &str) -> ContractFile {
    let path = folder.join(name);
    let text = fs::read_to_string(&path).map_err(|error| error.to_string());
    ContractFile {
        name: format!("{FOLDER}/{name}"),
        path: path.to_str().map(str::to_owned),
        minor_version: minor_version(version),
        text,
    }
}

/// Parses the text between the event type and `avsc`: an empty string is minor version 0, and `1.` is 1. `0.` and `01.`
/// are invalid.
fn minor_version(text: &str) -> Option<u32> {
    match text.strip_suffix('.') {
        None => text.is_empty().then_some(0),
        Some(digits) => {
            let number = digits.parse().ok().filter(|number| *number > 0)?;
            (digits == u32::to_string(&number)).then_some(number)
        }
    }
}

/// Returns the folder of the nearest `Cargo.toml` above the source file of the attribute. If the compiler does not know
/// that file, returns the folder of the package that it compiles.
fn package_folder(span: Span) -> Option<PathBuf> {
    // Unit tests run without a compiler.
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
    fn a_minor_version_has_one_form() {
        let versions = ["", "1.", "12.", "0.", "01.", "x.", "+1.", "1"].map(minor_version);
        assert_eq!(versions, [Some(0), Some(1), Some(12), None, None, None, None, None]);
    }
}
