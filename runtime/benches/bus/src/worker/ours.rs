//! The work as a user of this crate would write it.

use std::{
    hint::black_box,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Duration,
};

use openedx_events::{
    EventsMetadata, codec,
    event_bus::{self, Consumer, Settings, Start, Stop},
    learning::signals::{COURSE_ENROLLMENT_CREATED, CourseEnrollmentCreated},
};
use serde_json::json;

use super::{
    protocol::{Latencies, Order},
    task::{Task, Work, Worker},
};
use crate::{Result, event::Size};

/// Time for background delivery to empty its queue.
const FLUSH: Duration = Duration::from_mins(1);

pub(super) fn encode(size: Size) -> Result<Worker> {
    let event = size.event()?;
    Ok(Box::new(move |order| {
        let mut bytes = Vec::new();
        for _ in 0..order.count {
            bytes.clear();
            codec::encode_into(black_box(&event), &mut bytes);
            black_box(&bytes);
        }
        Ok(Latencies::default())
    }))
}

pub(super) fn decode(size: Size) -> Result<Worker> {
    let bytes = codec::encode(&size.event()?);
    Ok(Box::new(move |order| {
        for _ in 0..order.count {
            black_box(codec::decode::<CourseEnrollmentCreated>(black_box(&bytes))?);
        }
        Ok(Latencies::default())
    }))
}

pub(super) fn send(size: Size) -> Result<Worker> {
    let event = size.event()?;
    connect_receiver();
    Ok(Box::new(move |order| send_events(&event, order).map(|()| Latencies::default())))
}

/// How long the receiver takes.
static MICROS: AtomicU64 = AtomicU64::new(0);

/// Connects a receiver that does nothing, or takes as long as an order says.
fn connect_receiver() {
    let receiver = |event: &CourseEnrollmentCreated, _: &EventsMetadata| {
        black_box(event.enrollment.user.id);
        let micros = MICROS.load(Ordering::Relaxed);
        if micros > 0 {
            thread::sleep(Duration::from_micros(micros));
        }
    };
    COURSE_ENROLLMENT_CREATED.connect(receiver).detach();
}

fn send_events(event: &CourseEnrollmentCreated, order: &Order) -> Result<()> {
    for _ in 0..order.count {
        let responses = COURSE_ENROLLMENT_CREATED.send_event(event.clone());
        if !responses.all_ok() {
            return Err(format!("not delivered: {responses:?}").into());
        }
    }
    Ok(())
}

/// The settings of a service that sends its events to `topic`.
pub(super) fn settings(url: &str, topic: &str, delivery: &str) -> Result<Settings> {
    Ok(Settings::from_value(json!({
        "EVENTS_SERVICE_NAME": "bench",
        "EVENT_BUS_PRODUCER": "redis",
        "EVENT_BUS_CONSUMER": "redis",
        "EVENT_BUS_REDIS_CONNECTION_URL": url,
        "EVENT_BUS_PRODUCER_DELIVERY": delivery,
        "EVENT_BUS_PRODUCER_CONFIG": {
            COURSE_ENROLLMENT_CREATED.event_type(): {
                topic: {"event_key_field": "enrollment.course.course_key", "enabled": true},
            },
        },
    }))?)
}

pub(super) fn produce(task: &Task) -> Result<Worker> {
    let delivery = if task.work == Work::ProduceInBackground { "background" } else { "wait" };
    let bus = event_bus::install(&settings(&task.url, &task.topic, delivery)?)?;
    let event = task.size.event()?;
    Ok(Box::new(move |order| {
        let _installed = &bus;
        send_events(&event, order)?;
        let producer = event_bus::producer().ok_or("the bus is not installed")?;
        producer.flush(FLUSH)?;
        Ok(Latencies::default())
    }))
}

pub(super) fn consume(task: &Task) -> Result<Worker> {
    connect_receiver();
    let consumer = Consumer::new(settings(&task.url, &task.topic, "wait")?).topic(&task.topic);
    Ok(Box::new(move |order| {
        MICROS.store(order.micros, Ordering::Relaxed);
        // With lanes, the default of a program without batch receivers.
        let batch = if order.lanes == 1 { order.batch } else { (2 * order.lanes).max(100) };
        let report = consumer
            .clone()
            .read_at_once(batch)
            .group(&order.group)
            .consumer_name(&order.member)
            .concurrency(order.lanes)
            .start(Start::Backlog)
            .count(order.count)
            .run(Stop::new())?;
        if report.handled == order.count {
            Ok(Latencies::default())
        } else {
            Err(format!("not all messages were handled: {report}").into())
        }
    }))
}
