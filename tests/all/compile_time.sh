#!/usr/bin/env bash
# Measures the compile time of payloads and events, compared with the same structs with serde's derives, and the size of
# programs. It fails if a budget is exceeded.
#
# Times are processor times (user and system) in seconds, the minimum of several runs; `RUNS=7` sets their number. If valgrind
# is installed, the budgets of small crates apply to the compiler's instructions, which do not depend on the load of the
# machine. The budgets of 1,000 events apply to times: memory counts there, and instructions do not show it. Ours and serde's
# take turns, so that the load of the machine meets both, and the medians are compared.
set -euo pipefail
# A build that fails in `$(…)` must end the script.
shopt -s inherit_errexit

root=$(cd "$(dirname "$0")/../.." && pwd)
runs=${RUNS:-5}
work=${CARGO_TARGET_DIR:-$root/target}/tmp/compile_time
mkdir -p "$work"
work=$(cd "$work" && pwd)
export CARGO_TARGET_DIR=$work/target

# fields N: the fields of payload number N
fields() {
    local name
    for name in name:String number:i64 active:bool ratio:f64 'note:Option<String>' 'tags:Vec<String>' count:i64 \
        title:String; do
        printf '    /// A field.\n    pub %s: %s,\n' "${name%%:*}" "${name#*:}"
    done
    if [ $(($1 % 4)) != 0 ]; then
        printf '    /// The one before.\n    pub previous: Item%dData,\n' $(($1 - 1))
    fi
}

derives='#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]'

# structs KIND COUNT [FIRST]: payloads with an event each, and with a receiver each if the kind is `received`
structs() {
    local i payload=$derives event=$derives first=${3:-0}
    for ((i = first; i < first + $2; i++)); do
        if [ "$1" = ours ] || [ "$1" = received ]; then
            payload='#[payload]'
            event="#[event(type = \"com.example.learning.item$i.added.v1\")]"
        fi
        printf '/// A payload.\n%s\npub struct Item%dData {\n%s\n}\n' "$payload" "$i" "$(fields "$i")"
        printf '/// An event.\n%s\npub struct Item%dAdded {\n    /// It.\n    pub item: Item%dData,\n}\n' \
            "$event" "$i" "$i"
        if [ "$1" = received ]; then
            printf '#[receiver(ITEM%d_ADDED)]\nfn note_%d(item: &Item%dData) { let _ = item; }\n' "$i" "$i" "$i"
        fi
        if [ "$1" = used ]; then
            printf '/// Writes it.\npub fn write_%d(e: &Item%dAdded) -> String { serde_json::to_string(e).unwrap() }\n' \
                "$i" "$i"
            printf '/// Reads it.\npub fn read_%d(s: &str) -> Option<Item%dAdded> { serde_json::from_str(s).ok() }\n' \
                "$i" "$i"
        fi
    done
}

# wide KIND FIELDS: an event whose payload has this number of string fields, with a writer and a reader
wide() {
    local i payload=$derives event=$derives
    if [ "$1" = ours ]; then
        payload='#[payload]'
        event='#[event(type = "com.example.learning.wide.added.v1")]'
        echo 'use openedx_events::prelude::*;'
    else
        echo '/// Writes it.'
        echo 'pub fn write(e: &WideAdded) -> String { serde_json::to_string(e).unwrap() }'
        echo '/// Reads it.'
        echo 'pub fn read(s: &str) -> Option<WideAdded> { serde_json::from_str(s).ok() }'
    fi
    printf '/// A payload.\n%s\npub struct WideData {\n' "$payload"
    for ((i = 0; i < $2; i++)); do printf '    /// A field.\n    pub field_%d: String,\n' "$i"; done
    printf '}\n/// An event.\n%s\npub struct WideAdded {\n    /// It.\n    pub wide: WideData,\n}\n' "$event"
}

# The structs of the catalogue with serde's derives. Keys and times are strings.
plain_catalogue() {
    local subdomain file
    for subdomain in "$root"/runtime/src/catalog/*/; do
        subdomain=$(basename "$subdomain")
        echo "pub mod $subdomain {"
        for file in data signals; do
            echo "pub mod $file { #![allow(unused_imports)] use crate::texts::*;"
            [ $file = data ] || echo "use super::data::*;"
            awk -v derives="$derives" '
                /^pub struct/ { print derives; inside = 1 }
                inside && /^(pub struct|}|    pub )/ { print }
                /^}/ { inside = 0 }' "$root/runtime/src/catalog/$subdomain/$file.rs"
            echo "}"
        done
        echo "}"
    done
    echo "pub mod texts { pub use std::collections::BTreeMap; pub type Bytes = Vec<u8>;"
    grep -ohE '\b(DateTime|Uuid|[A-Z][A-Za-z]*(Key|Locator|LocatorV2))\b' "$root"/runtime/src/catalog/*/data.rs |
        sort -u | sed 's/.*/pub type & = String;/'
    echo "}"
}

