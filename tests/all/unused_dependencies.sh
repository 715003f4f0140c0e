#!/usr/bin/env bash
# Dependencies that no source names, in every package of the repository, by cargo-machete. For the two published crates
# the compiler itself knows, feature by feature: `unused_crate_dependencies`, in the steps of clippy.
set -euo pipefail
cd "$(dirname "$0")/../.."
machete=$(tests/checks/install.sh cargo-machete 0.9.2)
[ -n "$machete" ] || exit 0
"$machete" --skip-target-dir
