"""Prints the events of one release of openedx-events, as JSON: their schemas, and bytes that the release wrote.

`former_schemas.py` runs it, with the release in PYTHONPATH.
"""

import io
import json
import random
import sys
from importlib import import_module
from pathlib import Path

import django
import fastavro
from django.conf import settings

settings.configure(INSTALLED_APPS=["openedx_events"])
django.setup()

# pylint: disable=wrong-import-position
import openedx_events  # noqa: E402
from openedx_events.event_bus.avro.serializer import AvroSignalSerializer  # noqa: E402
from openedx_events import tooling  # noqa: E402

from data import value_of  # noqa: E402
from values import Values  # noqa: E402

# Not every release has this list.
LOCAL_ONLY = getattr(tooling, "KNOWN_UNSERIALIZABLE_SIGNALS", ())
CORPUS = json.loads((Path(__file__).parent / "opaque_keys.json").read_text(encoding="utf-8"))


class FormerValues(Values):
    """Generates the texts that services put into former data classes."""

    def text(self, field=""):
        if field == "container_key":
            return self.rng.choice(self.corpus["LibraryContainerLocator"]["valid"])["input"]
        return super().text(field)


def signals():
    for file in sorted(Path(openedx_events.__path__[0]).glob("*/signals.py")):
        module = import_module(f"openedx_events.{file.parent.name}.signals")
        yield from (value for value in vars(module).values() if isinstance(value, tooling.OpenEdxPublicSignal))


def without_defaults(schema):
    if isinstance(schema, list):
        return [without_defaults(branch) for branch in schema]
    if isinstance(schema, dict):
        return {key: without_defaults(part) for key, part in schema.items() if key != "default"}
    return schema


def written(signal, schema, profile):
    """Returns a generated event: its record dictionary and its bytes."""
    values = FormerValues(random.Random(f"{signal.event_type} {profile}"), profile, CORPUS, large=False)
    data = {key: value_of(values, data_type, key) for key, data_type in signal.init_data.items()}
    record = AvroSignalSerializer(signal).to_dict(data)
    out = io.BytesIO()
    # Today's fastavro refuses the defaults of some former schemas. They do not affect the bytes.
    fastavro.schemaless_writer(out, fastavro.parse_schema(without_defaults(schema)), record)
    return {"data_json": record, "avro_hex": out.getvalue().hex()}


def event(signal):
    if signal.event_type in LOCAL_ONLY:
        return {"event_type": signal.event_type, "schema": None}
    try:
        text = AvroSignalSerializer(signal).schema_string()
    except Exception:  # pylint: disable=broad-exception-caught
        # A data class without an Avro form, for which each release has an error of its own.
        return {"event_type": signal.event_type, "schema": None}
    schema = json.loads(text)
    samples = [written(signal, schema, profile) for profile in ("minimal", "realistic", "unicode")]
    return {"event_type": signal.event_type, "schema": schema, "samples": samples}


json.dump({signal.event_type: event(signal) for signal in signals()}, sys.stdout)
