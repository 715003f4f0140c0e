#!/usr/bin/env bash
# Every event of the catalogue against its contract, changed in every way that breaks a consumer.
set -euo pipefail
cd "$(dirname "$0")/../.."
CONTRACTS=all cargo test -p openedx-events-tests --locked --test contracts_mutated
