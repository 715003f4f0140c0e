//! The dependencies of the core, which defines, sends, receives and encodes events without a broker.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use serde_json::Value;

/// Every crate of the core, grouped by the direct dependency that needs it. Each addition makes every user's build longer.
const CORE: &[&str] = &[
    // bytes
    "bytes",
    // hostname
    "cfg-if",
    "hostname",
    "libc",
    // linkme and the macros
    "linkme",
    "linkme-impl",
    "openedx-events-macros",
    "proc-macro2",
    "quote",
    "syn",
    "unicode-ident",
    // serde, serde_json
    "itoa",
    "memchr",
    "serde",
    "serde_core",
    "serde_json",
    "zmij",
    // percent-encoding, strsim, uuid
    "percent-encoding",
    "strsim",
    "uuid",
    // tracing
    "once_cell",
    "pin-project-lite",
    "tracing",
    "tracing-core",
];

/// A fixed platform, so that results are the same everywhere.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn cargo(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO")).args(arguments).arg("--offline").current_dir(root()).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    String::from_utf8(output.stdout).unwrap()
}

/// Returns `name version` of each crate in the tree.
fn tree(features: &[&str]) -> BTreeSet<String> {
    let what = ["tree", "--package", "openedx-events", "--edges", "normal"];
    let how = ["--target", PLATFORM, "--prefix", "none", "--format", "{p}"];
    let lines = cargo(&[&what[..], &how, features].concat());
    // `linkme v0.3.37 (proc-macro) (*)`
    let crates = lines.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "));
    crates.filter(|one| !one.starts_with("openedx-events ")).collect()
}

fn names(tree: &BTreeSet<String>) -> Vec<&str> {
    tree.iter().filter_map(|one| one.split(' ').next()).collect()
}

#[test]
fn the_core_is_light() {
    let mut expected = CORE.to_vec();
    expected.sort_unstable();
    // A crate in two versions appears twice and fails this test.
    assert_eq!(names(&tree(&["--no-default-features"])), expected);
    assert_eq!(names(&tree(&[])), expected, "with the catalogue");
}

/// Checks crates that must never be in the core, even if the list above changes.
#[test]
fn the_core_has_no_async_runtime_no_broker_and_no_second_avro_library() {
    let core = tree(&["--no-default-features"]);
    for unwanted in ["tokio", "redis", "rdkafka", "apache-avro", "serde_derive", "clap", "toml"] {
        assert!(!names(&core).contains(&unwanted), "{unwanted} is in the core");
    }
    assert!(
        !core.iter().any(|one| one.starts_with("syn v2.")),
        "the old version of syn is in the core: {core:?}"
    );
}

/// The first command of the README compiles only the core. Each further crate makes a newcomer wait longer.
#[test]
fn the_first_example_is_light() {
    let what = ["tree", "--package", "first-example", "--edges", "normal,build", "--target", PLATFORM];
    let lines = cargo(&[&what[..], &["--prefix", "none", "--format", "{p}"]].concat());
    let crates: BTreeSet<&str> = lines.lines().filter_map(|line| line.split(" (").next()).collect();
    assert!(crates.len() <= 40, "{}: {crates:#?}", crates.len());
    assert!(crates.len() > 20, "the tree was not read: {crates:?}");
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let first = readme.lines().find(|line| line.starts_with("cargo run")).unwrap();
    assert_eq!(first, "cargo run -p first-example");
}

/// The build script of the runtime.
#[allow(dead_code)]
#[path = "../../runtime/build.rs"]
mod build_script;

/// A build for WebAssembly ends with a message of this project, not of a dependency.
#[test]
fn webassembly_is_refused_in_our_words() {
    assert!(build_script::unsupported("unix").is_none() && build_script::unsupported("").is_none());
    let error = build_script::unsupported("unix,wasm").unwrap();
    assert!(
        error.starts_with("this crate does not support WebAssembly, ") && error.contains("(help: "),
        "{error}"
    );
    let what =
        ["tree", "--package", "openedx-events", "--all-features", "--edges", "normal", "--prefix", "none"];
    let tree = cargo(&[&what[..], &["--target", "wasm32-unknown-unknown"]].concat());
    for refuses in ["hostname v", "ring v", "ctrlc v"] {
        assert!(!tree.lines().any(|line| line.starts_with(refuses)), "{refuses}: its error would come first");
    }
}

/// Parses a release; `1.95` and `1.95.0` are the same.
fn release(version: &str) -> [u64; 3] {
    let mut numbers = version.split('.').map(|number| number.parse().unwrap());
    std::array::from_fn(|_| numbers.next().unwrap_or(0))
}

/// `rust-version` is the release that the tests run on, and no dependency needs a later one.
#[test]
fn the_minimum_rust_version_is_tested() {
    let toolchain = fs::read_to_string(root().join("rust-toolchain.toml")).unwrap();
    let tested = toolchain.split_once("channel = \"").unwrap().1.split_once('"').unwrap().0;
    let metadata = cargo(&["metadata", "--locked", "--format-version", "1", "--filter-platform", PLATFORM]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    for package in metadata["packages"].as_array().unwrap() {
        let (name, rust) = (&package["name"], package["rust_version"].as_str().map(release));
        if package["source"].is_null() {
            assert_eq!(rust, Some(release(tested)), "{name} differs from rust-toolchain.toml");
        } else {
            assert!(rust <= Some(release(tested)), "{name} needs Rust {rust:?}");
        }
    }
}
