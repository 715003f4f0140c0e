#!/usr/bin/env bash
# Runs the operations of the dispatch list in every interleaving.
set -euo pipefail
cd "$(dirname "$0")/../loom"
RUSTFLAGS="--cfg loom" cargo test --release
