#!/usr/bin/env bash
# Runs every interleaving of the dispatch list's operations.
set -euo pipefail
cd "$(dirname "$0")/../loom"
RUSTFLAGS="--cfg loom" cargo test --release
