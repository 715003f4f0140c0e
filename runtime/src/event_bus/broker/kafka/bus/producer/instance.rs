//! A producer of librdkafka, and the thread that takes its reports.

use std::{
    mem,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use rdkafka::{
    ClientContext,
    config::RDKafkaLogLevel,
    error::KafkaError,
    message::{DeliveryResult, Message as _},
    producer::{BaseProducer, BaseRecord, Producer as _, ProducerContext, PurgeConfig},
    types::RDKafkaErrorCode,
};

use super::{
    super::{
        client,
        client_errors::ClientErrors,
        frame::{self},
        options::KafkaOptions,
        position::Position,
        record,
    },
    batch::{Outcome, Ticket},
    schema_ids::SchemaIds,
};
use crate::event_bus::{broker::BusError, thread::spawn, wire::Envelope};

/// The largest message that the client takes. The limit of the broker is what counts.
const LARGEST: &str = "20000000";
/// How long the client waits for more messages, in milliseconds, if no sender waits for these.
const LINGER: &str = "1";
/// How often the thread checks whether it must end, and whether users take reports.
const POLL: Duration = Duration::from_millis(100);

/// The purpose of a producer of librdkafka.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Senders wait for their messages, and get back those that are late.
    Wait,
    /// Background delivery sends many messages, which the client sends again for as long as it takes: it keeps their order. If a
    /// broker refuses some, the client stops sending, so that no later message overtakes those that are sent again.
    Background,
    /// Background delivery sends one message of a topic at a time, which may be refused.
    Alone,
}

/// The producer of librdkafka, which its users and the thread for its reports share.
struct Client {
    producer: BaseProducer<Context>,
    /// How often users took reports.
    polls: AtomicUsize,
    ended: AtomicBool,
}

impl Client {
    /// Takes reports until the client ends, unless its users do so: a report costs less on the thread that sent its message.
    fn take_reports(&self) {
        let mut polls = 0;
        while !self.ended.load(Ordering::Relaxed) {
            let before = mem::replace(&mut polls, self.polls.load(Ordering::Relaxed));
            if polls == before {
                self.producer.poll(POLL);
            } else {
                thread::sleep(POLL);
            }
            if self.producer.client().fatal_error().is_some() {
                // The client was purged before, but it still has messages that a broker has returned since then.
                self.producer.purge(PurgeConfig::default().queue());
            }
        }
    }
}

/// A producer of librdkafka. A fatal error makes it useless.
pub(super) struct Instance {
    client: Arc<Client>,
    retired: AtomicBool,
    flush: Duration,
}

impl Instance {
    /// Starts a producer. It connects in the background.
    pub(super) fn start(
        options: &KafkaOptions,
        purpose: Purpose,
        errors: Arc<ClientErrors>,
    ) -> Result<Self, BusError> {
        let timeout = match purpose {
            // When a send fails, the message must have left the client's queue.
            Purpose::Wait => client::milliseconds(options.produce_timeout, 1000),
            // For librdkafka, 0 means without a limit.
            Purpose::Background | Purpose::Alone => "0".to_owned(),
        };
        let (linger, gapless) = match purpose {
            Purpose::Wait | Purpose::Alone => ("0", "false"),
            Purpose::Background => (LINGER, "true"),
        };
        let own = [
            ("acks", "all"),
            ("enable.idempotence", "true"),
            ("enable.gapless.guarantee", gapless),
            ("partitioner", "consistent_random"),
            ("linger.ms", linger),
            ("message.timeout.ms", &timeout),
            ("message.max.bytes", LARGEST),
            // A topic that does not exist is reported after this time.
            ("topic.metadata.propagation.max.ms", "500"),
        ];
        let producer: BaseProducer<Context> =
            client::create(options, &own, Context { errors, reports: AtomicU64::new(0) })?;
        let client = Arc::new(Client { producer, polls: AtomicUsize::new(0), ended: AtomicBool::new(false) });
        let instance = Self {
            client: Arc::clone(&client),
            retired: AtomicBool::new(false),
            flush: options.produce_timeout.max(Duration::from_secs(1)) + Duration::from_secs(1),
        };
        spawn("events-kafka-producer".to_owned(), move || client.take_reports())
            .map_err(|error| BusError::permanent("cannot start a thread").with_source(error))?;
        Ok(instance)
    }

