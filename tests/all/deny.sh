#!/usr/bin/env bash
# Checks the licences, duplicates, sources and known vulnerabilities of dependencies with cargo-deny, configured in deny.toml.
set -euo pipefail
cd "$(dirname "$0")/../.."
deny=$(tests/checks/install.sh cargo-deny 0.20.2)
[ -n "$deny" ] || exit 0
"$deny" --locked check --deny unmatched-skip licenses bans sources
# The database of vulnerabilities is on GitHub, which some machines cannot reach.
if [ "${OFFLINE:-}" != 1 ] && "$deny" --locked fetch db; then
    "$deny" --locked check advisories
else
    echo "NOT CHECKED: advisories and yanked releases, because RustSec's database cannot be fetched" >&2
fi
