"""Reads events as golden vectors, each with a `key_field`, from the lines of standard input and produces them to a topic on Kafka.

Answers each line with the metadata, partition and offset of the record or with an `error`, which Python's producer would only log.
"""

import argparse
import json
import sys

import service


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    service.kafka_arguments(parser)
    parser.add_argument("--signals", action="store_true", help="send signals, which create their own metadata")
    args = parser.parse_args()
    vectors = [json.loads(line) for line in sys.stdin]
    routes = {
        vector["event_type"]: {args.topic: {"event_key_field": vector["key_field"], "enabled": True}}
        for vector in vectors
        if args.signals
    }
    service.start_kafka(args, EVENT_BUS_PRODUCER_CONFIG=routes)

    from edx_event_bus_kafka.internal import producer
    from openedx_events.event_bus import get_producer
    from openedx_events.tooling import OpenEdxPublicSignal

    errors, records = {}, {}
    delivered = producer.ProducingContext.on_event_deliver

    def on_event_deliver(self, error, event):
        delivered(self, error, event)
        if error is None:
            records[self.event_metadata.id] = {"partition": event.partition(), "offset": event.offset()}

    def record_error(error, context):
        errors[context.event_metadata.id] = error

    producer.ProducingContext.on_event_deliver = on_event_deliver
    producer.record_producing_error = record_error

    def send(vector):
        signal = OpenEdxPublicSignal.get_signal_by_type(vector["event_type"])
        data = service.event_data(signal, bytes.fromhex(vector["avro_hex"]))
        if not args.signals:
            metadata = service.metadata_from(json.loads(vector["metadata_json"]))
            get_producer().send(
                signal=signal,
                topic=args.topic,
                event_key_field=vector["key_field"],
                event_data=data,
                event_metadata=metadata,
            )
            return metadata
        sent = []

        def note(metadata, **_):
            sent.append(metadata)

        signal.connect(note)
        signal.send_event(**data)
        signal.disconnect(note)
        return sent[0]

    answers = []
    for vector in vectors:
        try:
            answers.append((vector["id"], send(vector), None))
        except Exception as error:  # pylint: disable=broad-except
            answers.append((vector["id"], None, error))
    get_producer().prepare_for_shutdown()
    for vector_id, metadata, error in answers:
        error = error or errors.get(metadata.id)
        if error:
            service.say(id=vector_id, error=repr(error))
        else:
            service.say(id=vector_id, metadata=service.metadata_to(metadata), **records[metadata.id])


if __name__ == "__main__":
    main()
