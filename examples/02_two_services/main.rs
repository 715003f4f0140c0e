//! Two services on one event bus: the first enrolls learners and produces an event for each; the second consumes them
//! and sends reminders, one of which succeeds only at the second attempt.
//!
//! `cargo run -p openedx-events-examples --example 02_two_services` runs both in one process, over the memory bus.
//! With the URL of a Redis server after `-- `, as in `redis://localhost:6379`, each is a process of its own.

mod reminders;

use std::{
    env,
    error::Error,
    process::{Command, ExitCode},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use openedx_events::{
    event_bus::{self, Consumer, Settings, Start, Stop},
    learning::{
        data::{CourseData, CourseEnrollmentData, UserData, UserPersonalData},
        signals::{COURSE_ENROLLMENT_CREATED, CourseEnrollmentCreated},
    },
    prelude::*,
};
use serde_json::json;

const TOPIC: &str = "learning-enrollments";
/// The services of one run have this in common, and no other run has it.
const PREFIX: &str = "EVENT_BUS_TOPIC_PREFIX";

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
            ExitCode::FAILURE
        }
    }
}

/// What both services are set up with; usually a file or environment variables.
fn settings(bus: &str, url: Option<&str>) -> Result<Settings, Box<dyn Error>> {
    let settings = Settings::from_value(json!({
        "EVENTS_SERVICE_NAME": "example",
        "EVENT_BUS_PRODUCER": bus,
        "EVENT_BUS_CONSUMER": bus,
        "EVENT_BUS_REDIS_CONNECTION_URL": url,
        "EVENT_BUS_TOPIC_PREFIX": env::var(PREFIX).ok(),
        "EVENT_BUS_PRODUCER_CONFIG": {
            COURSE_ENROLLMENT_CREATED.event_type(): {
                TOPIC: {"event_key_field": "enrollment.course.course_key", "enabled": true},
            },
        },
    }))?;
    Ok(settings)
}

/// The first service.
fn enroll(settings: &Settings) -> Result<(), Box<dyn Error>> {
    let _bus = event_bus::install(settings)?;
    for id in 1..=3 {
        let responses =
            COURSE_ENROLLMENT_CREATED.send_event(CourseEnrollmentCreated { enrollment: enrollment(id)? });
        for response in &responses {
            if response.receiver().name() == "event_bus" {
                println!("enrolled learner {id}; produced: {}", response.result().is_ok());
            }
        }
    }
    Ok(())
}

/// The second service: usually `openedx_events::management::run()`, and `consume-events -t … -g …`.
fn remind(settings: &Settings) -> Result<(), Box<dyn Error>> {
    // A consumer runs until it is stopped; this one ends after three messages.
    let consumer = Consumer::new(settings).topic(TOPIC).group("reminders").start(Start::Backlog).count(3);
    let report = consumer.allow_loop(true).run(Stop::new())?;
    println!("{report}");
    Ok(())
}

fn in_one_process() -> Result<(), Box<dyn Error>> {
    let settings = settings("memory", None)?;
    enroll(&settings)?;
    remind(&settings)
}

fn in_two_processes(url: &str) -> Result<(), Box<dyn Error>> {
    let run = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let service = |role| {
        Command::new(env::current_exe()?).args([role, url]).env(PREFIX, format!("example-{run}")).spawn()
    };
    let mut enroll = service("enroll")?;
    // So that the lines of both do not mix.
    thread::sleep(Duration::from_millis(200));
    let enrolled = enroll.wait()?;
    let reminded = service("remind")?.wait()?;
    if enrolled.success() && reminded.success() { Ok(()) } else { Err("a service failed".into()) }
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
