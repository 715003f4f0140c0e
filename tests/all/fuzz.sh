#!/usr/bin/env bash
# Runs each fuzz target for a minute, or for the number of seconds in the first argument.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v cargo-fuzz >/dev/null || cargo install cargo-fuzz --locked
cargo run -p openedx-events-tests --bin write_fuzz_corpus --locked
cd tests/fuzz
for target in $(cargo +nightly fuzz list --fuzz-dir .); do
    cargo +nightly fuzz run --fuzz-dir . "$target" -- -max_total_time="${1:-60}" -max_len=4096
done
