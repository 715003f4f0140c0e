#!/usr/bin/env bash
# The spelling of names, comments and documents, by typos. What is wrong on purpose is in typos.toml.
set -euo pipefail
cd "$(dirname "$0")/../.."
typos=$(tests/checks/install.sh typos 1.52.0)
if [ -n "$typos" ]; then
    "$typos" --config tests/checks/typos.toml
fi
