#!/usr/bin/env bash
# Runs the unit tests of codec, schema and values under Miri, without the catalogue, because Miri does not support the linker
# sections that the registry uses.
set -euo pipefail
cd "$(dirname "$0")/../.."
rustup +nightly component add miri rust-src
cargo +nightly miri test -p openedx-events --no-default-features --lib -- avro schema
