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

/// Why the contracts cannot be read, and what to do about it.
pub(super) struct NotFound {
    pub(super) what: String,
    pub(super) help: &'static str,
}

/// Finds the files for `event_type`; `span` is its position in the source.
pub(super) fn find(event_type: &str, span: Span) -> Result<Vec<ContractFile>, NotFound> {
    let is_safe = |one: char| one.is_ascii_alphanumeric() || matches!(one, '.' | '_' | '-');
    if !event_type.chars().all(is_safe) {
        return Ok(Vec::new());
    }
    let Some(package) = package_folder(span) else {
        return Err(NotFound {
            what: format!(
                "the contracts of event type `{event_type}` cannot be found: there is no `Cargo.toml` above this file, and \
                 `CARGO_MANIFEST_DIR` is not set"
            ),
            help: "set the variable to the folder that contains `schemas`, as cargo does, or to any other folder if you have no \
                   contracts",
        });
    };
    let folder = package.join(FOLDER);
    let prefix = format!("{}_schema.", event_type.replace('.', "+"));
    let unreadable = |error: io::Error| NotFound {
        what: format!("the contracts in folder `{FOLDER}` cannot be read: {error}"),
        help: "make the folder readable",
    };
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

/// Returns the folder of the package that the source file of the attribute belongs to. If no package has that file, for example
/// because a build script wrote it, returns the folder of the package that is compiled.
fn package_folder(span: Span) -> Option<PathBuf> {
    // Unit tests run without a compiler.
    let file = proc_macro::is_available().then(|| span.unwrap().local_file()).flatten();
    let file = file.and_then(|file| std::path::absolute(file).ok());
    file.and_then(|file| package_of(&file)).or_else(|| folder_variable("CARGO_MANIFEST_DIR"))
}

/// Reads a folder from a variable of cargo. Build tools that imitate cargo may set a relative path.
fn folder_variable(name: &str) -> Option<PathBuf> {
    let folder = env::var_os(name).filter(|folder| !folder.is_empty())?;
    std::path::absolute(folder).ok()
}

/// Returns the folder of the nearest `Cargo.toml` above a file, unless the file was generated or the `Cargo.toml` is only that of
/// a workspace.
fn package_of(file: &Path) -> Option<PathBuf> {
    if folder_variable("OUT_DIR").is_some_and(|out| file.starts_with(out)) {
        return None;
    }
    for folder in file.ancestors().skip(1) {
        if folder.join("Cargo.toml").is_file() {
            return is_package(folder).then(|| folder.to_owned());
        }
        if is_target(folder) {
            return None;
        }
    }
    None
}

/// Returns whether cargo uses the folder for its output. Cargo writes the first file into each target folder, and the second only
/// into one that it created itself. The runtime has the same function.
fn is_target(folder: &Path) -> bool {
    [".rustc_info.json", "CACHEDIR.TAG"].iter().any(|file| folder.join(file).is_file())
}

fn is_package(folder: &Path) -> bool {
    // Cargo itself reports an unreadable manifest.
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    let is_header = |line: &str| {
        let name = line.trim_start().trim_start_matches('[').trim_start();
        name.strip_prefix("package").is_some_and(|rest| rest.trim_start().starts_with([']', '.', '=']))
    };
    manifest.lines().any(is_header)
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::{minor_version, package_of};

    #[test]
    fn a_file_below_a_target_folder_belongs_to_no_package() {
        let package = env::temp_dir().join(format!("openedx-events-macros-target-{}", process::id()));
        let out = package.join("target/debug");
        fs::create_dir_all(&out).unwrap();
        fs::write(package.join("Cargo.toml"), "[package]\n").unwrap();
        let file = out.join("events.rs");
        assert_eq!(package_of(&file).as_ref(), Some(&package));
        for mark in ["CACHEDIR.TAG", ".rustc_info.json"] {
            let mark = package.join("target").join(mark);
            fs::write(&mark, "").unwrap();
            assert_eq!(package_of(&file), None, "{}", mark.display());
            fs::remove_file(mark).unwrap();
        }
        fs::remove_dir_all(package).unwrap();
    }

    #[test]
    fn a_minor_version_has_one_form() {
        let versions = ["", "1.", "12.", "0.", "01.", "x.", "+1.", "1"].map(minor_version);
        assert_eq!(versions, [Some(0), Some(1), Some(12), None, None, None, None, None]);
    }
}
