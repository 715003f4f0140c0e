#!/usr/bin/env bash
# Finds unused dependencies in every package of the repository with cargo-machete. For the two published crates, the lint
# `unused_crate_dependencies` also checks each feature.
set -euo pipefail
cd "$(dirname "$0")/../.."
machete=$(tests/checks/install.sh cargo-machete 0.9.2)
[ -n "$machete" ] || exit 0
"$machete" --skip-target-dir