# package NAME DEPENDENCY: makes the folder and the manifest of a package
package() {
    mkdir -p "$work/$1/src"
    printf '[package]\nname = "%s"\nversion = "0.1.0"\nedition = "2024"\n[dependencies]\n%s\n' "$1" "$2" \
        >"$work/$1/Cargo.toml"
}

serde='serde = { version = "1", features = ["derive"] }
serde_json = "1"'
ours="openedx-events = { path = \"$root/runtime\", default-features = false }"
members=
for kind in ours plain used; do
    if [ $kind = ours ]; then package $kind "$ours"; else package $kind "$serde"; fi
    { [ $kind != ours ] || echo 'use openedx_events::prelude::*;'; structs $kind 20; } >"$work/$kind/src/lib.rs"
    members="$members\"$kind\", "
done
# many KIND PACKAGE DEPENDENCY EVENTS: makes two packages, with all events in one file and spread over 50 files
many() {
    local import='' i
    [ "$1" = plain ] || import='use openedx_events::prelude::*;'
    package "$2_one" "$3"
    { echo "$import"; structs "$1" "$4"; } >"$work/$2_one/src/lib.rs"
    package "$2_files" "$3"
    : >"$work/$2_files/src/lib.rs"
    for ((i = 0; i < $4; i += $4 / 50)); do
        { echo "$import"; structs "$1" $(($4 / 50)) "$i"; } >"$work/$2_files/src/from_$i.rs"
        echo "pub mod from_$i;" >>"$work/$2_files/src/lib.rs"
    done
    members="$members\"$2_one\", \"$2_files\", "
}
for events in 200 1000; do
    many received "received_$events" "$ours" $events
    many plain "plain_$events" "$serde" $events
done
for count in 60 120 500; do
    package "wide_$count" "$ours"
    wide ours $count >"$work/wide_$count/src/lib.rs"
    members="$members\"wide_$count\", "
done
for count in 60 120; do
    package "plain_wide_$count" "$serde"
    wide plain $count >"$work/plain_wide_$count/src/lib.rs"
    members="$members\"plain_wide_$count\", "
done
package plain_catalogue "$serde"
plain_catalogue >"$work/plain_catalogue/src/lib.rs"
for count in 0 1 10 75; do
    package "size_$count" "$ours"
    {
        echo '#[allow(unused_imports)] use openedx_events::{prelude::*, registry};'
        structs ours $count
        echo 'fn main() { println!("{}", registry::events().len()); }'
    } >"$work/size_$count/src/main.rs"
    members="$members\"size_$count\", "
done
cat >"$work/Cargo.toml" <<TOML
[workspace]
resolver = "3"
members = [$members"plain_catalogue"]

[profile.release]
strip = true
TOML
cp "$root/Cargo.lock" "$root/rust-toolchain.toml" "$work/"
cd "$work"

# before FILE EDIT COMMAND…: runs the command for a file without the edits of earlier measurements
before() {
    sed -i '/^\(pub fn edited\|const _: i64\)/d' "$1"
    echo 'pub fn edited() -> i64 { 0 }' >>"$1"
    shift 2
    COUNTED='' "$@"
}

# after FILE EDIT COMMAND…: the processor time of the command after an edit of the file
after() {
    case $2 in
    # Changes a line of a function.
    line) sed -i "s/^pub fn edited.*/pub fn edited() -> i64 { $RANDOM$RANDOM }/" "$1" ;;
    # Adds an item, which changes the names in all expansions.
    item) echo "const _: i64 = $RANDOM$RANDOM;" >>"$1" ;;
    esac
    shift 2
    (TIMEFORMAT='%U %S' && time "$@") 2>&1 | awk 'END { print $1 + $2 }'
}

# seconds FILE EDIT COMMAND…: the minimum processor time of the command. The file is edited before each run.
seconds() {
    local run
    before "$@"
    for ((run = 0; run < runs; run++)); do after "$@"; done | sort -n | sed -n 1p
}

# A wrapper for the compiler, which counts the instructions for the package that COUNTED names.
cat >"$work/rustc" <<'SH'
#!/usr/bin/env bash
case " $* " in
*" --crate-name ${COUNTED:-nothing} "*)
    sysroot=$("$1" --print sysroot)
    shift
    LD_LIBRARY_PATH=$sysroot/lib exec valgrind --tool=cachegrind --cache-sim=no --cachegrind-out-file=/dev/null \
        --log-file="$COUNT" "$sysroot/bin/rustc" "$@"
    ;;
esac
exec "$@"
SH
chmod +x "$work/rustc"
export RUSTC_WRAPPER=$work/rustc COUNT=$work/count

# instructions PACKAGE EDIT COMMAND: millions of instructions of an incremental build or check after the edit
instructions() {
    local runs=1
    COUNTED=$1 one "$1" 1 "$2" "$3" >/dev/null
    awk '/I +refs/ { gsub(",", ""); printf "%.0f", $NF / 1e6 }' "$COUNT"
}

# one PACKAGE INCREMENTAL EDIT COMMAND…
one() {
    local package=$1 incremental=$2 edit=$3
    shift 3
    CARGO_INCREMENTAL=$incremental seconds "$work/$package/src/lib.rs" "$edit" cargo "$@" --quiet -p "$package"
}

