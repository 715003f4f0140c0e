//! An event is compared with the contracts of its package, wherever its file is. It is an error if the contracts cannot be found.

use std::{
    collections::BTreeMap,
    env, fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// Stands between cargo and the compiler. Other build tools set fewer variables, or relative paths.
const WRAPPER: &str = r#"#!/bin/sh
case "$*" in
    *"--crate-name bare "*) unset CARGO_MANIFEST_DIR ;;
    *"--crate-name relative"*) export CARGO_MANIFEST_DIR=. ;; # cargo starts the compiler there
esac
exec "$@"
"#;

const BUILD_SCRIPT: &str = r#"fn main() {
    let out = std::path::PathBuf::from(std::env::var_os("OUT_DIR").unwrap());
    std::fs::copy("event.rs", out.join("event.rs")).unwrap();
}
"#;

fn source(package: &str) -> String {
    format!(
        "/// Sent when a seat is taken.\n#[openedx_events::event(type = \"com.example.learning.{package}.seat.taken.v1\", name = \
         \"SEAT_TAKEN\")]\npub struct SeatTaken {{\n    /// The row.\n    pub row: i64,\n}}\n"
    )
}

/// A workspace, and a folder outside of it and of any package.
struct Workspace {
    root: PathBuf,
    outside: PathBuf,
    members: Vec<String>,
}

impl Workspace {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        let (root, outside) = (folder.join("workspace"), folder.join("outside"));
        fs::create_dir_all(&root).unwrap();
        fs::create_dir_all(&outside).unwrap();
        Self { root, outside, members: Vec::new() }
    }

    /// Adds a package whose event has the contract's data key `key`. Returns its folder.
    fn member(&mut self, name: &str, library: &Path, key: &str) -> PathBuf {
        let folder = self.root.join(name);
        fs::create_dir_all(folder.join("schemas")).unwrap();
        let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime").canonicalize().unwrap();
        let (library, runtime) = (library.display().to_string(), runtime.display().to_string());
        let manifest = format!(
            "[package]\nname = \"{name}\"\nedition = \"2024\"\n\n[lib]\npath = {library:?}\n\n[dependencies]\nopenedx-events = {{ \
             path = {runtime:?} }}\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        let event_type = format!("com.example.learning.{name}.seat.taken.v1");
        let contract = serde_json::json!({
            "doc": "Avro Event Format for CloudEvents created with openedx_events/schema",
            "name": "CloudEvent", "namespace": event_type, "type": "record",
            "fields": [{"name": key, "type": "long"}],
        });
        let file = format!("schemas/{}_schema.avsc", event_type.replace('.', "+"));
        fs::write(folder.join(file), contract.to_string()).unwrap();
        self.members.push(name.to_owned());
        folder
    }

    /// Adds a package whose build script writes its event to a target folder.
    fn generated_member(&mut self, name: &str, key: &str) -> PathBuf {
        let folder = self.member(name, Path::new("lib.rs"), key);
        fs::write(folder.join("event.rs"), source(name)).unwrap();
        fs::write(folder.join("build.rs"), BUILD_SCRIPT).unwrap();
        fs::write(folder.join("lib.rs"), "include!(concat!(env!(\"OUT_DIR\"), \"/event.rs\"));\n").unwrap();
        folder
    }

    /// Writes the files of the workspace. Returns a command of cargo in it.
    fn cargo(&self) -> Command {
        fs::write(
            self.root.join("Cargo.toml"),
            format!("[workspace]\nresolver = \"3\"\nmembers = {:?}\n", self.members),
        )
        .unwrap();
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for file in ["Cargo.lock", "rust-toolchain.toml"] {
            fs::copy(project.join(file), self.root.join(file)).unwrap();
        }
        let wrapper = self.root.join("wrapper");
        fs::write(&wrapper, WRAPPER).unwrap();
        fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = Command::new(env!("CARGO"));
        command
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("downstream"))
            .env("RUSTC_WORKSPACE_WRAPPER", wrapper)
            .env_remove("RUSTFLAGS");
        command
    }

    /// Returns the errors by package.
    fn check(&self) -> BTreeMap<String, Vec<String>> {
        let output = self
            .cargo()
            .args(["check", "--workspace", "--keep-going", "--offline", "--quiet", "--message-format=json"])
            .output()
            .unwrap();
        let mut errors: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let lines: Vec<Value> = String::from_utf8(output.stdout)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert!(
            lines.iter().any(|line| line["reason"] == "build-finished"),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        for line in lines {
            let text = line["message"]["message"].as_str().unwrap_or_default();
            if line["message"]["level"] == "error" && !text.starts_with("aborting due to") {
                let package = line["target"]["name"].as_str().unwrap().to_owned();
                errors.entry(package).or_default().push(text.to_owned());
            }
        }
        errors
    }
}

#[test]
fn contracts_are_found_or_reported_as_missing() {
    let mut workspace = Workspace::new("contracts-found");
    let outside = |name: &str| workspace.outside.join(format!("{name}.rs"));
    let (bare, relative, kept) = (outside("bare"), outside("relative"), outside("relative_kept"));
    for (file, name) in [(&bare, "bare"), (&relative, "relative"), (&kept, "relative_kept")] {
        fs::write(file, source(name)).unwrap();
    }
    // There is no package above the file, and the variable is not set.
    workspace.member("bare", &bare, "seat");
    // The variable has a relative path.
    workspace.member("relative", &relative, "seat");
    workspace.member("relative_kept", &kept, "row");
    // A build script writes the file to a target folder, above which there is another `Cargo.toml`.
    workspace.generated_member("generated", "seat");

    let errors = workspace.check();
    assert_eq!(errors.keys().collect::<Vec<_>>(), ["bare", "generated", "relative"], "{errors:#?}");
    for (package, says) in [
        ("bare", "the contracts of event type `com.example.learning.bare.seat.taken.v1` cannot be found: "),
        ("relative", "contract of event type `com.example.learning.relative.seat.taken.v1` is broken: "),
        ("generated", "contract of event type `com.example.learning.generated.seat.taken.v1` is broken: "),
    ] {
        let [error] = &errors[package][..] else { panic!("{errors:#?}") };
        assert!(error.contains(says), "{error}");
    }
}

/// At run time, too, such an event belongs to the package that its build script is part of.
#[test]
fn a_generated_event_without_a_contract_is_found() {
    let mut workspace = Workspace::new("contracts-generated");
    let folder = workspace.generated_member("unprotected-package", "row");
    fs::remove_dir_all(folder.join("schemas")).unwrap();
    let event = source("unprotected_package");
    fs::write(folder.join("event.rs"), event).unwrap();
    let program = "use unprotected_package as _;\n\nfn main() {\n    let package = env!(\"CARGO_MANIFEST_DIR\");\n    \
                   for finding in openedx_events::contracts::in_package(package).unwrap() {\n        \
                   println!(\"{finding}\");\n    }\n}\n";
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("src/main.rs"), program).unwrap();
    let ran = workspace.cargo().args(["run", "--offline", "--quiet"]).output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{stderr}");
    let start = "contract_missing: event type `com.example.learning.unprotected_package.seat.taken.v1` at ";
    assert!(stdout.starts_with(start) && stdout.lines().count() == 1, "{stdout}");
}
