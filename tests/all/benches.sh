#!/usr/bin/env bash
# Lints the benches, checks that all compared libraries produce the same bytes, and runs each measurement once.
set -euo pipefail
cd "$(dirname "$0")/../.."
manifest=(--manifest-path runtime/benches/Cargo.toml --locked)
cargo clippy "${manifest[@]}" --workspace --all-targets -- -D warnings
cargo test "${manifest[@]}" --test agreement
cargo bench "${manifest[@]}" -- --test
cargo test "${manifest[@]}" -p openedx-events-bus-bench
