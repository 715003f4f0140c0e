"""Generated values for the data classes of any release of openedx-events."""

import uuid
from datetime import datetime
from typing import get_args, get_origin

import attr
from openedx_events.event_bus.avro.custom_serializers import DEFAULT_CUSTOM_SERIALIZERS

SERIALIZERS = {serializer.cls: serializer for serializer in DEFAULT_CUSTOM_SERIALIZERS}


def value_of(values, data_type, field=""):
    """Generates a value of the type."""
    if data_type in (str, int, bool, float, datetime, uuid.UUID):
        maker = {int: "integer", bool: "boolean", float: "double", datetime: "datetime", uuid.UUID: "uuid"}.get(
            data_type
        )
        return getattr(values, maker)() if maker else values.text(field)
    if data_type in SERIALIZERS:
        return values.key(data_type)
    if get_origin(data_type) is list:
        return values.items(lambda: value_of(values, get_args(data_type)[0]))
    if get_origin(data_type) is dict:
        # Unordered, because Python sorts keys when writing.
        return dict(values.items(lambda: (values.text(), value_of(values, get_args(data_type)[1]))))
    arguments = {}
    for part in attr.fields(data_type):
        # The default of `plugin_configuration` is the class `dict`, which cannot be encoded.
        has_default = part.default is not attr.NOTHING and not isinstance(part.default, type)
        unset = {"minimal": 1, "realistic": 0.3}.get(values.profile, 0.2)
        if has_default and values.rng.random() < unset:
            values.tags.add("none" if part.default is None else "default")
        else:
            arguments[part.name] = value_of(values, part.type, part.name)
    return data_type(**arguments)
