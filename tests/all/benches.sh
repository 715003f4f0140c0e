#!/usr/bin/env bash
# The benches with the peers beside which they are measured: lints, whether all of them mean the same event by the same
# bytes, and each measurement once.
set -euo pipefail
cd "$(dirname "$0")/../.."
manifest=(--manifest-path runtime/benches/Cargo.toml --locked)
cargo clippy "${manifest[@]}" --all-targets -- -D warnings
cargo test "${manifest[@]}" --test agreement
cargo bench "${manifest[@]}" -- --test
