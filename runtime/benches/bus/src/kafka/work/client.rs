//! The same work with the plain client, in the shortest possible loops. It sends prepared bytes and does not look at the events it
//! receives.

use std::{
    sync::{
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use rdkafka::{
    ClientConfig, ClientContext, Message as _,
    consumer::{BaseConsumer, CommitMode, Consumer as _},
    message::{Header, OwnedHeaders},
    producer::{BaseProducer, BaseRecord, DeliveryResult, Producer as _, ProducerContext, ThreadedProducer},
    types::RDKafkaErrorCode,
};

use super::{
    pace::{Journey, Span},
    task::{COURSES, Done, Task, Worker},
};
use crate::{
    Result,
    kafka::records::{Record, Template, number},
    worker::Order,
};

/// The lingers of our producers.
const WAITING: &str = "0";
const IN_BACKGROUND: &str = "1";
const FLUSH: Duration = Duration::from_mins(1);
/// The number of records after which a consumer commits.
const COMMIT: u64 = 1000;

fn config(task: &Task) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", &task.bootstrap).set("client.id", "bench");
    config
}

fn producer_config(task: &Task, linger: &str) -> ClientConfig {
    let mut config = config(task);
    config.set("acks", "all").set("enable.idempotence", "true").set("linger.ms", linger);
    config.set("partitioner", "consistent_random");
    config
}

/// Counts records that were not delivered.
#[derive(Default)]
struct Counter {
    failed: AtomicU64,
}

impl Counter {
    fn check(&self) -> Result<()> {
        let failed = self.failed.load(Ordering::Relaxed);
        if failed == 0 { Ok(()) } else { Err(format!("{failed} records were not delivered").into()) }
    }
}

impl ClientContext for Counter {}

impl ProducerContext for Counter {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        self.failed.fetch_add(u64::from(result.is_err()), Ordering::Relaxed);
    }
}

/// Tells a waiting thread what became of its record.
struct Waiting;

impl ClientContext for Waiting {}

impl ProducerContext for Waiting {
    type DeliveryOpaque = Box<SyncSender<bool>>;

    fn delivery(&self, result: &DeliveryResult<'_>, waiting: Box<SyncSender<bool>>) {
        let _ = waiting.send(result.is_ok());
    }
}

fn headers(template: &Template) -> OwnedHeaders {
    let mut headers = OwnedHeaders::new_with_capacity(template.headers.len());
    for (key, value) in &template.headers {
        headers = headers.insert(Header { key, value: Some(value) });
    }
    headers
}

/// Threads share a client, as they should. The client's own thread takes the reports.
pub(super) fn produce(task: &Task, threads: u64) -> Result<Worker> {
    let producer: ThreadedProducer<Waiting> = producer_config(task, WAITING).create_with_context(Waiting)?;
    let (template, topic) = (task.template()?, task.topic.clone());
    Ok(Box::new(move |order| {
        let send_all = || -> std::result::Result<(), String> {
            let mut record = Record::new(&template).map_err(|error| error.to_string())?;
            let headers = headers(&template);
            let (sender, receiver) = sync_channel(1);
            for number in 0..order.count / threads {
                record.set_number(number % COURSES);
                let new = BaseRecord::with_opaque_to(&topic, Box::new(sender.clone()));
                let new = new.key(&record.key).payload(&record.value).headers(headers.clone());
                producer.send(new).map_err(|(error, _)| error.to_string())?;
                if !receiver.recv().map_err(|error| error.to_string())? {
                    return Err("a record was not delivered".to_owned());
                }
            }
            Ok(())
        };
        thread::scope(|scope| -> Result<()> {
            let all: Vec<_> = (0..threads).map(|_| scope.spawn(send_all)).collect();
            for thread in all {
                thread.join().map_err(|_| "a thread panicked")??;
            }
            Ok(())
        })?;
        Ok(Done::Everything)
    }))
}

pub(super) fn produce_in_background(task: &Task, courses: u64) -> Result<Worker> {
    let producer: BaseProducer<Counter> =
        producer_config(task, IN_BACKGROUND).create_with_context(Counter::default())?;
    let template = task.template()?;
    let (mut record, headers, topic) = (Record::new(&template)?, headers(&template), task.topic.clone());
    Ok(Box::new(move |order| {
        for number in 0..order.count {
            record.set_number(number % courses);
            loop {
                let new =
                    BaseRecord::to(&topic).key(&record.key).payload(&record.value).headers(headers.clone());
                match producer.send(new) {
                    Ok(()) => break,
                    Err((error, _)) if error.rdkafka_error_code() == Some(RDKafkaErrorCode::QueueFull) => {
                        producer.poll(Duration::from_millis(10));
                    }
                    Err((error, _)) => return Err(error.into()),
                }
            }
            if number % 100 == 0 {
                producer.poll(Duration::ZERO);
            }
        }
        producer.flush(FLUSH)?;
        producer.context().check()?;
        Ok(Done::Everything)
    }))
}

fn subscribe(task: &Task, order: &Order) -> Result<BaseConsumer> {
    let mut config = config(task);
    config.set("group.id", &order.group).set("auto.offset.reset", "earliest");
    config.set("enable.auto.commit", "false").set("enable.auto.offset.store", "false");
    let consumer: BaseConsumer = config.create()?;
    consumer.subscribe(&[&task.topic])?;
    Ok(consumer)
}

pub(super) fn consume(task: &Task) -> Worker {
    let task = task.clone();
    Box::new(move |order| {
        let consumer = subscribe(&task, order)?;
        let span = Span::default();
        let mut seen = 0;
        while seen < order.count {
            let Some(message) = consumer.poll(Duration::from_millis(100)) else { continue };
            let message = message?;
            span.note(order.count);
            seen += 1;
            consumer.store_offset_from_message(&message)?;
            if seen % COMMIT == 0 {
                consumer.commit_consumer_state(CommitMode::Async)?;
            }
        }
        Ok(Done::Within(span.seconds()?))
    })
}

pub(super) fn relay(task: &Task) -> Result<Worker> {
    let producer: ThreadedProducer<Counter> =
        producer_config(task, IN_BACKGROUND).create_with_context(Counter::default())?;
    let template = task.template()?;
    let (mut record, headers, task) = (Record::new(&template)?, headers(&template), task.clone());
    Ok(Box::new(move |order| {
        let journey = Journey::new(order.count);
        let is_over = AtomicBool::new(false);
        let consumer = subscribe(&task, order)?;
        let receive = || -> Result<()> {
            let mut seen = 0;
            while !is_over.load(Ordering::Relaxed) {
                let Some(message) = consumer.poll(Duration::from_millis(100)) else { continue };
                let message = message?;
                journey.note(message.key().and_then(number));
                consumer.store_offset_from_message(&message)?;
                seen += 1;
                if seen % COMMIT == 0 {
                    consumer.commit_consumer_state(CommitMode::Async)?;
                }
            }
            Ok(())
        };
        let arrived = thread::scope(|scope| {
            scope.spawn(|| {
                if let Err(error) = receive() {
                    journey.fail(&error);
                }
            });
            let arrived = journey.run(|number| {
                record.set_number(number);
                let new = BaseRecord::to(&task.topic).key(&record.key).payload(&record.value);
                Ok(producer.send(new.headers(headers.clone())).map_err(|(error, _)| error)?)
            });
            is_over.store(true, Ordering::Relaxed);
            arrived
        });
        producer.context().check()?;
        Ok(Done::Arrived(arrived?))
    }))
}
