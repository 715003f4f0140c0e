"""A member of a consumer group: prints a line for each event that its receivers get, until it has read enough messages.

The first line means that it has joined the group. If Python cannot handle a message, it still acknowledges it; the line then
has an `error`.
"""

import argparse
import json
import os
import signal as signals
import sys
import threading

import service


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--prefix")
    parser.add_argument("--group", required=True)
    parser.add_argument("--extra", default="{}", help="JSON, as for the management command consume_events")
    parser.add_argument("--count", type=int, default=sys.maxsize, help="stop after this number of messages")
    parser.add_argument("--timeout", type=float, default=120.0, help="fail after this number of seconds")
    parser.add_argument("--die-at", type=int, help="number of the event whose receiver kills this process")
    args = parser.parse_args()
    service.start(args.url, args.topic, EVENT_BUS_TOPIC_PREFIX=args.prefix)

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

    consumer = make_single_consumer(topic=args.topic, group_id=args.group, **json.loads(args.extra))

    def fail(run_context, error, maybe_message):  # pylint: disable=unused-argument
        event_type = maybe_message.event_metadata.event_type if maybe_message else None
        service.say(error=repr(error), event_type=event_type)

    consumer.record_event_consuming_error = fail
    # Python acknowledges every message, even if a receiver fails.
    stream = consumer.consumer
    acknowledge, acknowledged = stream.ack, 0

    def count(*ids):
        nonlocal acknowledged
        result = acknowledge(*ids)
        acknowledged += 1
        if acknowledged >= args.count:
            consumer._shut_down()  # pylint: disable=protected-access
        return result

    stream.ack = count

    def give_up():
        print(f"timeout after {acknowledged} messages", file=sys.stderr, flush=True)
        os._exit(3)

    timer = threading.Timer(args.timeout, give_up)
    timer.daemon = True
    timer.start()
    service.say(joined=args.group)
    consumer.consume_indefinitely()


if __name__ == "__main__":
    main()
