//! What a user of the core compiles: defining, sending, receiving and encoding events, without a broker.

use std::{collections::BTreeSet, path::Path, process::Command};

/// Every crate of the core, by its own dependencies' reason in `Cargo.toml`. Whoever makes this longer
/// makes every user wait longer.
const CORE: &[&str] = &[
    // bytes
    "bytes",
    // hostname
    "cfg-if",
    "hostname",
    "libc",
    // linkme, and what the macros are made with
    "linkme",
    "linkme-impl",
    "openedx-events-macros",
    "proc-macro2",
    "quote",
    "syn",
    "unicode-ident",
    // serde, serde_json, serde_path_to_error
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
    // uuid, with version 1
    "atomic",
    "bytemuck",
    "uuid",
];

/// `name version` of each crate in the tree, for one platform, so that the answer is the same on all.
fn tree(features: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--package", "openedx-events", "--edges", "normal"])
        .args(["--target", "x86_64-unknown-linux-gnu", "--prefix", "none", "--format", "{p}"])
        .args(features)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let lines = String::from_utf8(output.stdout).unwrap();
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
    // A crate in two versions is there twice, and so differs as well.
    assert_eq!(names(&tree(&["--no-default-features"])), expected);
    assert_eq!(names(&tree(&[])), expected, "with the catalogue");
}

/// The same said of what must not come in, whatever becomes of the list above.
#[test]
fn the_core_has_no_runtime_no_broker_and_no_second_avro() {
    let core = tree(&["--no-default-features"]);
    for unwanted in ["tokio", "redis", "rdkafka", "apache-avro", "serde_derive", "clap", "toml"] {
        assert!(!names(&core).contains(&unwanted), "{unwanted} is in the core");
    }
    assert!(!core.iter().any(|one| one.starts_with("syn v2.")), "syn is there in its old version: {core:?}");
}
