#!/usr/bin/env bash
# Compares the public interface with the last release, a tag such as `v0.1.0`, and checks that the new version allows the
# changes. Uses cargo-semver-checks, which takes ten minutes or more to compile the first time.
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! tag=$(git describe --tags --abbrev=0 --match 'v[0-9]*' 2>/dev/null); then
    echo "nothing to compare: there is no release tag yet"
    exit
fi
checks=$(tests/checks/install.sh cargo-semver-checks 0.51.0)
[ -n "$checks" ] || exit 0
# The runtime re-exports all macros, so they are part of its interface.
"$checks" semver-checks --package openedx-events --all-features --baseline-rev "$tag"
