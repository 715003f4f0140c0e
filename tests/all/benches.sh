#!/usr/bin/env bash
# Lints the benches, checks that all compared libraries produce the same bytes, and runs each measurement once.
set -euo pipefail
cd "$(dirname "$0")/../.."
manifest=(--manifest-path runtime/benches/Cargo.toml --locked)
cargo clippy "${manifest[@]}" --workspace --all-targets --features openedx-events-bus-bench/kafka -- -D warnings
cargo test "${manifest[@]}" --test agreement
cargo bench "${manifest[@]}" -- --test
cargo test "${manifest[@]}" -p openedx-events-bus-bench
# One test, because this builds the Kafka client.
tests/kafka/install.sh "${CARGO_TARGET_DIR:-runtime/benches/target}/kafka" >/dev/null
cargo test "${manifest[@]}" -p openedx-events-bus-bench --features kafka --test kafka
