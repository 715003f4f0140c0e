//! Two services on one event bus. The first enrolls learners and produces an event for each. The second consumes the events
//! and sends reminders, one of which succeeds only at the second attempt.
//!
//! `cargo run -p openedx-events-examples --example 02_two_services` runs both in one process on the memory bus. If you append
//! the URL of a Redis server (`-- redis://localhost:6379`), each service runs in its own process.

mod reminders;

use std::{
    env,
    error::Error,
    process::{Command, ExitCode},
    time::Duration,
};

use openedx_events::{
    event_bus::{self, Consumer, Settings, Start, Stop},
    expect_receivers,
    learning::{
        data::{CourseData, CourseEnrollmentData, UserData, UserPersonalData},
        signals::{COURSE_ENROLLMENT_CREATED, CourseEnrollmentCreated},
    },
    prelude::*,
};
use serde_json::json;

const TOPIC: &str = "learning-enrollments";

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match args[..] {
        [] => in_one_process(),
        ["enroll", url] => settings("redis", Some(url)).and_then(|settings| enroll(&settings)),
        ["remind", url] => settings("redis", Some(url)).and_then(|settings| remind(&settings)),
        [url] => in_two_processes(url),
        _ => Err("usage: 02_two_services [REDIS_URL]".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            // For example, that the connection was refused.
            let mut source = error.source();
            while let Some(error) = source {
                eprintln!("  {error}");
                source = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

/// Returns the settings of both services. Usually `Settings::load` reads them from a file or the environment.
fn settings(bus: &str, url: Option<&str>) -> Result<Settings, Box<dyn Error>> {
    let settings = Settings::from_value(json!({
        "EVENTS_SERVICE_NAME": "example",
        "EVENT_BUS_PRODUCER": bus,
        "EVENT_BUS_CONSUMER": bus,
        "EVENT_BUS_REDIS_CONNECTION_URL": url,
        // The stream is `example-learning-enrollments`.
        "EVENT_BUS_TOPIC_PREFIX": "example",
        "EVENT_BUS_PRODUCER_CONFIG": {
            COURSE_ENROLLMENT_CREATED.event_type(): {
                TOPIC: {"event_key_field": "enrollment.course.course_key", "enabled": true},
            },
        },
    }))?;
    Ok(settings)
}

/// Runs the first service.
fn enroll(settings: &Settings) -> Result<(), Box<dyn Error>> {
    // Events go to the bus until it is closed.
    let bus = event_bus::install(settings)?;
    for id in 1..=3 {
        let event = CourseEnrollmentCreated::builder().enrollment(enrollment(id)?).build();
        for response in COURSE_ENROLLMENT_CREATED.send_event(event) {
            // Checking is optional: failures are also logged.
            if response.is_event_bus() {
                response.into_result()?;
                println!("learner {id}: enrolled and produced to {TOPIC}");
            }
        }
    }
    bus.close(Duration::from_secs(5))?;
    Ok(())
}

/// Runs the second service. Usually this is `openedx_events::management::run()` with the arguments `consume-events -t
/// learning-enrollments -g reminders`.
fn remind(settings: &Settings) -> Result<(), Box<dyn Error>> {
    expect_receivers!(reminders::remind);
    // On the first run the group is new and starts with the oldest message. Later it continues where it stopped.
    let consumer = Consumer::new(settings).topic(TOPIC).group("reminders").start(Start::Backlog);
    // Usually a consumer runs until it is stopped; this one stops after three messages.
    let report = consumer.count(3).run(Stop::new())?;
    println!("{report}");
    Ok(())
}

fn in_one_process() -> Result<(), Box<dyn Error>> {
    let settings = settings("memory", None)?;
    enroll(&settings)?;
    remind(&settings)
}

/// Runs one after the other, so that their output does not mix. The bus keeps the events until the second one starts.
fn in_two_processes(url: &str) -> Result<(), Box<dyn Error>> {
    for role in ["enroll", "remind"] {
        let ended = Command::new(env::current_exe()?).args([role, url]).status()?;
        if !ended.success() {
            return Err(format!("the service `{role}` failed").into());
        }
    }
    Ok(())
}

fn enrollment(id: i64) -> Result<CourseEnrollmentData, Box<dyn Error>> {
    let pii = UserPersonalData::builder()
        .username(format!("learner-{id}"))
        .email(format!("{id}@example.com"))
        .build();
    let user = UserData::builder().id(id).is_active(true).pii(pii).build();
    let course = CourseData::builder().course_key("course-v1:edX+DemoX+2026".parse()?).build();
    let enrollment = CourseEnrollmentData::builder()
        .user(user)
        .course(course)
        .mode("audit")
        .is_active(true)
        .creation_date(DateTime::now())
        .build();
    Ok(enrollment)
}
