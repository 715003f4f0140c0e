#!/usr/bin/env bash
# Licences, duplicates and sources of the dependencies, and known vulnerabilities among them, by cargo-deny; what it
# accepts is in deny.toml.
set -euo pipefail
cd "$(dirname "$0")/../.."
deny=$(tests/checks/install.sh cargo-deny 0.20.2)
[ -n "$deny" ] || exit 0
"$deny" --locked check --deny unmatched-skip licenses bans sources
# The database of vulnerabilities is on GitHub, which not every machine reaches.
if [ "${OFFLINE:-}" != 1 ] && "$deny" --locked fetch db; then
    "$deny" --locked check advisories
else
    echo "NOT CHECKED: advisories and yanked releases, since RustSec's database cannot be fetched" >&2
fi
