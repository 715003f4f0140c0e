#!/usr/bin/env bash
# Checks the memory of a producer and a consumer over a million events, or the number in the first argument: at the end it may
# be at most 5 % above the memory after a tenth of the events.
set -euo pipefail
cd "$(dirname "$0")/../.."
SOAK_EVENTS="${1:-1000000}" cargo test --release -p openedx-events-tests --locked --test faults -- \
    --nocapture memory_does_not_grow
