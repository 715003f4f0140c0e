#!/usr/bin/env bash
# The two crates as they would be published: that each has its licences and the catalogue its contracts, and that they
# compile from what is in the packages alone.
set -euo pipefail
cd "$(dirname "$0")/../.."
# holds PACKAGE FILE…
holds() {
    local package=$1 list file
    shift
    list=$(cargo package --list --locked --allow-dirty -p "$package")
    for file in "$@"; do
        if ! grep -qxF "$file" <<<"$list"; then
            echo "the package of $package has no $file" >&2
            exit 1
        fi
    done
}
holds openedx-events-macros LICENSE-APACHE LICENSE-MIT
contracts=(runtime/schemas/*)
holds openedx-events LICENSE-APACHE LICENSE-MIT README.md "${contracts[@]#runtime/}"
cargo package --locked --allow-dirty --all-features -p openedx-events-macros -p openedx-events
