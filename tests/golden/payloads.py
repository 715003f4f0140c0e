"""Generated events as openedx-events and edx-event-bus-redis write them, and other bytes that they can read."""

import io
import json
import math
import struct
import uuid
from datetime import datetime, timedelta, timezone
from typing import get_args, get_origin

import attr
import fastavro
from edx_event_bus_redis.internal.message import RedisMessage
from openedx_events.data import EventsMetadata
from openedx_events.event_bus.avro.deserializer import deserialize_bytes_to_event_data
from openedx_events.event_bus.avro.serializer import AvroSignalSerializer, serialize_event_data_to_bytes

import key_strings
from data import SERIALIZERS, value_of
from values import HARD_TEXTS, PROFILES, Values

def metadata(rng, signal, hard):
    """Generates metadata, with usual values or values at their limits."""
    time = datetime(2024, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=rng.randrange(30_000_000))
    microsecond = rng.choice((0, 1, rng.randrange(1_000_000)))
    return EventsMetadata(
        event_type=signal.event_type,
        id=uuid.UUID(int=rng.getrandbits(128), version=1),
        minorversion=rng.choice((0, 0, 1, 7, 2**31)) if hard else 0,
        source=(
            rng.choice(("openedx/cms/web", "", 'openedx/"quoted"\n/web', "openedx/Ünïcode ☃/web", *HARD_TEXTS[:12]))
            if hard
            else "openedx/lms/web"
        ),
        sourcehost=(
            rng.choice(("edx.devstack.lms", "", "hôte-é", "a" * 253, "😀\u2028\x7f")) if hard else "lms.example.org"
        ),
        time=time.replace(microsecond=microsecond),
        sourcelib=rng.choice(((11, 2, 0), (1,), (1, 2, 3, 4), (2**40, 0, 0), (0, 14, 0))) if hard else (11, 2, 0),
    )


