#!/usr/bin/env python3
"""Finds the events whose schema another release of openedx-events had under the same type.

    pip index versions openedx-events
    python former_schemas.py FOLDER VERSION...

Downloads these releases into FOLDER, unless they are there, and asks each of them for its schemas. Writes `former.jsonl`, with bytes
that those releases wrote, and the table in `runtime/src/former/table.rs`. Run it with the Python of `requirements.txt`; each release
replaces the openedx-events that is installed there.
"""

import argparse
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
TABLE = HERE.parent.parent / "runtime/src/former/table.rs"


def number(release):
    return tuple(int(part) for part in release.split("."))


def download(folder, release):
    """Returns the folder of the release."""
    unpacked = folder / release
    if not unpacked.exists():
        wheels = folder / "wheels" / release
        package = f"openedx-events=={release}"
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        subprocess.run([*pip, "--dest", wheels, package], check=True)
        with zipfile.ZipFile(next(wheels.glob("*.whl"))) as wheel:
            wheel.extractall(unpacked)
    return unpacked


def events_of(unpacked):
    """Asks a release for its events."""
    environment = {**os.environ, "PYTHONPATH": str(unpacked)}
    command = [sys.executable, HERE / "former_release.py"]
    return json.loads(subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout)


def form(schema, records):
    """Returns the part of a schema that decides about the bytes and their meaning: the types, and the names of fields."""
    if isinstance(schema, str):
        return records.get(schema, schema)
    if isinstance(schema, list):
        return ["union", *(form(branch, records) for branch in schema)]
    kind = schema["type"]
    if kind == "record":
        record = ["record", *([field["name"], form(field["type"], records)] for field in schema["fields"])]
        records[schema["name"]] = record
        return record
    inner = {"array": "items", "map": "values"}.get(kind)
    return [kind, form(schema[inner], records)] if inner else form(kind, records)


def brief(schema):
    """Returns a schema without documentation and other things that do not matter for reading."""
    if isinstance(schema, list):
        return [brief(branch) for branch in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: schema[key] for key in ("type", "name") if key in schema}
    kept["type"] = brief(kept["type"])
    for key in ("items", "values"):
        if key in schema:
            kept[key] = brief(schema[key])
    if "fields" in schema:
        kept["fields"] = [{"name": field["name"], "type": brief(field["type"])} for field in schema["fields"]]
    return kept


def spans(releases):
    """Returns, for each event type, the releases that wrote one form after another: form, releases."""
    found = {}
    for release, events in releases.items():
        for event_type, event in events.items():
            if event["schema"] is None:
                continue
            written = form(event["schema"], {})
            of_type = found.setdefault(event_type, [])
            if not of_type or of_type[-1][0] != written:
                of_type.append((written, []))
            of_type[-1][1].append(release)
    return dict(sorted(found.items()))


def table(releases, found):
    """Returns the Rust source of the table."""
    order = list(releases)
    last = releases[order[-1]]
    schemas, gone = [], []
    for event_type, of_type in found.items():
        if event_type not in last:
            first, end = of_type[0][1][0], of_type[-1][1][-1]
            gone.append(f'    ("{event_type}", "{first}", "{end}"),\n')
            continue
        for written, wrote in of_type:
            if last[event_type]["schema"] is None or written == of_type[-1][0]:
                continue
            following = order[order.index(wrote[-1]) + 1]
            schema = json.dumps(brief(releases[wrote[-1]][event_type]["schema"]), separators=(",", ":"))
            first, following = list(number(wrote[0])), list(number(following))
            schemas.append(
                f'    FormerSchema::new(\n        "{event_type}",\n        {first},\n        {following},\n'
                f'        r#"{schema}"#,\n    ),\n'
            )
    return (
        "//! Written by `tests/golden/former_schemas.py`: the schemas that former releases of openedx-events had.\n\n"
        "use super::FormerSchema;\n\n"
        "/// Sorted by event type. Releases that were not published count as the one before them.\n#[rustfmt::skip]\n"
        f"pub(super) static FORMER: [FormerSchema; {len(schemas)}] = [\n{''.join(schemas)}];\n\n"
        "/// The event types that only former releases had, with the first and the last of them.\n#[rustfmt::skip]\n"
        f"pub(super) const GONE: &[(&str, &str, &str)] = &[\n{''.join(gone)}];\n"
    )


def samples(releases, found):
    """Returns events that were written by the first and the last release of each form, and by the oldest release."""
    last = list(releases)[-1]
    for event_type, of_type in found.items():
        if event_type not in releases[last] or releases[last][event_type]["schema"] is None:
            continue
        for written, wrote in of_type:
            is_former = written != of_type[-1][0]
            for release in sorted({wrote[0], wrote[-1]}, key=number) if is_former else wrote[:1]:
                if release == last:
                    continue
                for sample in releases[release][event_type]["samples"][slice(None) if is_former else slice(1, 2)]:
                    yield {"event_type": event_type, "sourcelib": list(number(release)), "former": is_former, **sample}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("versions", nargs="+")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    versions = sorted((version.strip(",") for version in args.versions), key=number)
    # Releases before 1.0.0 had no event bus of their own.
    versions = [version for version in versions if number(version) >= (1,)]
    releases = {version: events_of(download(args.folder.resolve(), version)) for version in versions}
    found = spans(releases)
    TABLE.write_text(table(releases, found), encoding="utf-8")
    lines = "".join(json.dumps(sample) + "\n" for sample in samples(releases, found))
    (HERE / "former.jsonl").write_text(lines, encoding="utf-8")
    print(f"{len(releases)} releases, {lines.count(chr(10))} events", file=sys.stderr)


if __name__ == "__main__":
    main()
