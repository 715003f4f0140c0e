#!/usr/bin/env bash
# Checks the spelling of names, comments and documents with typos. typos.toml lists intended misspellings.
set -euo pipefail
cd "$(dirname "$0")/../.."
typos=$(tests/checks/install.sh typos 1.52.0)
if [ -n "$typos" ]; then
    "$typos" --config tests/checks/typos.toml
fi