def without_odd_floats(value):
    """Converts a record dictionary to JSON, with strings for floats that are not finite."""
    if isinstance(value, dict):
        return {key: without_odd_floats(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_odd_floats(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def vectors(rng, signals, count, corpus, large):
    """Generates `count` events with their data and their form on the wire."""
    for at in range(count):
        signal, number = signals[at % len(signals)], at // len(signals)
        profile = PROFILES[number % len(PROFILES)]
        values = Values(rng, profile, corpus, large)
        data = {key: value_of(values, data_type, key) for key, data_type in signal.init_data.items()}
        meta = metadata(rng, signal, hard=profile in ("extreme", "mixed"))
        avro = serialize_event_data_to_bytes(data, signal)
        deserialize_bytes_to_event_data(avro, signal)  # Fails if Python cannot read its own bytes.
        fields = RedisMessage(topic="t", event_data=avro, event_metadata=meta).to_binary_dict()
        yield {
            "id": f"{signal.event_type}#{number}",
            "event_type": signal.event_type,
            "tags": sorted(values.tags),
            "data_json": without_odd_floats(AvroSignalSerializer(signal).to_dict(data)),
            "avro_hex": avro.hex(),
            "metadata_json": meta.to_json(),
            "redis_fields": {
                name.decode(): value.decode() for name, value in fields.items() if name != b"event_data"
            },
        }


class LenientWriter:
    """Writes Avro with blocks, block sizes, numbers and strings in all forms that Python can read."""

    def __init__(self, rng, values):
        self.rng, self.values = rng, values

    def long(self, number):
        number = number << 1 ^ number >> 63
        out = bytearray()
        while True:
            out.append(number & 0x7F | 0x80)
            number >>= 7
            if not number:
                break
        if self.rng.random() < 0.1:
            out += b"\x80" * self.rng.randint(0, 10 - len(out))
        out[-1] &= 0x7F
        return bytes(out)

    def string(self, text):
        data = text.encode()
        return self.long(len(data)) + data

    def blocks(self, items):
        """Writes an array or a map in any number of blocks, with or without block sizes."""
        out = b""
        while items:
            cut = self.rng.randint(1, len(items))
            data, items = items[:cut], items[cut:]
            body = b"".join(data)
            out += (
                self.long(-cut) + self.long(len(body)) + body if self.rng.random() < 0.5 else self.long(cut) + body
            )
        return out + self.long(0)

    def write(self, data_type, field=""):
        """Returns the bytes and the value that Python reads from them."""
        rng = self.rng
        if data_type is str or data_type in SERIALIZERS:
            text = self.text(data_type, field)
            read = (
                text
                if data_type is str
                else SERIALIZERS[data_type].serialize(SERIALIZERS[data_type].deserialize(text))
            )
            return self.string(text), read
        if data_type is bool:
            value = self.values.boolean()
            return bytes([value]), value
        if data_type is int:
            value = self.values.integer()
            return self.long(value), value
        if data_type is float:
            value = float(self.values.double())
            return struct.pack("<d", value), value
        if get_origin(data_type) is list:
            items = self.values.items(lambda: self.write(get_args(data_type)[0]))
            return self.blocks([data for data, _ in items]), [value for _, value in items]
        if get_origin(data_type) is dict:
            items = self.values.items(lambda: (self.values.text(), self.write(get_args(data_type)[1])))
            if items and rng.random() < 0.3:
                # The last value of a duplicate key wins.
                items.append((rng.choice(items)[0], self.write(get_args(data_type)[1])))
            return self.blocks([self.string(key) + data for key, (data, _) in items]), {
                key: value for key, (_, value) in items
            }
        data, record = b"", {}
        for field in attr.fields(data_type):
            if field.default is None:
                is_set = rng.random() < 0.7
                data += self.long(int(is_set))
                if not is_set:
                    record[field.name] = None
                    continue
            part, record[field.name] = self.write(field.type, field.name)
            data += part
        return data, record

    def text(self, data_type, field):
        """Generates a string that Python reads as a value of the type."""
        rng = self.rng
        if data_type is str:
            value = self.values.text(field)
            return value.isoformat() if isinstance(value, datetime) else value
        if data_type is datetime:
            value = self.values.datetime()
            if value.tzinfo and timedelta(0) < abs(value.utcoffset()) < timedelta(seconds=1):
                # Python writes such an offset but reads it as UTC; we keep it.
                value = value.replace(tzinfo=timezone.utc)
            return time_text(rng, value)
        if data_type is uuid.UUID:
            value = self.values.uuid()
            text = rng.choice(
                (str(value), value.hex, value.urn, f"{{{value}}}", str(value).upper(), value.hex.upper())
            )
            return f"uuid:{text}" if rng.random() < 0.1 else text
        while True:
            text = key_strings.string(rng, data_type.__name__, self.values.corpus)
            case = key_strings.verdict(data_type, text)
            if case is not None and key_strings.verdict(data_type, case.get("canonical", text)) is not None:
                return text


def time_text(rng, value):
    """Generates a string that `fromisoformat` can read, usually different from the output of `isoformat`."""
    own = value.isoformat()
    year, week, day = value.isocalendar()
    offset = own[26:] if value.microsecond else own[19:]
    fraction = rng.choice(("", ".5", ",25", ".123", ".123456", ".1234567", ",999999999", ".000001"))
    form = rng.choice(
        ("%Y-%m-%d", "%Y%m%d", f"{year:04}-W{week:02}-{day}", f"{year:04}W{week:02}{day}", f"{year:04}-W{week:02}")
    )
    date = value.strftime(form.replace("%Y", f"{value.year:04}"))
    clock = value.strftime(rng.choice(("%H", "%H:%M", "%H%M", "%H:%M:%S" + fraction, "%H%M%S" + fraction)))
    zone = rng.choice(
        ("", "Z", "+00:00", "-00:00", "+0530", "-12", "+23:59:59.999999", "+00:00:01", "-000001.5", offset, offset)
    )
    text = rng.choice(
        (
            own,
            own.replace("T", " "),
            own.replace("T", "é"),
            date,
            date + rng.choice("T t_☃-1W") + clock + zone,
            date + "T" + clock + zone,
            date + "T" + clock + zone,
        )
    )
    try:
        datetime.fromisoformat(text).isoformat()
        return text
    except ValueError:
        return own


def as_written(data_type, value):
    """Returns the value read, with strings in Python's own form."""
    if value is None or data_type in (str, int, bool, float):
        return value
    if data_type in SERIALIZERS:
        return SERIALIZERS[data_type].serialize(SERIALIZERS[data_type].deserialize(value))
    if get_origin(data_type) is list:
        return [as_written(get_args(data_type)[0], item) for item in value]
    if get_origin(data_type) is dict:
        return {key: as_written(get_args(data_type)[1], item) for key, item in value.items()}
    return {field.name: as_written(field.type, value[field.name]) for field in attr.fields(data_type)}


def readings(rng, signals, count, corpus):
    """Generates bytes that Python can read but does not write, with the value read and the bytes that Python writes for it."""
    for at in range(count):
        signal = signals[at % len(signals)]
        writer = LenientWriter(rng, Values(rng, rng.choice(("unicode", "extreme", "mixed")), corpus, large=False))
        schema = AvroSignalSerializer(signal).schema
        data, record = b"", {}
        for key, data_type in signal.init_data.items():
            part, record[key] = writer.write(data_type, key)
            data += part
        data += rng.choice((b"", b"", b"\x00", b"trailing"))
        read = fastavro.schemaless_reader(io.BytesIO(data), schema)
        deserialize_bytes_to_event_data(data, signal)
        read = {key: as_written(data_type, read[key]) for key, data_type in signal.init_data.items()}
        assert json.dumps(read, sort_keys=True) == json.dumps(record, sort_keys=True)
        record = json.loads(json.dumps(record, sort_keys=True))  # Sorted, as Python does when writing.
        out = io.BytesIO()
        fastavro.schemaless_writer(out, schema, record)
        yield {
            "event_type": signal.event_type,
            "avro_hex": data.hex(),
            "reads_as": without_odd_floats(record),
            "rewritten_hex": out.getvalue().hex(),
        }
