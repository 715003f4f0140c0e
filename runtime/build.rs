//! Writes the module that expansions use. Its name changes with each release, so that nobody else can rely on it.

use std::{env, fs, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Compile again when a contract is added: the macros only make cargo watch the contracts that they found.
    println!("cargo::rerun-if-changed=schemas");
    let variable = |name: &str| env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"));
    let text = format!(
        "#[doc(hidden)]\npub mod __private_{}_{}_{} {{\n    pub use crate::private::*;\n}}\n",
        variable("CARGO_PKG_VERSION_MAJOR"),
        variable("CARGO_PKG_VERSION_MINOR"),
        variable("CARGO_PKG_VERSION_PATCH"),
    );
    let path = Path::new(&variable("OUT_DIR")).join("private.rs");
    fs::write(&path, text).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
}
