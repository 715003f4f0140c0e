//! Contracts: published schemas that the definitions of events must follow.
//!
//! `schemas/com+example+learning+seat+taken+v1_schema.avsc` next to a crate's `Cargo.toml` is the contract of
//! `com.example.learning.seat.taken.v1` at minor version 0, and `…_schema.1.avsc` is its contract at minor version 1.
//! [`#[event]`](crate::event) compares an event with its contracts, and an event that breaks one does not compile. This
//! module finds what a compilation cannot see: events without a contract, contracts without an event, and contracts that
//! were changed.
//!
//! Cargo notices when a contract is changed or deleted, but not when one is added: a new contract is compared when cargo
//! next compiles the crate for another reason. [`testing::assert_contracts`](crate::testing::assert_contracts) compares it at
//! once, and so does cargo if a build script calls `println!("cargo::rerun-if-changed=schemas");`.

// This folder uses the registry and event definitions. The tests' helpers and the command line use it.

mod finding;
mod git;
#[cfg(feature = "cli")]
pub(crate) mod program;

use std::{
    cmp::Ordering,
    env, fs, io,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};

use crate::{event::EventDefinition, registry};

pub use finding::ContractFinding;

/// The folder of the contracts, next to `Cargo.toml`.
const FOLDER: &str = "schemas";

/// Returns a finding for each event of the program that has no contract for its minor version. Local-only events without a
/// schema are left out.
///
/// ```standalone_crate
/// // All of Open edX's own events have one.
/// assert!(openedx_events::contracts::missing().is_empty());
/// ```
#[must_use]
pub fn missing() -> Vec<ContractFinding> {
    let folder = env::current_dir().unwrap_or_default();
    registry::events().filter_map(|event| without_contract(event, &folder)).collect()
}

/// Compares the contracts of a package with the events of the program. Returns a finding for each event of the package
/// without a contract, each contract without an event, and each contract that an event breaks.
///
/// `package` is the folder of the package's `Cargo.toml`: `env!("CARGO_MANIFEST_DIR")`.
///
/// # Errors
///
/// If a contract cannot be read.
pub fn in_package(package: impl AsRef<Path>) -> io::Result<Vec<ContractFinding>> {
    let package = std::path::absolute(package)?;
    let of_package = registry::events().filter(|event| is_defined_in(event, &package));
    let mut findings: Vec<_> = of_package.filter_map(|event| without_contract(event, &package)).collect();
    for file in files(&package)? {
        let contract = fs::read_to_string(package.join(&file))?;
        if let Some((event, minor_version)) = is_contract_of(&file)
            && minor_version == event.minor_version()
        {
            // The contract was written after the event was compiled.
            findings.retain(|finding| !finding.is_missing(event));
        }
        findings.extend(compare(&file, &contract));
    }
    Ok(findings)
}

/// Returns a finding for each contract of the package in the folder `package` that was changed or deleted since the git
/// revision `revision`, such as `origin/main`. New contracts, and changes that leave the JSON value the same, are fine.
///
/// # Errors
///
/// If git is not installed, if `revision` is not a revision, or if a contract cannot be read.
pub fn changed_since(package: impl AsRef<Path>, revision: &str) -> io::Result<Vec<ContractFinding>> {
    let package = package.as_ref();
    let commit = git::commit(package, revision)?;
    let mut findings = Vec::new();
    for file in git::files(package, &commit, FOLDER)? {
        if !is_contract(&file) {
            continue;
        }
        let now = match fs::read(package.join(&file)) {
            Ok(now) => now,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                findings.push(ContractFinding::Deleted { file, revision: revision.to_owned() });
                continue;
            }
            Err(error) => return Err(error),
        };
        let then = git::content(package, &commit, &file)?;
        if now != then && json(&now).is_none_or(|now| Some(now) != json(&then)) {
            findings.push(ContractFinding::Changed { file, revision: revision.to_owned() });
        }
    }
    Ok(findings)
}

fn json(bytes: &[u8]) -> Option<Value> {
    serde_json::from_slice(bytes).ok()
}

/// Returns a finding if the event has no contract. `folder` is a folder in the event's workspace.
fn without_contract(event: &'static EventDefinition, folder: &Path) -> Option<ContractFinding> {
    let has_contract = event.contracts().contains(&event.minor_version());
    (!has_contract && event.has_schema()).then(|| {
        let mut files = packages(event, folder).map(|package| package.join(FOLDER).join(file_name(event)));
        let file = files.find(|file| file.is_file());
        ContractFinding::Missing { event, file }
    })
}

/// Returns the file name of the contract for the event's minor version.
pub(crate) fn file_name(event: &EventDefinition) -> String {
    let name = event.event_type().replace('.', "+");
    match event.minor_version() {
        0 => format!("{name}_schema.avsc"),
        minor => format!("{name}_schema.{minor}.avsc"),
    }
}

/// Lists the contracts of a package, sorted by name, as paths relative to its folder. They have `/`, like git's.
fn files(package: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(package.join(FOLDER)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut files = Vec::new();
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        files.extend(is_contract(&name).then(|| format!("{FOLDER}/{name}")));
    }
    files.sort_unstable();
    Ok(files)
}

fn is_contract(file: &str) -> bool {
    Path::new(file).extension().is_some_and(|end| end == "avsc")
}

