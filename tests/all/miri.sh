#!/usr/bin/env bash
# Runs the unit tests of codec, schema and values under Miri. The registry's slices are sections of the binary,
# which Miri has not, so the catalogue stays out.
set -euo pipefail
cd "$(dirname "$0")/../.."
rustup +nightly component add miri rust-src
cargo +nightly miri test -p openedx-events --no-default-features --lib -- avro schema
