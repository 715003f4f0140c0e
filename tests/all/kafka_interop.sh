#!/usr/bin/env bash
# Python's bus on Kafka and ours, side by side, with both registries and each release of the Python implementation.
set -euo pipefail
cd "$(dirname "$0")/../.."
target="${CARGO_TARGET_DIR:-target}"
tests/kafka/install.sh "$target/kafka" >/dev/null
tests/interop/install.sh "$target/interop"
cargo test -p openedx-events-tests --all-features --locked --test kafka_interop