/// Returns the event and the minor version of a contract: version 1 for
/// `schemas/com+example+learning+seat+taken+v1_schema.1.avsc`.
fn is_contract_of(file: &str) -> Option<(&'static EventDefinition, u32)> {
    let name = file.strip_prefix(FOLDER)?.strip_prefix('/')?.strip_suffix(".avsc")?;
    let (mangled, minor_version) = match name.strip_suffix("_schema") {
        Some(mangled) => (mangled, 0),
        None => {
            let (mangled, digits) = name.rsplit_once("_schema.")?;
            let minor_version: u32 = digits.parse().ok().filter(|number| *number > 0)?;
            (mangled, (minor_version.to_string() == digits).then_some(minor_version)?)
        }
    };
    Some((registry::get(&mangled.replace('+', "."))?, minor_version))
}

/// Returns a finding if the event breaks the contract. The next compilation shows where.
fn compare(file: &str, contract: &str) -> Option<ContractFinding> {
    let file = file.to_owned();
    let Some((event, minor_version)) = is_contract_of(&file) else {
        return Some(ContractFinding::WithoutEvent { file });
    };
    // A local-only event without an Avro schema breaks any contract.
    let schema = event.schema_string().unwrap_or_default();
    let schemas = json(contract.as_bytes()).zip(json(schema.as_bytes()));
    let records = schemas.and_then(|(contract, schema)| fields_apart(contract).zip(fields_apart(schema)));
    let is_kept = records.is_some_and(|((old, old_fields), (new, new_fields))| {
        let is_successor = match minor_version.cmp(&event.minor_version()) {
            Ordering::Less => new_fields.starts_with(&old_fields),
            Ordering::Equal => new_fields == old_fields,
            Ordering::Greater => false,
        };
        is_successor && old == new
    });
    (!is_kept).then_some(ContractFinding::Broken { event, file })
}

/// Splits the schema of a record into its attributes and its fields.
fn fields_apart(schema: Value) -> Option<(Map<String, Value>, Vec<Value>)> {
    let Value::Object(mut record) = plain(schema) else { return None };
    let Value::Array(fields) = record.remove("fields")? else { return None };
    Some((record, fields))
}

/// Removes documentation from a schema, and replaces `{"type": "string"}` by `"string"`.
fn plain(schema: Value) -> Value {
    match schema {
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Object(mut object) => {
            object.remove("doc");
            match object.remove("type") {
                Some(only) if object.is_empty() => plain(only),
                ty => {
                    object.extend(ty.map(|ty| ("type".to_owned(), ty)));
                    object.into_iter().map(|(key, value)| (key, plain(value))).collect()
                }
            }
        }
        scalar => scalar,
    }
}

fn is_defined_in(event: &EventDefinition, package: &Path) -> bool {
    if is_generated(event, package) {
        return has_crate(package, event.module_path().split("::").next().unwrap_or_default());
    }
    packages(event, package).any(|nearest| nearest == package)
}

/// Returns whether a build script wrote the file of the event to a target folder.
fn is_generated(event: &EventDefinition, package: &Path) -> bool {
    sources(event, package).any(|source| {
        let below = source.ancestors().skip(1).take_while(|folder| !folder.join("Cargo.toml").is_file());
        below.into_iter().any(is_target)
    })
}

/// Returns whether cargo uses the folder for its output. Cargo writes the first file into each target folder, and the second only
/// into one that it created itself. The macros have the same function.
fn is_target(folder: &Path) -> bool {
    [".rustc_info.json", "CACHEDIR.TAG"].iter().any(|file| folder.join(file).is_file())
}

/// Returns whether the package in the folder has a crate of this name: its own, or one with a name of its own.
fn has_crate(package: &Path, name: &str) -> bool {
    let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap_or_default();
    let names =
        manifest.lines().filter_map(|line| line.trim().strip_prefix("name")?.trim_start().strip_prefix('='));
    names.into_iter().any(|value| value.trim().trim_matches(['"', '\'']).replace('-', "_") == name)
}

/// Returns the folders that may hold the package that defines the event. Each is the folder of the nearest `Cargo.toml` above
/// the event's file.
fn packages(event: &EventDefinition, folder: &Path) -> impl Iterator<Item = PathBuf> {
    sources(event, folder).filter_map(|source| {
        source.ancestors().skip(1).find(|folder| folder.join("Cargo.toml").is_file()).map(PathBuf::from)
    })
}

/// Returns the files that may be the event's. Its path is relative to `folder` or to a folder above it.
fn sources(event: &EventDefinition, folder: &Path) -> impl Iterator<Item = PathBuf> {
    // Cargo passes the compiler a path relative to the workspace's folder, which is the package's folder or one above it.
    folder.ancestors().map(|above| above.join(event.file())).filter(|source| source.is_file())
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::is_target;

    #[test]
    fn either_file_of_cargo_marks_a_target_folder() {
        let folder = env::temp_dir().join(format!("openedx-events-target-{}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        assert!(!is_target(&folder));
        for file in ["CACHEDIR.TAG", ".rustc_info.json"] {
            fs::write(folder.join(file), "").unwrap();
            assert!(is_target(&folder), "{file}");
            fs::remove_file(folder.join(file)).unwrap();
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