failed=
# ratio LABEL OURS THEIRS BUDGET UNIT
ratio() {
    local ratio unit=${5:-s}
    ratio=$(awk -v a="$2" -v b="$3" 'BEGIN { printf "%.2f", a / b }')
    printf '| %s | %s | %s %s | %s %s | %s |\n' "$1" "$ratio" "$2" "$unit" "$3" "$unit" "${4:--}"
    if [ -n "${4:-}" ] && awk -v r="$ratio" -v b="$4" 'BEGIN { exit !(r > b) }'; then
        failed="$failed
$1: $ratio times, and may be $4"
    fi
}

echo '| | ratio | ours | serde'"'"'s derives | budget |'
echo '|---|---|---|---|---|'
for mode in "clean build:0:item:build" "\`cargo check\`:0:item:check" "one line changed, build:1:line:build" \
    "one line changed, \`cargo check\`:1:line:check" "one item added, build:1:item:build" \
    "one item added, \`cargo check\`:1:item:check"; do
    IFS=: read -r label incremental edit command <<<"$mode"
    mine=$(one ours "$incremental" "$edit" "$command")
    used=$(one used "$incremental" "$edit" "$command")
    plain=$(one plain "$incremental" "$edit" "$command")
    case $label in
    "one line changed, build" | "one item added, build") budget=1.3 ;;
    *) budget= ;;
    esac
    if [ -n "$budget" ] && type valgrind >/dev/null 2>&1; then
        ratio "20 events: $label; derives used" "$mine" "$used"
        ratio "20 events: $label; derives used; instructions" "$(instructions ours "$edit" build)" \
            "$(instructions used "$edit" build)" "$budget" million
    else
        ratio "20 events: $label; derives used" "$mine" "$used" "$budget"
    fi
    ratio "20 events: $label; derives unused" "$mine" "$plain"
done

# check FUNCTION PACKAGE: calls `before` or `after` for an incremental check of the package and a changed line
check() {
    CARGO_INCREMENTAL=1 "$1" "$work/$2/src/lib.rs" line cargo check --quiet -p "$2"
}

# medians PACKAGE PACKAGE: the median times of checks after one line has changed. The packages take turns.
medians() {
    local run column first second
    check before "$1"
    check before "$2"
    for ((run = 0; run < runs; run++)); do
        first=$(check after "$1")
        second=$(check after "$2")
        echo "$first $second"
    done >"$work/times"
    for column in 1 2; do
        awk -v column=$column '{ print $column }' "$work/times" | sort -n | sed -n "$(((runs + 1) / 2))p"
    done
}
budget=1.3
for files in one files; do
    label=$([ $files = one ] && echo "in one file" || echo "in 50 files")
    if type valgrind >/dev/null 2>&1; then
        ratio "200 events with receivers $label: one line changed, \`cargo check\`; instructions" \
            "$(instructions received_200_$files line check)" "$(instructions plain_200_$files line check)" $budget million
    fi
    times=$(medians received_1000_$files plain_1000_$files)
    # The goal is 1.3 (see CONTRIBUTING).
    # shellcheck disable=SC2086 # The times are two words.
    ratio "1000 events with receivers $label: one line changed, \`cargo check\`; medians" $times 1.3
done

# release PACKAGE: the time of one release build, which is long enough to be accurate
release() {
    local runs=1
    one "$1" 0 item build --release
}
wide_plain=$(release plain_wide_120)
ratio "an event with 60 fields: release build; derives used" "$(release wide_60)" "$(release plain_wide_60)" 0.3
ratio "an event with 120 fields: release build; derives used" "$(release wide_120)" "$wide_plain" 0.3
ratio "an event with 500 fields: release build; derives used on 120 fields" "$(release wide_500)" "$wide_plain" 1

# The time of the catalogue is the time of the crate with it, minus the time without it.
runtime() {
    # A new `metadata` forces a new build without a change to a file of the repository.
    for ((run = 0; run <= runs; run++)); do
        (TIMEFORMAT='%U %S' && export CARGO_INCREMENTAL=0 &&
            time cargo rustc --quiet --manifest-path "$root/runtime/Cargo.toml" --lib --no-default-features \
                --features "$1" -- -C metadata="$RANDOM$RANDOM") 2>&1 | tail -1
    done | awk '{ t = $1 + $2; if (NR == 1 || t < least) least = t } END { print least }'
}
without=$(runtime "")
with=$(runtime catalog)
catalogue=$(awk -v a="$with" -v b="$without" 'BEGIN { printf "%.2f", a - b }')
ratio "catalogue, clean build; derives unused" "$catalogue" "$(one plain_catalogue 0 item build)" 3

echo
echo '| stripped release binary | size |'
echo '|---|---|'
for count in 0 1 10 75; do
    cargo build --quiet --release -p "size_$count"
    size=$(stat -c %s "$CARGO_TARGET_DIR/release/size_$count")
    printf '| %s events | %s kB |\n' "$count" $((size / 1000))
done

if [ -n "$failed" ]; then
    echo "over budget:$failed" >&2
    exit 1
fi