    /// Takes the reports that have arrived, or pauses if there are none. Only background delivery, which has one thread, may call
    /// this: of several threads, each would take the reports of the others.
    pub(super) fn take_reports(&self, pause: Duration) {
        let Client { producer, polls, .. } = &*self.client;
        polls.fetch_add(1, Ordering::Relaxed);
        let reports = || producer.context().reports.load(Ordering::Relaxed);
        let before = reports();
        let mut last = before;
        loop {
            // With a timeout, `poll` returns at its end, and is busy in its last millisecond.
            producer.poll(Duration::ZERO);
            let now = reports();
            if now == last {
                break;
            }
            last = now;
        }
        if last == before {
            thread::sleep(pause);
        }
    }

    /// Puts a message into the client's queue.
    ///
    /// # Errors
    ///
    /// If the client does not take it. The ticket then has this outcome.
    pub(super) fn add(
        &self,
        envelope: &Envelope,
        ids: &SchemaIds,
        ticket: Ticket,
        buffers: &mut Buffers,
    ) -> Result<(), RDKafkaErrorCode> {
        let event_data = envelope.message.event_data().unwrap_or_default();
        frame(&mut buffers.value, ids.value, event_data);
        let key = envelope.key.as_ref().zip(ids.key.as_ref()).map(|(key, schema)| {
            // Python writes bytes without their length.
            let value = if schema.is_bytes { without_length(&key.value) } else { &key.value };
            frame(&mut buffers.key, schema.id, value);
            &*buffers.key
        });
        let record = BaseRecord {
            topic: &envelope.topic,
            partition: None,
            payload: Some(&*buffers.value),
            key,
            timestamp: None,
            headers: Some(record::headers(&envelope.message)),
            delivery_opaque: Box::new(ticket),
        };
        self.client.producer.send(record).map_err(|(error, record)| {
            let code = error.rdkafka_error_code().unwrap_or(RDKafkaErrorCode::InvalidArgument);
            let ticket = record.delivery_opaque;
            match code {
                // A message that is too large is not sent again. If the queue is full, the message is added again at once.
                RDKafkaErrorCode::QueueFull | RDKafkaErrorCode::MessageSizeTooLarge => {
                    ticket.settle(Outcome::Failed(code));
                }
                _ => ticket.fail(code, &envelope.topic),
            }
            code
        })
    }

    /// Discards all undelivered messages. Their outcomes say so.
    pub(super) fn purge(&self) {
        self.client.producer.purge(PurgeConfig::default().queue().inflight());
    }

    /// Notes that it gets no more messages, once those that it has are settled.
    pub(super) fn retire(&self) {
        self.retired.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_useless(&self) -> bool {
        self.retired.load(Ordering::Relaxed) || self.fatal_error().is_some()
    }

    /// Returns why it has stopped sending.
    pub(super) fn fatal_error(&self) -> Option<(RDKafkaErrorCode, String)> {
        self.client.producer.client().fatal_error()
    }
}

/// Delivers the remaining messages: dropping the client would discard them.
impl Drop for Instance {
    fn drop(&mut self) {
        if self.client.producer.in_flight_count() > 0 && self.fatal_error().is_none() {
            // The outcome of each message is known.
            let _ = self.client.producer.flush(self.flush);
        }
        self.client.ended.store(true, Ordering::Relaxed);
    }
}

/// Memory that is reused for each message of a call. The client copies keys and values.
#[derive(Default)]
pub(super) struct Buffers {
    key: Vec<u8>,
    value: Vec<u8>,
}

fn frame(buffer: &mut Vec<u8>, schema_id: u32, avro: &[u8]) {
    buffer.clear();
    buffer.reserve(frame::LENGTH + avro.len());
    buffer.extend_from_slice(&frame::header(schema_id));
    buffer.extend_from_slice(avro);
}

/// Removes the length before Avro bytes: a number whose bytes except the last one have the highest bit set.
fn without_length(avro: &[u8]) -> &[u8] {
    let end = avro.iter().position(|byte| byte & 0x80 == 0).map_or(0, |last| last + 1);
    &avro[end..]
}

struct Context {
    errors: Arc<ClientErrors>,
    /// The number of reports so far.
    reports: AtomicU64,
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, line: &str) {
        self.errors.log(level, facility, line);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.errors.note(&error, reason);
    }
}

impl ProducerContext for Context {
    type DeliveryOpaque = Box<Ticket>;

    fn delivery(&self, result: &DeliveryResult<'_>, ticket: Box<Ticket>) {
        self.reports.fetch_add(1, Ordering::Relaxed);
        match result {
            Ok(record) => {
                ticket.settle(Outcome::Delivered(Position::new(record.partition(), record.offset())));
            }
            Err((error, record)) => {
                let code = error.rdkafka_error_code().unwrap_or(RDKafkaErrorCode::Unknown);
                ticket.fail(code, record.topic());
            }
        }
    }
}
