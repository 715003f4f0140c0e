#!/usr/bin/env bash
# Installs release `$2` of the tool `$1` in the target folder, unless it is already there, and prints the path of its program.
# With `OFFLINE=1` it installs nothing. If the tool is missing then, it prints nothing, and the caller skips its check.
set -euo pipefail
tool=$1 release=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
tools=${CARGO_TARGET_DIR:-$root/target}/tools
mkdir -p "$tools"
tools=$(cd "$tools" && pwd)
home=$tools/$tool-$release

say() { printf '%s: %s\n' "$tool" "$*" >&2; }

# A wheel from PyPI installs in seconds; compiling takes minutes.
from_pypi() {
    python3 -m venv "$1" &&
        "$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
            "$tool==$release" &&
        [ -x "$1/bin/$tool" ]
}

# Without optimizations, which would take longer than the checks.
from_crates_io() {
    CARGO_TARGET_DIR=$tools/build CARGO_PROFILE_DEV_DEBUG=false cargo install --quiet --locked --debug --root "$home" --version "$release" "$1"
}

if [ ! -x "$home/bin/$tool" ]; then
    if [ "${OFFLINE:-}" = 1 ]; then
        say "NOT CHECKED: $tool $release is not installed, because of OFFLINE=1"
        exit
    fi
    say "installing release $release"
    # Remove the remains of an interrupted installation.
    rm -rf "$home"
    case $tool in
    typos) from_pypi "$home" >&2 || { rm -rf "$home" && from_crates_io typos-cli; } ;;
    *) from_crates_io "$tool" ;;
    esac || {
        say "installation failed; OFFLINE=1 skips checks whose tools are missing"
        exit 1
    }
fi
printf '%s\n' "$home/bin/$tool"
