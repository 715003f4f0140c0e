#!/usr/bin/env bash
# Installs Apache Kafka and two schema registries for the tests in the folder `$1`, from Maven's repository.
# Prints a line for each usable server: its name, a tab, the path of a Java that runs it, a tab, and its folder.
#
# Servers that are already there are reused, so only the first run takes long. On Debian, root also gets Java and Maven if they
# are missing. A registry whose Java version is missing on this machine is skipped with a message. It is an error if Kafka cannot be
# installed. `OFFLINE=1` installs nothing and uses what is already there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
into=${1:?the folder for the servers}
mkdir -p "$into"
into=$(cd "$into" && pwd)

# Remove a failed installation.
trap 'rm -rf "$into"/new-*-$$' EXIT

say() { printf 'kafka: %s\n' "$*" >&2; }

# Prints the first Java of version `$1` or newer.
find_java() {
    local candidate version
    while read -r candidate; do
        version=$("$candidate" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1) || true
        if [ "${version:-0}" -ge "$1" ]; then
            echo "$candidate"
            return
        fi
    done < <(
        for candidate in ${JAVA_HOME:+"$JAVA_HOME/bin/java"} $(type -aP java || true) /usr/lib/jvm/*/bin/java; do
            if [ -x "$candidate" ]; then echo "$candidate"; fi
        done
    )
    return 1
}

# Installs Debian's packages `$@`.
apt_install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    say "installing $*"
    # The package lists may be old or missing.
    { apt-get install -y --no-install-recommends "$@" ||
        { apt-get update && apt-get install -y --no-install-recommends "$@"; }; } >/dev/null 2>&1
}

# Makes sure that the programs of an installation exist.
need_tools() {
    if ! find_java 17 >/dev/null && ! { apt_install default-jre-headless && find_java 17 >/dev/null; }; then
        say "the servers need Java 17 or newer: install it (\`apt-get install default-jre-headless\`), or skip with OFFLINE=1"
        exit 1
    fi
    if ! command -v mvn >/dev/null && ! apt_install maven; then
        say "the installation needs Maven: install it (\`apt-get install maven\`), or skip with OFFLINE=1"
        exit 1
    fi
}

# Moves the new folder `$1` to `$2`. If several processes install it, the first one wins. Because of the rename, nobody sees a
# half-installed server.
publish() {
    if [ ! -e "$2" ]; then mv -T "$1" "$2" 2>/dev/null || [ -e "$2" ]; fi
    rm -rf "$1"
}

# Installs the server `$1` with the function `$2`, for Java `$3` or newer.
server() {
    local name=$1 fetch=$2 least=$3 home=$into/$1 new=$into/new-$1-$$ java
    if [ ! -e "$home" ] && [ "${OFFLINE:-}" = 1 ]; then
        say "NOT CHECKED: $name: not installed, because of OFFLINE=1"
        return
    fi
    if [ ! -e "$home" ]; then need_tools; fi
    # Debian has one or the other version.
    if ! java=$(find_java "$least") && ! { [ "${OFFLINE:-}" != 1 ] &&
        { apt_install "openjdk-$least-jre-headless" || apt_install openjdk-25-jre-headless; } &&
        java=$(find_java "$least"); }; then
        say "NOT CHECKED: $name: it needs Java $least or newer, which is not installed"
        return
    fi
    if [ ! -e "$home" ]; then
        say "installing $name"
        mkdir -p "$new"
        "$fetch" "$name" "$new"
        publish "$new" "$home"
    fi
    printf '%s\t%s\t%s\n' "$name" "$java" "$home"
}

fetch_kafka() {
    mvn -q -B -f "$here/kafka.pom.xml" dependency:copy-dependencies -DoutputDirectory="$2" >&2
}

fetch_apicurio() {
    local artifact=apicurio-registry-app version=${1#apicurio-}
    mvn -q -B -f "$here/kafka.pom.xml" dependency:copy -Dartifact="io.apicurio:$artifact:$version:tar.gz:all" \
        -DoutputDirectory="$2" >&2
    tar -xzf "$2/$artifact-$version-all.tar.gz" -C "$2"
    rm "$2/$artifact-$version-all.tar.gz"
}

server kafka-4.3.1 fetch_kafka 17
# Keeps canonical schemas, as Confluent's registry does.
server apicurio-3.3.3 fetch_apicurio 21
# Keeps schemas verbatim.
server apicurio-3.0.9 fetch_apicurio 17
