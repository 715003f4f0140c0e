#!/usr/bin/env bash
# The tests of faults with many events: 200000, or as many as the first argument says. What each came to is printed.
set -euo pipefail
cd "$(dirname "$0")/../.."
FAULTS_EVENTS="${1:-200000}" cargo test --release -p openedx-events-tests --locked --test faults -- \
    --nocapture --test-threads 1 --skip memory_does_not_grow
