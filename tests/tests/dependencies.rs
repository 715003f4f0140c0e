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
    // percent-encoding, strsim
    "percent-encoding",
    "strsim",
    // tracing
    "once_cell",
    "pin-project-lite",
    "tracing",
    "tracing-core",
    // uuid with version 1
    "atomic",
    "bytemuck",
    "uuid",
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
fn the_core_has_no_runtime_no_broker_and_no_second_avro() {
    let core = tree(&["--no-default-features"]);
    for unwanted in ["tokio", "redis", "rdkafka", "apache-avro", "serde_derive", "clap", "toml"] {
        assert!(!names(&core).contains(&unwanted), "{unwanted} is in the core");
    }
    assert!(
        !core.iter().any(|one| one.starts_with("syn v2.")),
        "the old version of syn is in the core: {core:?}"
    );
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
