#!/usr/bin/env python3
"""Regenerates the data of this folder from the Python packages in requirements.txt.

Without arguments, it updates catalog.json, vectors.jsonl, readings.jsonl and the results in opaque_keys.json in place, so that a
new upstream release appears as a diff.

With --seed N --count M --out DIR, it writes M payloads, M readings and M key strings with another seed to DIR, in the same
format, for `GOLDEN_DIR=DIR cargo test`.
"""

import argparse
import json
import random
import re
import sys
from importlib import import_module
from pathlib import Path

import django
from django.conf import settings

settings.configure(INSTALLED_APPS=["openedx_events"])
django.setup()

# pylint: disable=wrong-import-position
from openedx_events.event_bus.avro.serializer import AvroSignalSerializer  # noqa: E402
from openedx_events.tooling import (  # noqa: E402
    KNOWN_UNSERIALIZABLE_SIGNALS,
    OpenEdxPublicSignal,
    load_all_signals,
)

import key_strings  # noqa: E402
import payloads  # noqa: E402

HERE = Path(__file__).parent
ANNOTATION = re.compile(r"# \.\. (\w+): *(.*)")


def signals():
    """Returns all signals with their constant and module, by event type."""
    load_all_signals()
    found = {}
    for module in sorted(name for name in sys.modules if re.fullmatch(r"openedx_events\.\w+\.signals", name)):
        for constant, value in vars(import_module(module)).items():
            if isinstance(value, OpenEdxPublicSignal):
                assert value.event_type not in found, value.event_type
                found[value.event_type] = (constant, module, value)
    assert len(found) == len(OpenEdxPublicSignal.all_events())
    return dict(sorted(found.items()))


def annotations(module):
    """Returns the annotations of each event, from the comments above the definitions."""
    events, current = {}, {}
    for line in Path(sys.modules[module].__file__).read_text(encoding="utf-8").splitlines():
        if match := ANNOTATION.match(line):
            if match[1] == "event_type":
                current = events[match[2]] = {}
            current[match[1]] = match[2]
    return events


def type_name(data_type):
    """Returns the name of a class or of a generic type."""
    return getattr(data_type, "__name__", str(data_type))


def catalog(all_signals):
    """Returns the event definitions for the tests."""
    events = []
    for event_type, (constant, module, signal) in all_signals.items():
        said = annotations(module)[event_type]
        try:
            schema_string = AvroSignalSerializer(signal).schema_string()
        except TypeError:  # A data class without an Avro form.
            schema_string = None
        events.append(
            {
                "event_type": event_type,
                "constant": constant,
                "module": module,
                "subdomain": module.split(".")[1],
                "minor_version": signal.minor_version,
                "data": [{"key": key, "type": type_name(data_type)} for key, data_type in signal.init_data.items()],
                "key_field": said.get("event_key_field"),
                "repository": said.get("event_trigger_repository"),
                "local_only": event_type in KNOWN_UNSERIALIZABLE_SIGNALS,
                "schema_string": schema_string,
            }
        )
    return events


def write(path, text):
    path.write_text(text, encoding="utf-8")
    print(f"{path}: {len(text)} characters", file=sys.stderr)


def json_lines(items):
    return "".join(json.dumps(item) + "\n" for item in items)


def keys_json(golden):
    """Writes one key per line."""
    classes = []
    for name, cases in golden.items():
        kinds = [
            f"  {json.dumps(kind)}: [\n" + ",\n".join("   " + json.dumps(case) for case in cases[kind]) + "\n  ]"
            for kind in ("valid", "invalid")
        ]
        classes.append(f" {json.dumps(name)}: {{\n" + ",\n".join(kinds) + "\n }")
    return "{\n" + ",\n".join(classes) + "\n}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, help="how many payloads, and how many key strings (with --out)")
    parser.add_argument("--out", type=Path, help="the folder that further data goes into")
    args = parser.parse_args()
    if (args.count is None) != (args.out is None):
        parser.error("--count and --out belong together")

    all_signals = signals()
    on_bus = [entry[2] for entry in all_signals.values() if entry[2].event_type not in KNOWN_UNSERIALIZABLE_SIGNALS]
    corpus = json.loads((HERE / "opaque_keys.json").read_text(encoding="utf-8"))
    out = args.out or HERE
    out.mkdir(parents=True, exist_ok=True)

    if args.out:
        keys = key_strings.generate(random.Random(f"keys {args.seed}"), args.count, corpus)
    else:
        write(out / "catalog.json", json.dumps(catalog(all_signals), indent=1) + "\n")
        keys = key_strings.ask_again(corpus)
    write(out / "opaque_keys.json", keys_json(keys))
    count = args.count or 5 * len(on_bus)
    rng = random.Random(f"payloads {args.seed}")
    write(out / "vectors.jsonl", json_lines(payloads.vectors(rng, on_bus, count, corpus, large=bool(args.out))))
    rng = random.Random(f"readings {args.seed}")
    write(out / "readings.jsonl", json_lines(payloads.readings(rng, on_bus, args.count or len(on_bus), corpus)))


if __name__ == "__main__":
    main()
