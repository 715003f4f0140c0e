//! The time from a producer to a receiver, at a steady rate. Producer and consumer are threads of one process, so that they have
//! one clock.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use openedx_events::{
    EventsMetadata,
    event_bus::{self, Consumer, Start, Stop},
    learning::signals::{COURSE_ENROLLMENT_CREATED, CourseEnrollmentCreated},
};
use redis::{Value, cmd};

use super::{
    client::{connect, entry_fields, ids},
    ours::settings,
    protocol::{Latencies, Order},
    task::{Task, Worker},
};
use crate::{
    Result,
    event::{Size, numbered_enrollment},
};

/// The events per second.
const RATE: u32 = 1000;
/// The first events are not counted: the consumer connects meanwhile.
const WARM_UP: u64 = 500;

/// When each event was sent, and when it arrived. Clones share the times.
#[derive(Clone)]
struct Times {
    began: Instant,
    sent: Arc<[AtomicU64]>,
    arrived: Arc<[AtomicU64]>,
}

impl Times {
    fn new(count: u64) -> Self {
        let zeros = || (0..count).map(|_| AtomicU64::new(0)).collect();
        Self { began: Instant::now(), sent: zeros(), arrived: zeros() }
    }

    fn note(&self, times: &[AtomicU64], number: u64) {
        let nanos = u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        if let Some(time) = usize::try_from(number).ok().and_then(|number| times.get(number)) {
            time.store(nanos, Ordering::Release);
        }
    }

    /// Sends each event when it is due.
    fn send(&self, mut send: impl FnMut(u64) -> Result<()>) -> Result<()> {
        let began = Instant::now();
        for number in 0..self.sent.len() as u64 {
            let due = began + Duration::from_secs(1) * u32::try_from(number)? / RATE;
            thread::sleep(due.saturating_duration_since(Instant::now()));
            self.note(&self.sent, number);
            send(number)?;
        }
        Ok(())
    }

    #[allow(clippy::cast_precision_loss)]
    fn latencies(&self) -> Latencies {
        let times = self.sent.iter().zip(&*self.arrived).skip(usize::try_from(WARM_UP).unwrap_or_default());
        let mut nanos: Vec<u64> = times
            .map(|(sent, arrived)| arrived.load(Ordering::Acquire) - sent.load(Ordering::Acquire))
            .collect();
        nanos.sort_unstable();
        // In thousandths, rounded up.
        [500, 990, 999].map(|part| nanos[(nanos.len() * part).div_ceil(1000) - 1] as f64 / 1e9)
    }
}

pub(super) fn ours(task: &Task) -> Result<Worker> {
    let settings = settings(&task.url, &task.topic, "wait")?;
    let bus = event_bus::install(&settings)?;
    let consumer = Consumer::new(&settings).topic(&task.topic).start(Start::Backlog).allow_loop(true);
    Ok(Box::new(move |order| {
        let _installed = &bus;
        let times = Times::new(WARM_UP + order.count);
        let seen = times.clone();
        // Dispatch inside the process comes before the bus: only what comes from the bus counts.
        let receiver = move |event: &CourseEnrollmentCreated, _: &EventsMetadata| {
            if thread::current().name().is_some_and(|name| name.starts_with("events-lane")) {
                seen.note(&seen.arrived, u64::try_from(event.enrollment.user.id).unwrap_or(u64::MAX));
            }
        };
        let _connection = COURSE_ENROLLMENT_CREATED.connect(receiver);
        let consumer = consumer.clone().group(&order.group).consumer_name(&order.member);
        let consumer = consumer.count(times.sent.len() as u64);
        thread::scope(|scope| {
            let running = scope.spawn(move || consumer.run(Stop::new()));
            times.send(|number| {
                let enrollment = numbered_enrollment(u32::try_from(number)?)?;
                let responses = COURSE_ENROLLMENT_CREATED.send_event(CourseEnrollmentCreated { enrollment });
                if responses.delivered() { Ok(()) } else { Err("an event was not delivered".into()) }
            })?;
            running.join().map_err(|_| "the consumer panicked")??;
            Ok(times.latencies())
        })
    }))
}

pub(super) fn client(task: &Task) -> Result<Worker> {
    let topic = task.topic.clone();
    let (mut producer, mut consumer) = (connect(task)?, connect(task)?);
    let fields = entry_fields(&Size::Small.message()?)?;
    Ok(Box::new(move |order: &Order| {
        cmd("XGROUP")
            .arg("CREATE")
            .arg(&topic)
            .arg(&order.group)
            .arg("0")
            .arg("MKSTREAM")
            .exec(&mut consumer)?;
        let times = Times::new(WARM_UP + order.count);
        thread::scope(|scope| {
            let (seen, topic, consumer) = (times.clone(), &topic, &mut consumer);
            let running = scope.spawn(move || -> std::result::Result<(), redis::RedisError> {
                let mut number = 0;
                while number < seen.sent.len() as u64 {
                    let mut read = cmd("XREADGROUP");
                    read.arg("GROUP").arg(&order.group).arg(&order.member).arg("COUNT").arg(100);
                    let read = read.arg("BLOCK").arg(1000).arg("STREAMS").arg(topic).arg(">");
                    let read: Value = read.query(consumer)?;
                    let Some(ids) = ids(&read) else { continue };
                    let mut acknowledge = cmd("XACK");
                    acknowledge.arg(topic).arg(&order.group);
                    for id in ids {
                        // One producer, so the entries come in its order.
                        seen.note(&seen.arrived, number);
                        number += 1;
                        acknowledge.arg(id);
                    }
                    acknowledge.exec(consumer)?;
                }
                Ok(())
            });
            times.send(|_| {
                let mut add = cmd("XADD");
                add.arg(topic).arg("*");
                for field in &fields {
                    add.arg(field);
                }
                Ok(add.exec(&mut producer)?)
            })?;
            running.join().map_err(|_| "the consumer panicked")??;
            Ok(times.latencies())
        })
    }))
}
