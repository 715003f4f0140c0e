"""A member of a group on Kafka: prints a line for each event that its receivers get, until it has committed enough messages.

The first line means that it has joined the group. If Python cannot handle a message, it commits it anyway; the line then has an
`error`.
"""

import argparse
import faulthandler
import json
import os
import signal as signals
import sys
import threading

import service


class Member:
    """Python's consumer. Its methods cannot be replaced, because they are written in C."""

    def __init__(self, consumer, group, count, done):
        self.consumer, self.group, self.left, self.done = consumer, group, count, done
        self.has_joined = False

    def __getattr__(self, name):
        return getattr(self.consumer, name)

    def subscribe(self, topics):
        self.consumer.subscribe(topics, on_assign=self.joined)

    def joined(self, consumer, partitions):  # pylint: disable=unused-argument
        if not self.has_joined:
            service.say(joined=self.group)
        self.has_joined = True

    def commit(self, message):
        self.consumer.commit(message=message)
        self.left -= 1
        if self.left == 0:
            self.done()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    service.kafka_arguments(parser)
    parser.add_argument("--group", required=True)
    parser.add_argument("--count", type=int, default=sys.maxsize, help="stop after this number of messages")
    parser.add_argument("--timeout", type=float, default=120.0, help="fail after this number of seconds")
    parser.add_argument("--die-at", type=int, help="number of the event whose receiver kills this process")
    args = parser.parse_args()
    service.start_kafka(args)

    from openedx_events.event_bus import make_single_consumer
    from openedx_events.event_bus.avro.serializer import serialize_event_data_to_bytes
    from openedx_events.tooling import OpenEdxPublicSignal

    received = 0

    def receive(signal, metadata, **data):
        nonlocal received
        received += 1
        if received == args.die_at:
            os.kill(os.getpid(), signals.SIGKILL)
        data = {key: data[key] for key in signal.init_data}
        answer = {"event_type": signal.event_type, "metadata": service.metadata_to(metadata)}
        try:
            answer["avro_hex"] = serialize_event_data_to_bytes(data, signal).hex()
        except Exception as error:  # pylint: disable=broad-except
            answer["rewrite_error"] = repr(error)
        service.say(**answer)

    for signal in OpenEdxPublicSignal.all_events():
        signal.connect(receive)

    consumer = make_single_consumer(topic=args.topic, group_id=args.group)
    consumer.consumer = Member(consumer.consumer, args.group, args.count, consumer._shut_down)

    def fail(run_context, error, maybe_message):  # pylint: disable=unused-argument
        headers = dict(maybe_message.headers() or []) if maybe_message else {}
        service.say(error=repr(error), event_type=headers.get("ce_type", b"").decode())

    consumer.record_event_consuming_error = fail

    def stop():
        consumer._shut_down()  # pylint: disable=protected-access

    # Python has no orderly end of its own.
    signals.signal(signals.SIGTERM, lambda *_: stop())

    def give_up():
        print(f"timeout after {received} events", file=sys.stderr, flush=True)
        # Python's requests to the registry have no timeout.
        faulthandler.dump_traceback(all_threads=True)
        os._exit(3)

    timer = threading.Timer(args.timeout, give_up)
    timer.daemon = True
    timer.start()
    consumer.consume_indefinitely()


if __name__ == "__main__":
    main()
