#!/usr/bin/env bash
# The resident sizes of a producer and a consumer over a million events, or as many as the first argument says: at the
# end at most 5 % above those at a tenth.
set -euo pipefail
cd "$(dirname "$0")/../.."
SOAK_EVENTS="${1:-1000000}" cargo test --release -p openedx-events-tests --locked --test faults -- \
    --nocapture memory_does_not_grow
