//! Writes the module that expansions use. Its name changes with each release, so that nobody else can rely on it. Refuses platforms
//! on which nothing could work.

use std::{env, fs, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Compile again when a contract is added: the macros only make cargo watch the contracts that they found.
    println!("cargo::rerun-if-changed=schemas");
    let variable = |name: &str| env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"));
    if let Some(error) = unsupported(&env::var("CARGO_CFG_TARGET_FAMILY").unwrap_or_default()) {
        println!("cargo::error={error}");
        return;
    }
    let name = format!(
        "__private_{}_{}_{}",
        variable("CARGO_PKG_VERSION_MAJOR"),
        variable("CARGO_PKG_VERSION_MINOR"),
        variable("CARGO_PKG_VERSION_PATCH"),
    );
    let text = format!(
        "#[doc(hidden)]
pub mod {name} {{
    pub use crate::private::*;

    pub mod names {{
        pub use crate::{{private::names::*, {name} as __RT}};
    }}
}}
"
    );
    let path = Path::new(&variable("OUT_DIR")).join("private.rs");
    fs::write(&path, text).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
}

/// Returns the message about a platform that is not supported, given the families that it belongs to.
pub(crate) fn unsupported(families: &str) -> Option<&'static str> {
    families.split(',').any(|family| family == "wasm").then_some(
        "this crate does not support WebAssembly, which has neither sections in which receivers register themselves nor threads \
         for the event bus (help: build the program for its server, and let the code in the browser talk to it; the page \
         `openedx_events::guide::platforms` lists the platforms)",
    )
}
