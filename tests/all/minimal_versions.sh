#!/usr/bin/env bash
# The two published crates with the oldest releases that `Cargo.toml` allows of what they depend on: bounds that are too
# low fail here, and not at a user whose lock file is old. The unit tests run with them.
#
# It is a copy, since a lock file is for a whole workspace, and the tests' own dependencies ask for more.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=${CARGO_TARGET_DIR:-target}
copy=$target/tmp/minimal_versions
mkdir -p "$copy"
rm -rf "$copy"/{macros,runtime}
# With the times of the files, so that a second run compiles what is new.
tar -c --exclude=runtime/benches Cargo.toml README.md LICENSE-* rust-toolchain.toml macros runtime | tar -x -C "$copy"
cd "$copy"
sed -i 's/^members = .*/members = ["macros", "runtime"]/' Cargo.toml
export CARGO_TARGET_DIR=$PWD/target
# The option is not stable yet; what it writes is. Only direct dependencies: what they themselves need is their matter.
RUSTC_BOOTSTRAP=1 cargo generate-lockfile -Z direct-minimal-versions
cargo test -p openedx-events --all-features --lib --locked
