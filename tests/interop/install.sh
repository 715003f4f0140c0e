#!/usr/bin/env bash
# Installs the releases of the Python implementation for the interop tests, each in a virtual environment in the folder `$1`.
# Prints a line for each usable release: the release, a tab, and the path of its Python.
#
# Environments are reused until their requirements change, so only the first run takes long. A release whose Python version is
# missing on this machine is skipped with a message. It is an error if no release can be used or if an installation fails.
# `OFFLINE=1` installs nothing and uses what is already there.
set -euo pipefail
requirements=$(cd "$(dirname "$0")" && pwd)
into=${1:?the folder for the virtual environments}
mkdir -p "$into"
into=$(cd "$into" && pwd)

# Remove a failed installation.
trap 'rm -rf "$into"/new-*-$$' EXIT

say() { printf 'interop: %s\n' "$*" >&2; }

# Lists all Pythons of the machine with one of the names `$@`, then pyenv's.
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

# Prints the first Python that can create virtual environments and whose version `v` fulfils the condition `$1`.
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

# Installs release `$1` on a Python that fulfils the condition `$2`; the other arguments are its possible names.
environment() {
    local release=$1 condition=$2 python key new
    shift 2
    if ! python=$(find_python "$condition" "$@"); then
        say "NOT TESTED: openedx-events $release: no Python with $condition and the module venv"
        return
    fi
    key=$("$python" -c 'import hashlib, sys
print("%d.%d-" % sys.version_info[:2] + hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest()[:16])' \
        "$requirements/requirements-$release.txt")
    local home="$into/$release-$key"
    if [ ! -e "$home" ]; then
        if [ "${OFFLINE:-}" = 1 ]; then
            say "NOT TESTED: openedx-events $release: not installed, because of OFFLINE=1"
            return
        fi
        say "installing openedx-events $release with $python"
        # If several processes install it, the first one wins. Because of the rename, nobody sees a half-installed
        # environment.
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
    set -e # Command substitutions do not inherit it.
    environment 11.2.0 "v >= (3, 12)" python3.12 python3.13 python3.14
    environment 10.5.0 "v == (3, 11)" python3.11
)
if [ -z "$installed" ] && [ "${OFFLINE:-}" != 1 ]; then
    say "found no Python 3.11, 3.12 or newer: install one (\`apt-get install python3 python3-venv\`), or skip with OFFLINE=1"
    exit 1
fi
if [ -n "$installed" ]; then
    printf '%s\n' "$installed"
fi
