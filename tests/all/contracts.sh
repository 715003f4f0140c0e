#!/usr/bin/env bash
# Changes every contract of the catalogue in every way that breaks consumers, and checks that each is refused.
set -euo pipefail
cd "$(dirname "$0")/../.."
CONTRACTS=all cargo test -p openedx-events-tests --locked --test contracts_mutated
