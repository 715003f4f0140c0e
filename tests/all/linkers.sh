#!/bin/sh
# Builds the program of `tests/downstream` in every profile with every linker of this machine, and checks that it prints the
# same receivers in the same order each time. `cargo test --test downstream` covers the two default profiles.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}/tmp/linkers
mkdir -p "$target"
CARGO_TARGET_DIR=$(cd "$target" && pwd)
export CARGO_TARGET_DIR RUST_BACKTRACE=0
cp "$root/Cargo.lock" "$root/tests/downstream/Cargo.lock"
cd "$root/tests/downstream"

# `default` is rustc's choice: on x86-64 Linux, the lld that it ships with.
linkers=default
for linker in bfd lld mold wild; do
    if command -v "ld.$linker" >/dev/null; then
        linkers="$linkers $linker"
    fi
done

expected=$CARGO_TARGET_DIR/expected.txt
found=$CARGO_TARGET_DIR/found.txt
rm -f "$expected"
count=0

# check PROFILE DIRECTORY LABEL
check() {
    for linker in $linkers; do
        flags=
        if [ "$linker" != default ]; then
            flags="-C link-arg=-fuse-ld=$linker"
        fi
        label="$3, $linker linker"
        # shellcheck disable=SC2086
        cargo rustc --quiet --package service --bin service --profile "$1" -- $flags
        if ! "$CARGO_TARGET_DIR/$2/service" >"$found" 2>"$found.stderr"; then
            cat "$found" "$found.stderr"
            echo "failed: $label" >&2
            exit 1
        fi
        if [ ! -f "$expected" ]; then
            cp "$found" "$expected"
        fi
        if ! diff -u "$expected" "$found"; then
            echo "the receivers differ: $label" >&2
            exit 1
        fi
        count=$((count + 1))
        echo "ok: $label"
    done
}

check dev debug "dev"
for units in 1 16 256; do
    export CARGO_PROFILE_DEV_CODEGEN_UNITS=$units CARGO_PROFILE_RELEASE_CODEGEN_UNITS=$units
    check dev debug "dev, $units codegen units"
    for lto in off thin fat; do
        export CARGO_PROFILE_RELEASE_LTO=$lto
        check release release "release, $units codegen units, lto $lto"
    done
done
echo "the same $(grep -c :: "$expected") receivers in the same order in all $count builds"
