#!/usr/bin/env bash
# The public interface beside that of the last release, a tag such as `v0.1.0`: whether the version in Cargo.toml may
# differ by as much as the interface does, by cargo-semver-checks, which takes ten minutes and more to compile once.
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! tag=$(git describe --tags --abbrev=0 --match 'v[0-9]*' 2>/dev/null); then
    echo "nothing to compare with: no commit before this one has a tag of a release"
    exit
fi
checks=$(tests/checks/install.sh cargo-semver-checks 0.51.0)
[ -n "$checks" ] || exit 0
# The macros are all in the interface of the crate that re-exports them.
"$checks" semver-checks --package openedx-events --all-features --baseline-rev "$tag"
