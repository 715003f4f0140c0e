//! Checks that one mistake gives one diagnostic: neither an error nor a warning reports its consequences.
//!
//! trybuild compares the compiler's output, in which a repeated message appears once. Therefore this test counts
//! cargo's JSON messages.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

#[test]
fn one_mistake_is_one_diagnostic() {
    let cases = cases();
    let counts = check(&cases);
    let wrong: Vec<String> =
        cases.iter().filter_map(|(name, case)| case.complaint(counts.get(name))).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

struct Case {
    path: PathBuf,
    /// The number on the case's first line, as in `// errors: 2`, or 1.
    errors: usize,
}

impl Case {
    /// Returns a message if the number of diagnostics is not the expected one.
    fn complaint(&self, count: Option<&Count>) -> Option<String> {
        let Count { errors, warnings, texts } = count.cloned().unwrap_or_default();
        let (path, expected) = (self.path.display(), self.errors);
        let is_wrong = errors != expected || warnings != 0;
        is_wrong.then(|| {
            format!("{path}: {errors} errors and {warnings} warnings, expected {expected} and 0\n{texts}")
        })
    }
}

/// Returns the cases by the name of the binary that each is compiled as.
fn cases() -> BTreeMap<String, Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fail");
    let mut cases = BTreeMap::new();
    for group in entries(&folder) {
        for path in entries(&group).into_iter().filter(|path| path.extension().is_some_and(|end| end == "rs"))
        {
            let text = fs::read_to_string(&path).expect("a case is UTF-8");
            let first = text.lines().next().unwrap_or_default();
            let errors =
                first.strip_prefix("// errors: ").map_or(1, |count| count.parse().expect("a number"));
            let stem = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            cases.insert(format!("{}-{}", stem(&group), stem(&path)), Case { path, errors });
        }
    }
    cases
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder of the cases");
    entries.map(|entry| entry.expect("an entry of the folder").path()).collect()
}

#[derive(Clone, Default)]
struct Count {
    errors: usize,
    warnings: usize,
    texts: String,
}

/// Compiles all cases as binaries of one package.
fn check(cases: &BTreeMap<String, Case>) -> BTreeMap<String, Count> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is above this package");
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("one_diagnostic");
    write_package(&package, root, cases);

    let output = Command::new(env!("CARGO"))
        .args(["check", "--bins", "--keep-going", "--offline", "--quiet", "--message-format=json"])
        .current_dir(&package)
        .env("CARGO_TARGET_DIR", package.join("target"))
        // The compiler's reports differ when it replays the results of an earlier run.
        .env("CARGO_INCREMENTAL", "1")
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo runs");

    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    let mut is_compiled = false;
    for line in output.stdout.split(|byte| *byte == b'\n') {
        let Ok(message) = serde_json::from_slice::<Value>(line) else {
            continue;
        };
        if message["reason"] != "compiler-message" {
            continue;
        }
        is_compiled = true;
        let diagnostic = &message["message"];
        let text = diagnostic["message"].as_str().unwrap_or_default();
        // Skip the summaries at the end.
        if text.starts_with("aborting due to") || text.starts_with("For more information") {
            continue;
        }
        let name = message["target"]["name"].as_str().unwrap_or_default();
        let count = counts.entry(name.to_owned()).or_default();
        match diagnostic["level"].as_str().unwrap_or_default() {
            "warning" => count.warnings += 1,
            level if level.starts_with("error") => count.errors += 1,
            _ => continue,
        }
        count.texts.push_str(diagnostic["rendered"].as_str().unwrap_or_default());
    }
    assert!(is_compiled, "cargo: {}", String::from_utf8_lossy(&output.stderr));
    counts
}

fn write_package(package: &Path, root: &Path, cases: &BTreeMap<String, Case>) {
    let quoted = |path: &Path| format!("{:?}", path.display().to_string());
    let mut manifest = format!(
        "[package]\nname = \"one-diagnostic\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
         openedx-events = {{ path = {} }}\nserde_json = \"1\"\n\n[lints.rust]\ndead_code = \"allow\"\n",
        quoted(&root.join("runtime")),
    );
    let bins = cases.iter().map(|(name, case)| {
        let path = quoted(&case.path);
        format!("\n[[bin]]\nname = \"{name}\"\npath = {path}\n")
    });
    manifest.extend(bins);
    fs::create_dir_all(package).expect("a folder in the target directory");
    // With the workspace's versions, nothing needs the network.
    fs::copy(root.join("Cargo.lock"), package.join("Cargo.lock")).expect("the workspace is locked");
    fs::copy(root.join("rust-toolchain.toml"), package.join("rust-toolchain.toml"))
        .expect("the toolchain is pinned");
    fs::write(package.join("Cargo.toml"), manifest).expect("the manifest can be written");
}
