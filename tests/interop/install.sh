#!/usr/bin/env bash
# Installs the releases of the Python implementation that the interop tests talk to, each in a virtual environment below
# the folder `$1`, and writes a line for each that can run: the release, a tab, and its Python.
#
# An environment is kept for as long as its requirements are the same, so that all but the first run are instant. A
# release whose Python this machine lacks is left out, with a word about it; to have none at all, or to fail to install
# one, is an error. `OFFLINE=1` installs nothing, and takes what is there.
set -euo pipefail
requirements=$(cd "$(dirname "$0")" && pwd)
into=${1:?the folder for the virtual environments}
mkdir -p "$into"
into=$(cd "$into" && pwd)

# An installation that failed.
trap 'rm -rf "$into"/new-*-$$' EXIT

say() { printf 'interop: %s\n' "$*" >&2; }

# All Pythons of the machine with one of the names `$@`, then those of pyenv.
candidates() {
    local name root
    for name in "$@" python3; do
        type -aP "$name" || true
    done
    for root in ${PYENV_ROOT:+"$PYENV_ROOT"} "${HOME:-/root}/.pyenv"; do
        for name in "$root"/versions/*/bin/python3; do
            if [ -x "$name" ]; then echo "$name"; fi
        done
    done
}

# The first Python that can make virtual environments, and of whose version (as `v`) the condition `$1` is true.
find_python() {
    local condition=$1 candidate
    shift
    while read -r candidate; do
        if "$candidate" -c "import sys, venv, ensurepip; v = sys.version_info[:2]; sys.exit(not ($condition))" \
            >/dev/null 2>&1; then
            echo "$candidate"
            return
        fi
    done < <(candidates "$@")
    return 1
}

# Of release `$1`, on a Python that fulfils the condition `$2` and may have one of the further names.
environment() {
    local release=$1 condition=$2 python key new
    shift 2
    if ! python=$(find_python "$condition" "$@"); then
        say "NOT TESTED: openedx-events $release, for want of a Python ($condition) with the module venv"
        return
    fi
    key=$("$python" -c 'import hashlib, sys
print("%d.%d-" % sys.version_info[:2] + hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest()[:16])' \
        "$requirements/requirements-$release.txt")
    local home="$into/$release-$key"
    if [ ! -e "$home" ]; then
        if [ "${OFFLINE:-}" = 1 ]; then
            say "NOT TESTED: openedx-events $release, which is not installed, because of OFFLINE=1"
            return
        fi
        say "installing openedx-events $release with $python"
        # Whoever is first wins; nobody sees half of it.
        new="$into/new-$release-$$"
        "$python" -m venv "$new"
        "$new/bin/python" -m pip install --quiet --disable-pip-version-check \
            -r "$requirements/requirements-$release.txt" >&2
        "$python" -c 'import os, sys; os.rename(*sys.argv[1:])' "$new" "$home" 2>/dev/null || [ -e "$home" ]
        rm -rf "$new"
    fi
    printf '%s\t%s\n' "$release" "$home/bin/python"
}

installed=$(
    set -e # Not inherited by substitutions.
    environment 11.2.0 "v >= (3, 12)" python3.12 python3.13 python3.14
    environment 10.5.0 "v == (3, 11)" python3.11
)
if [ -z "$installed" ] && [ "${OFFLINE:-}" != 1 ]; then
    say "there is no Python 3.11, 3.12 or newer: install one (\`apt-get install python3 python3-venv\`), or skip with OFFLINE=1"
    exit 1
fi
if [ -n "$installed" ]; then
    printf '%s\n' "$installed"
fi
