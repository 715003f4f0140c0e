#!/usr/bin/env bash
# Runs the unit tests of the two published crates with the oldest dependencies that `Cargo.toml` allows, so that bounds that
# are too low fail here and not for a user with an old lock file.
#
# It works on a copy, because a lock file applies to a whole workspace, and the tests have dependencies with higher bounds.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=${CARGO_TARGET_DIR:-target}
copy=$target/tmp/minimal_versions
mkdir -p "$copy"
rm -rf "$copy"/{macros,runtime}
# Keep file times, so that a second run compiles only what has changed.
tar -c --exclude=runtime/benches Cargo.toml README.md LICENSE-* rust-toolchain.toml macros runtime | tar -x -C "$copy"
cd "$copy"
sed -i 's/^members = .*/members = ["macros", "runtime"]/' Cargo.toml
export CARGO_TARGET_DIR=$PWD/target
# The option is unstable, but the lock file it writes is not. It lowers direct dependencies only, because we set only those bounds.
RUSTC_BOOTSTRAP=1 cargo generate-lockfile -Z direct-minimal-versions
cargo test -p openedx-events --all-features --lib --locked
