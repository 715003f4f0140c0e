//! A demonstration of the worker in one process.

use std::{error::Error, process::ExitCode, time::Duration};

use openedx_events::{
    event_bus::{self, Consumer, Settings, Start, Stop},
    learning::{
        data::{CourseData, CourseEnrollmentData, UserData, UserPersonalData},
        signals::{
            COURSE_ENROLLMENT_CREATED, COURSE_UNENROLLMENT_COMPLETED, CourseEnrollmentCreated,
            CourseUnenrollmentCompleted,
        },
    },
    prelude::*,
};
use serde_json::json;

use crate::{endpoint::Endpoint, webhook::Webhook};

const TOPIC: &str = "learning-enrollments";
const GROUP: &str = "webhook";
const TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let chosen = [COURSE_ENROLLMENT_CREATED.event_type()];
    // The first event succeeds at the second attempt, and the second is refused.
    let endpoint = Endpoint::start(&[Some(503), Some(204), Some(400)])?;
    if let Err(error) = Webhook::new(&endpoint.url(), &chosen, &[], TIMEOUT) {
        println!("refused at start-up:\n  {error}");
    }

    let settings = settings()?;
    send(&settings)?;

    let _connections = Webhook::new(&endpoint.url(), &chosen, &chosen, TIMEOUT)?.connect()?;
    let consumer = Consumer::new(&settings).topic(TOPIC).group(GROUP).start(Start::Backlog);
    println!("\nthree events: {}", consumer.count(3).run(Stop::new())?);

    println!("\nrequests to the endpoint:");
    let requests = endpoint.requests();
    for request in &requests {
        let learner = &request.body["data"]["enrollment"]["user"]["id"];
        println!("  enrollment of learner {learner}, answered with {}", request.answer.unwrap_or_default());
    }
    if let Some(first) = requests.first() {
        println!("\nthe first request, {}:", first.content_type);
        for (attribute, value) in first.body.as_object().into_iter().flatten() {
            match attribute.as_str() {
                "id" | "sourcehost" => println!("  {attribute}: (varies)"),
                _ => println!("  {attribute}: {value}"),
            }
        }
    }

    println!("\ndead letters:");
    let mut operations = event_bus::operations(&settings)?;
    for letter in operations.dead_letters(&settings.stream_name(TOPIC), GROUP, None, 10)? {
        println!("  after {} attempt(s): {}", letter.failure.attempts, letter.failure.error);
    }
    Ok(())
}

fn settings() -> Result<Settings, Box<dyn Error>> {
    let to_topic = json!({TOPIC: {"event_key_field": "enrollment.course.course_key", "enabled": true}});
    let settings = Settings::from_value(json!({
        "EVENTS_SERVICE_NAME": "example",
        "EVENT_BUS_PRODUCER": "memory",
        "EVENT_BUS_CONSUMER": "memory",
        "EVENT_BUS_PRODUCER_CONFIG": {
            COURSE_ENROLLMENT_CREATED.event_type(): to_topic,
            COURSE_UNENROLLMENT_COMPLETED.event_type(): to_topic,
        },
    }))?;
    Ok(settings)
}

/// Sends three events. The webhook does not post the type of the last one.
fn send(settings: &Settings) -> Result<(), Box<dyn Error>> {
    let bus = event_bus::install(settings)?;
    let now: DateTime = "2026-03-01T08:30:00+00:00".parse()?;
    for learner in 1..=2 {
        let event = CourseEnrollmentCreated::builder().enrollment(enrollment(learner, now)?).build();
        COURSE_ENROLLMENT_CREATED.send_event_at(event, now);
    }
    let event = CourseUnenrollmentCompleted::builder().enrollment(enrollment(1, now)?).build();
    COURSE_UNENROLLMENT_COMPLETED.send_event_at(event, now);
    bus.close(Duration::from_secs(5))?;
    Ok(())
}

fn enrollment(learner: i64, now: DateTime) -> Result<CourseEnrollmentData, Box<dyn Error>> {
    let pii = UserPersonalData::builder().username("ada").email("ada@example.com").build();
    let user = UserData::builder().id(learner).is_active(true).pii(pii).build();
    let course = CourseData::builder().course_key("course-v1:edX+DemoX+2026".parse()?).build();
    let enrollment = CourseEnrollmentData::builder()
        .user(user)
        .course(course)
        .mode("audit")
        .is_active(true)
        .creation_date(now)
        .build();
    Ok(enrollment)
}
