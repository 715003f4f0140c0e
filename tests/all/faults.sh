#!/usr/bin/env bash
# Runs the fault tests with many events: 200000, or the number in the first argument. Prints the result of each.
set -euo pipefail
cd "$(dirname "$0")/../.."
FAULTS_EVENTS="${1:-200000}" cargo test --release -p openedx-events-tests --locked --test faults -- \
    --nocapture --test-threads 1 --skip memory_does_not_grow
