"""Reads events as golden vectors from the lines of standard input and produces them to a topic.

Answers each line with the metadata of the sent event or with an `error`, which Python's producer would only log.
"""

import argparse
import json
import sys

import service


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--prefix")
    parser.add_argument("--signals", action="store_true", help="send signals, which create their own metadata")
    args = parser.parse_args()
    service.start(args.url, args.topic, EVENT_BUS_TOPIC_PREFIX=args.prefix)

    from edx_event_bus_redis.internal import producer
    from openedx_events.event_bus import get_producer
    from openedx_events.tooling import OpenEdxPublicSignal

    errors = []
    producer.record_producing_error = lambda error, context: errors.append(error)

    def send(vector):
        signal = OpenEdxPublicSignal.get_signal_by_type(vector["event_type"])
        data = service.event_data(signal, bytes.fromhex(vector["avro_hex"]))
        if args.signals:
            sent = []

            def note(metadata, **_):
                sent.append(metadata)

            signal.connect(note)
            signal.send_event(**data)
            signal.disconnect(note)
            metadata = sent[0]
        else:
            metadata = service.metadata_from(json.loads(vector["metadata_json"]))
            get_producer().send(
                signal=signal, topic=args.topic, event_key_field="unused", event_data=data, event_metadata=metadata
            )
        if errors:
            raise errors.pop()
        return metadata

    for line in sys.stdin:
        vector = json.loads(line)
        try:
            service.say(id=vector["id"], metadata=service.metadata_to(send(vector)))
        except Exception as error:  # pylint: disable=broad-except
            service.say(id=vector["id"], error=repr(error))


if __name__ == "__main__":
    main()
