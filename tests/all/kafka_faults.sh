#!/usr/bin/env bash
# Runs the fault tests of the Kafka bus with many events: 200000, or the number in the first argument. Servers are away for a minute, or
# the number of seconds in the second one. Prints the result of each.
set -euo pipefail
cd "$(dirname "$0")/../.."
tests/kafka/install.sh "${CARGO_TARGET_DIR:-target}/kafka" >/dev/null
FAULTS_EVENTS="${1:-200000}" FAULTS_OUTAGE="${2:-60}" cargo test --release -p openedx-events-tests --features kafka --locked \
    --test kafka_faults --test kafka_faults_long -- --nocapture --test-threads 1
