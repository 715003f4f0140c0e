#!/usr/bin/env bash
# Installs release `$2` of the tool `$1` below the target folder, unless it is there, and prints the path of its program.
# With `OFFLINE=1` it installs nothing, and prints nothing where the tool is missing: its check is left out then.
set -euo pipefail
tool=$1 release=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
tools=${CARGO_TARGET_DIR:-$root/target}/tools
mkdir -p "$tools"
tools=$(cd "$tools" && pwd)
home=$tools/$tool-$release

say() { printf '%s: %s\n' "$tool" "$*" >&2; }

# By the wheel of PyPI, which takes seconds where compiling takes minutes.
from_pypi() {
    python3 -m venv "$1" &&
        "$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
            "$tool==$release" &&
        [ -x "$1/bin/$tool" ]
}

# Without optimizations, since they take longer than the checks do.
from_crates_io() {
    CARGO_TARGET_DIR=$tools/build CARGO_PROFILE_DEV_DEBUG=false cargo install --quiet --locked --debug --root "$home" --version "$release" "$1"
}

if [ ! -x "$home/bin/$tool" ]; then
    if [ "${OFFLINE:-}" = 1 ]; then
        say "NOT CHECKED: $tool $release is not installed, because of OFFLINE=1"
        exit
    fi
    say "installing release $release"
    # What an installation left behind that was broken off.
    rm -rf "$home"
    case $tool in
    typos) from_pypi "$home" >&2 || { rm -rf "$home" && from_crates_io typos-cli; } ;;
    *) from_crates_io "$tool" ;;
    esac || {
        say "it cannot be installed; OFFLINE=1 leaves the checks out whose tools are missing"
        exit 1
    }
fi
printf '%s\n' "$home/bin/$tool"
