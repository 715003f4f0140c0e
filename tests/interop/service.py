"""A Django service without a database that uses the bus as Open edX's services do."""

import io
import json
import logging
import re
import sys
from datetime import datetime, timedelta, timezone
from typing import get_args, get_origin
from uuid import UUID

import attr
import django
import fastavro
from django.conf import settings


def start(url, topic, **more):
    """Configures Django for the bus at `url`. Routes every event that can be serialized to `topic`, unless `more` has other
    routes."""
    more.setdefault("EVENT_BUS_PRODUCER_CONFIG", Routes(topic))
    configure(
        EVENT_BUS_PRODUCER="edx_event_bus_redis.create_producer",
        EVENT_BUS_CONSUMER="edx_event_bus_redis.RedisEventConsumer",
        EVENT_BUS_REDIS_CONNECTION_URL=url,
        # In seconds. A consumer stops only after its current wait.
        EVENT_BUS_REDIS_CONSUMER_POLL_TIMEOUT=1,
        **more,
    )


def start_kafka(args, **more):
    """Configures Django for the bus on Kafka, with the arguments that `kafka_arguments` adds to a parser."""
    configure(
        # The consumer looks at the connection before each message.
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        EVENT_BUS_PRODUCER="edx_event_bus_kafka.create_producer",
        EVENT_BUS_CONSUMER="edx_event_bus_kafka.KafkaEventConsumer",
        EVENT_BUS_KAFKA_BOOTSTRAP_SERVERS=args.bootstrap,
        EVENT_BUS_KAFKA_SCHEMA_REGISTRY_URL=args.registry,
        EVENT_BUS_KAFKA_CONSUMER_POLL_TIMEOUT=0.2,
        EVENT_BUS_TOPIC_PREFIX=args.prefix,
        **more,
    )
    from edx_event_bus_kafka.internal.config import get_schema_registry_client

    # Apicurio 3.3.3 sometimes leaves a request unanswered on a busy machine, and Python's requests have no timeout. After it, newer
    # releases of the client ask again.
    get_schema_registry_client()._rest_client.session.timeout = 8.0  # pylint: disable=protected-access


def kafka_arguments(parser):
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--registry", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--prefix")


def configure(**more):
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    settings.configure(INSTALLED_APPS=["openedx_events"], EVENTS_SERVICE_NAME="python", **more)
    django.setup()


class Routes(dict):
    """`EVENT_BUS_PRODUCER_CONFIG` with an entry for each event, created after all events are loaded."""

    def __init__(self, topic):
        super().__init__()
        self.topic = topic

    def items(self):
        from openedx_events.tooling import KNOWN_UNSERIALIZABLE_SIGNALS, OpenEdxPublicSignal

        for signal in OpenEdxPublicSignal.all_events():
            if signal.event_type not in KNOWN_UNSERIALIZABLE_SIGNALS:
                # The Redis bus does not use the key.
                self[signal.event_type] = {self.topic: {"event_key_field": "unused", "enabled": True}}
        return super().items()


def event_data(signal, avro):
    """Decodes an event completely. The library's own deserializer loses fields that are false or empty."""
    from openedx_events.event_bus.avro.deserializer import DEFAULT_DESERIALIZERS
    from openedx_events.event_bus.avro.serializer import AvroSignalSerializer

    def value(record, data_type):
        if data_type is datetime:
            return datetime_from(record)
        if data_type in DEFAULT_DESERIALIZERS:
            return DEFAULT_DESERIALIZERS[data_type](record)
        if get_origin(data_type) is list:
            return [value(item, get_args(data_type)[0]) for item in record]
        if get_origin(data_type) is dict:
            return {key: value(item, get_args(data_type)[1]) for key, item in record.items()}
        if attr.has(data_type):
            fields = attr.fields_dict(data_type)
            return data_type(
                **{
                    name: None if item is None and fields[name].default is None else value(item, fields[name].type)
                    for name, item in record.items()
                }
            )
        return record

    record = fastavro.schemaless_reader(io.BytesIO(avro), AvroSignalSerializer(signal).schema)
    return {key: value(record[key], data_type) for key, data_type in signal.init_data.items()}


def datetime_from(text):
    """Parses the output of `isoformat`. `fromisoformat` reads an offset of less than a second as UTC."""
    time = datetime.fromisoformat(text)
    if offset := re.search(r"([+-])00:00:00\.(\d{6})$", text):
        time = time.replace(tzinfo=timezone(timedelta(microseconds=int(offset[1] + offset[2]))))
    return time


def metadata_from(data):
    """Creates metadata from its JSON. `EventsMetadata.from_json` loses the minor version."""
    from openedx_events.data import EventsMetadata

    return EventsMetadata(
        event_type=data["event_type"],
        id=UUID(data["id"]),
        minorversion=data["minorversion"],
        source=data["source"],
        sourcehost=data["sourcehost"],
        time=datetime.fromisoformat(data["time"]),
        sourcelib=tuple(data["sourcelib"]),
    )


def metadata_to(metadata):
    return json.loads(metadata.to_json())


def say(**answer):
    """Prints a line of JSON for the parent process."""
    print(json.dumps(answer), flush=True)
