"""The Python side of the bench in runtime/benches/bus: does one kind of work for each order, which is a line of JSON, and
answers with the seconds it took. The first line, `{}`, means that it is ready. Logging is off, as on the Rust side.
"""

import argparse
import json
import logging
import sys
import time

import service


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", choices=WORK)
    parser.add_argument("--url", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--event-type", required=True)
    parser.add_argument("--avro-hex", required=True)
    args = parser.parse_args()
    routes = {}
    if args.work == "produce":
        routes[args.event_type] = {args.topic: {"event_key_field": "enrollment.course.course_key", "enabled": True}}
    service.start(args.url, args.topic, EVENT_BUS_PRODUCER_CONFIG=routes)
    logging.disable()

    from openedx_events.tooling import OpenEdxPublicSignal

    args.avro = bytes.fromhex(args.avro_hex)
    args.signal = OpenEdxPublicSignal.get_signal_by_type(args.event_type)
    args.data = service.event_data(args.signal, args.avro)
    carry_out = WORK[args.work](args)
    service.say()
    for line in sys.stdin:
        order = json.loads(line)
        began = time.perf_counter()
        carry_out(order)
        service.say(seconds=time.perf_counter() - began)


def encode(args):
    from openedx_events.event_bus.avro.serializer import serialize_event_data_to_bytes

    def carry_out(order):
        for _ in range(order["count"]):
            serialize_event_data_to_bytes(args.data, args.signal)

    return carry_out


def decode(args):
    from openedx_events.event_bus.avro.deserializer import deserialize_bytes_to_event_data

    def carry_out(order):
        for _ in range(order["count"]):
            deserialize_bytes_to_event_data(args.avro, args.signal)

    return carry_out


def receive(**_):
    """A receiver that does nothing."""


def send(args):
    args.signal.connect(receive)
    return produce(args)


def produce(args):
    from edx_event_bus_redis.internal import producer

    def fail(error, context):  # pylint: disable=unused-argument
        raise error

    # By default, Python only logs it.
    producer.record_producing_error = fail

    def carry_out(order):
        for _ in range(order["count"]):
            args.signal.send_event(**args.data)

    return carry_out


def consume(args):
    from openedx_events.event_bus import make_single_consumer

    args.signal.connect(receive)

    def carry_out(order):
        consumer = make_single_consumer(
            topic=args.topic,
            group_id=order["group"],
            consumer_name=order["member"],
            # Start with the oldest message.
            last_read_msg_id="0",
        )
        stream, errors, left = consumer.consumer, [], order["count"]
        acknowledge = stream.ack

        def count(*ids):
            nonlocal left
            result = acknowledge(*ids)
            left -= 1
            if left == 0:
                consumer._shut_down()  # pylint: disable=protected-access
            return result

        stream.ack = count
        consumer.record_event_consuming_error = lambda context, error, message: errors.append(error)
        consumer.consume_indefinitely()
        if errors:
            raise errors[0]

    return carry_out


WORK = {"encode": encode, "decode": decode, "send": send, "produce": produce, "consume": consume}


if __name__ == "__main__":
    main()
