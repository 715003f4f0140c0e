#!/usr/bin/env bash
# Checks that the two packages contain their licences and contracts, and that they compile from the packaged files alone.
set -euo pipefail
cd "$(dirname "$0")/../.."
# holds PACKAGE FILE…
holds() {
    local package=$1 list file
    shift
    list=$(cargo package --list --locked --allow-dirty -p "$package")
    for file in "$@"; do
        if ! grep -qxF "$file" <<<"$list"; then
            echo "the package of $package does not contain $file" >&2
            exit 1
        fi
    done
}
holds openedx-events-macros LICENSE-APACHE LICENSE-MIT
contracts=(runtime/schemas/*)
holds openedx-events LICENSE-APACHE LICENSE-MIT README.md "${contracts[@]#runtime/}"
# Cargo keeps what it unpacked and compiled from its temporary registry, and takes it for the new package of the same version.
rm -rf "${CARGO_HOME:-$HOME/.cargo}"/registry/src/-*/openedx-events-macros-* \
    "${CARGO_TARGET_DIR:-target}"/debug/.fingerprint/openedx-events-macros-*
cargo package --locked --allow-dirty --all-features -p openedx-events-macros -p openedx-events
