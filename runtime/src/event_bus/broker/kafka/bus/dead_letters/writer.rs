//! Writes dead letters and removes them, and waits until Kafka has confirmed each.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, Sender, TryRecvError, channel},
    },
    time::{Duration, Instant},
};

use rdkafka::{
    ClientContext,
    config::RDKafkaLogLevel,
    error::KafkaError,
    message::DeliveryResult,
    producer::{BaseProducer, BaseRecord, Producer, ProducerContext},
    types::RDKafkaErrorCode as Code,
};

use super::encoding::LetterRecord;
use crate::event_bus::broker::{
    BusError,
    kafka::bus::{
        Connector,
        client::{self, milliseconds},
        client_errors::ClientErrors,
        failure,
    },
};

/// How long one poll waits. It never returns earlier.
const SLICE: Duration = Duration::from_millis(1);

/// The client that writes dead letters.
pub(in crate::event_bus::broker::kafka::bus) struct LetterWriter {
    client: BaseProducer<WriterContext>,
    errors: Arc<ClientErrors>,
    /// The time after which the client gives up a record by itself.
    timeout: Duration,
}

/// The outcome of one record.
type Outcome = Result<(), KafkaError>;

struct WriterContext {
    errors: Arc<ClientErrors>,
}

impl ClientContext for WriterContext {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, line: &str) {
        self.errors.log(level, facility, line);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.errors.note(&error, reason);
    }
}

impl ProducerContext for WriterContext {
    type DeliveryOpaque = Box<Sender<Outcome>>;

    fn delivery(&self, result: &DeliveryResult<'_>, outcome: Self::DeliveryOpaque) {
        let result = result.as_ref().map(drop).map_err(|(error, _)| error.clone());
        // The caller may have given up.
        let _ = outcome.send(result);
    }
}

impl LetterWriter {
    /// Makes the client. Does not connect.
    pub(in crate::event_bus::broker::kafka::bus) fn new(
        connector: &Connector,
        timeout: Duration,
    ) -> Result<Self, BusError> {
        let errors = connector.client_errors();
        let timeout_millis = milliseconds(timeout, 1000);
        let own = [
            ("acks", "all"),
            // Keeps the order without idempotence, which takes a second to begin: a record that is written twice is one dead
            // letter.
            ("enable.idempotence", "false"),
            ("max.in.flight.requests.per.connection", "1"),
            ("linger.ms", "0"),
            ("message.timeout.ms", &*timeout_millis),
            // The broker decides.
            ("message.max.bytes", "1000000000"),
            ("allow.auto.create.topics", "false"),
            ("topic.metadata.propagation.max.ms", "2000"),
        ];
        let context = WriterContext { errors: Arc::clone(&errors) };
        Ok(Self { client: client::create(&connector.options, &own, context)?, errors, timeout })
    }

    /// Writes records to the dead-letter topic, in order, and waits for all of them.
    ///
    /// # Errors
    ///
    /// If one of them is not confirmed. It may still have arrived.
    pub(in crate::event_bus::broker::kafka::bus) fn write(
        &self,
        topic: &str,
        records: Vec<LetterRecord>,
    ) -> Result<(), BusError> {
        let action = format!("cannot write to topic `{topic}`");
        let limit = Instant::now() + self.timeout + Duration::from_secs(1);
        let mut reports = Vec::with_capacity(records.len());
        for record in records {
            reports.push(self.send(topic, record, limit).map_err(|error| self.explain(&action, &error))?);
        }
        for report in reports {
            self.wait(&report, limit).map_err(|error| self.explain(&action, &error))?;
        }
        self.errors.clear();
        Ok(())
    }

    fn send(
        &self,
        topic: &str,
        record: LetterRecord,
        limit: Instant,
    ) -> Result<Receiver<Outcome>, KafkaError> {
        let LetterRecord { key, value, headers } = record;
        let (sender, report) = channel();
        let mut next = BaseRecord::<'_, str, [u8], _>::with_opaque_to(topic, Box::new(sender)).key(&*key);
        next.payload = value.as_deref();
        next.headers = Some(headers);
        loop {
            match self.client.send(next) {
                Ok(()) => return Ok(report),
                Err((KafkaError::MessageProduction(Code::QueueFull), back)) if Instant::now() < limit => {
                    next = back;
                    self.client.poll(SLICE);
                }
                Err((error, _)) => return Err(error),
            }
        }
    }

    fn wait(&self, report: &Receiver<Outcome>, limit: Instant) -> Outcome {
        loop {
            match report.try_recv() {
                Ok(outcome) => return outcome,
                Err(TryRecvError::Disconnected) => return Err(KafkaError::Canceled),
                Err(TryRecvError::Empty) if Instant::now() > limit => {
                    return Err(KafkaError::MessageProduction(Code::MessageTimedOut));
                }
                Err(TryRecvError::Empty) => self.client.poll(SLICE),
            }
        }
    }

    fn explain(&self, action: &str, error: &KafkaError) -> BusError {
        match error.rdkafka_error_code() {
            Some(code @ (Code::MessageSizeTooLarge | Code::InvalidMessageSize)) => {
                BusError::permanent(format!("{action}: {code}; raise `max.message.bytes` of this topic"))
            }
            Some(code @ (Code::UnknownTopicOrPartition | Code::UnknownTopic | Code::UnknownPartition)) => {
                BusError::transient(format!("{action}: {code}"))
            }
            _ => failure::explain(action, error, &self.errors),
        }
    }
}

/// Sends what is not sent yet, since dropping a client discards it.
impl Drop for LetterWriter {
    fn drop(&mut self) {
        if self.client.in_flight_count() > 0 {
            let _ = self.client.flush(self.timeout);
        }
    }
}
