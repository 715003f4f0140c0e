//! The work as a user of this crate would write it.

use std::{
    hint::black_box,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use openedx_events::{
    EventsMetadata,
    event_bus::{self, Consumer, Settings, Start, Stop},
    learning::signals::{COURSE_ENROLLMENT_CREATED, CourseEnrollmentCreated},
};
use serde_json::json;

use super::{
    pace::{Journey, Span},
    task::{COURSES, Done, Task, Work, Worker},
};
use crate::{Result, event::of_course, kafka::records::number, worker::Order};

/// The number of lanes for slow receivers.
pub(in super::super) const CONCURRENCY: usize = 64;
/// How long a slow receiver takes.
pub(in super::super) const SLOWNESS: Duration = Duration::from_millis(5);

/// Time for background delivery to empty its queue.
const FLUSH: Duration = Duration::from_mins(1);

fn settings(task: &Task) -> Result<Settings> {
    let in_background = matches!(task.work, Work::ProduceInBackground | Work::RelayInBackground);
    Ok(Settings::from_value(json!({
        "EVENTS_SERVICE_NAME": "bench",
        "EVENT_BUS_PRODUCER": "kafka",
        "EVENT_BUS_CONSUMER": "kafka",
        "EVENT_BUS_KAFKA_BOOTSTRAP_SERVERS": task.bootstrap,
        "EVENT_BUS_KAFKA_SCHEMA_REGISTRY_URL": task.registry,
        "EVENT_BUS_PRODUCER_DELIVERY": if in_background { "background" } else { "wait" },
        "EVENT_BUS_PRODUCER_CONFIG": {
            COURSE_ENROLLMENT_CREATED.event_type(): {
                task.topic.as_str(): {"event_key_field": "enrollment.course.course_key", "enabled": true},
            },
        },
    }))?)
}

fn send(event: CourseEnrollmentCreated) -> Result<()> {
    let responses = COURSE_ENROLLMENT_CREATED.send_event(event);
    if responses.all_ok() { Ok(()) } else { Err(format!("not delivered: {responses:?}").into()) }
}

pub(super) fn produce(task: &Task, threads: u64) -> Result<Worker> {
    let bus = event_bus::install(&settings(task)?)?;
    let events = (0..COURSES).map(of_course).collect::<Result<Vec<_>>>()?;
    Ok(Box::new(move |order| {
        let _installed = &bus;
        let send_all = || -> std::result::Result<(), String> {
            let count = usize::try_from(order.count / threads).map_err(|error| error.to_string())?;
            for event in events.iter().cycle().take(count) {
                send(event.clone()).map_err(|error| error.to_string())?;
            }
            Ok(())
        };
        if threads == 1 {
            send_all()?;
        } else {
            thread::scope(|scope| -> Result<()> {
                let all: Vec<_> = (0..threads).map(|_| scope.spawn(send_all)).collect();
                for thread in all {
                    thread.join().map_err(|_| "a thread panicked")??;
                }
                Ok(())
            })?;
        }
        let producer = event_bus::producer().ok_or("the bus is not installed")?;
        producer.flush(FLUSH)?;
        Ok(Done::Everything)
    }))
}

/// Connects a receiver that calls `each`, which changes with each order.
fn connect(each: impl Fn(&CourseEnrollmentCreated) + Send + Sync + 'static) {
    let receiver = move |event: &CourseEnrollmentCreated, _: &EventsMetadata| each(event);
    COURSE_ENROLLMENT_CREATED.connect(receiver).detach();
}

fn consumer(task: &Task) -> Result<Consumer> {
    Ok(Consumer::new(settings(task)?).topic(&task.topic).start(Start::Backlog))
}

fn run(consumer: Consumer, order: &Order) -> Result<()> {
    let report = consumer.group(&order.group).count(order.count).run(Stop::new())?;
    if report.handled >= order.count {
        Ok(())
    } else {
        Err(format!("not all messages were handled: {report}").into())
    }
}

pub(super) fn consume(task: &Task) -> Result<Worker> {
    let current: Arc<Mutex<(Arc<Span>, u64)>> = Arc::default();
    let seen = Arc::clone(&current);
    connect(move |event| {
        black_box(event.enrollment.user.id);
        let (span, count) = &*seen.lock().unwrap_or_else(PoisonError::into_inner);
        span.note(*count);
    });
    let consumer = consumer(task)?;
    Ok(Box::new(move |order| {
        let span = Arc::<Span>::default();
        *current.lock().unwrap_or_else(PoisonError::into_inner) = (Arc::clone(&span), order.count);
        run(consumer.clone(), order)?;
        Ok(Done::Within(span.seconds()?))
    }))
}

/// Measures the rate without the first and the last tenth of the events: lanes do not begin and end together.
pub(super) fn consume_slowly(task: &Task) -> Result<Worker> {
    let current: Arc<Mutex<(u64, Arc<[Span; 2]>)>> = Arc::default();
    let seen = Arc::clone(&current);
    connect(move |_| {
        thread::sleep(SLOWNESS);
        let (count, spans) = seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
        spans[0].note(count / 10);
        spans[1].note(count - count / 10);
    });
    let consumer = consumer(task)?.concurrency(CONCURRENCY);
    Ok(Box::new(move |order| {
        let spans = Arc::<[Span; 2]>::default();
        *current.lock().unwrap_or_else(PoisonError::into_inner) = (order.count, Arc::clone(&spans));
        run(consumer.clone(), order)?;
        Ok(Done::Within(spans[1].seconds()? - spans[0].seconds()?))
    }))
}

pub(super) fn relay(task: &Task) -> Result<Worker> {
    let bus = event_bus::install(&settings(task)?)?;
    let consumer = consumer(task)?.allow_loop(true);
    let current: Arc<Mutex<Option<Arc<Journey>>>> = Arc::default();
    let seen = Arc::clone(&current);
    // Receivers in the process of the sender get the event at once, on its thread.
    let sender = thread::current().id();
    connect(move |event| {
        if thread::current().id() == sender {
            return;
        }
        if let Some(journey) = &*seen.lock().unwrap_or_else(PoisonError::into_inner) {
            journey.note(number(event.enrollment.course.course_key.to_string().as_bytes()));
        }
    });
    Ok(Box::new(move |order| {
        let _installed = &bus;
        let events = (0..order.count).map(of_course).collect::<Result<Vec<_>>>()?;
        let journey = Arc::new(Journey::new(order.count));
        *current.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&journey));
        let stop = Stop::new();
        let arrived = thread::scope(|scope| {
            let (consumer, stopped) = (consumer.clone().group(&order.group), stop.clone());
            let failed = Arc::clone(&journey);
            scope.spawn(move || {
                if let Err(error) = consumer.run(stopped) {
                    failed.fail(&error);
                }
            });
            let mut events = events.into_iter();
            let arrived = journey.run(|_| send(events.next().ok_or("no event is left")?));
            stop.stop();
            arrived
        });
        Ok(Done::Arrived(arrived?))
    }))
}
