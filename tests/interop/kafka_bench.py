"""The Python side of the bench on Kafka in runtime/benches/bus: does one kind of work for each order, which is a line of JSON, and
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
    service.kafka_arguments(parser)
    parser.add_argument("--event-type", required=True)
    parser.add_argument("--avro-hex", required=True)
    args = parser.parse_args()
    route = {args.topic: {"event_key_field": "enrollment.course.course_key", "enabled": True}}
    routes = {args.event_type: route} if args.work == "produce" else {}
    service.start_kafka(args, EVENT_BUS_PRODUCER_CONFIG=routes)
    logging.disable()

    from openedx_events.tooling import OpenEdxPublicSignal

    args.signal = OpenEdxPublicSignal.get_signal_by_type(args.event_type)
    args.data = service.event_data(args.signal, bytes.fromhex(args.avro_hex))
    carry_out = WORK[args.work](args)
    service.say()
    for line in sys.stdin:
        service.say(seconds=carry_out(json.loads(line)))


def produce(args):
    from edx_event_bus_kafka.internal import producer
    from openedx_events.event_bus import get_producer

    def fail(error, context):  # pylint: disable=unused-argument
        raise error

    # By default, Python only logs it.
    producer.record_producing_error = fail

    def carry_out(order):
        began = time.perf_counter()
        for _ in range(order["count"]):
            args.signal.send_event(**args.data)
        get_producer().prepare_for_shutdown()
        return time.perf_counter() - began

    return carry_out


def consume(args):
    from openedx_events.event_bus import make_single_consumer

    times = []

    def receive(**_):
        times.append(time.perf_counter())

    # Nothing else refers to it.
    args.signal.connect(receive, weak=False)

    def carry_out(order):
        times.clear()
        errors = []
        consumer = make_single_consumer(topic=args.topic, group_id=order["group"])
        emit = consumer.emit_signals_from_message

        def count(message, signal):
            emit(message, signal)
            if len(times) == order["count"]:
                consumer._shut_down()  # pylint: disable=protected-access

        consumer.emit_signals_from_message = count
        consumer.record_event_consuming_error = lambda context, error, message: errors.append(error)
        consumer.consume_indefinitely()
        if errors:
            raise errors[0]
        return times[-1] - times[0]

    return carry_out


WORK = {"produce": produce, "consume": consume}


if __name__ == "__main__":
    main()
