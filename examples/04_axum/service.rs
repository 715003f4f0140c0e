//! The routes of the service.
//!
//! | request | does |
//! |---|---|
//! | `POST /enrollments` | enrolls a learner: commits, then sends the event |
//! | `GET /enrollments` | counts the enrollments |
//! | `POST /undelivered` | sends again what the bus did not take; a timer does this in real life |

use std::{error::Error, sync::Arc};

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use openedx_events::{
    DateTime, Responses,
    event_bus::{self, ProduceError, Undelivered},
    learning::{
        data::{CourseData, CourseEnrollmentData, UserData, UserPersonalData},
        signals::{COURSE_ENROLLMENT_CREATED, CourseEnrollmentCreated},
    },
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::store::Store;

pub(crate) fn router(store: Arc<Store>) -> Router {
    Router::new()
        .route("/enrollments", post(enroll).get(count))
        .route("/undelivered", post(send_again))
        .with_state(store)
}

type Refusal = (StatusCode, String);

#[derive(Deserialize)]
struct Enroll {
    learner: i64,
    course: String,
}

async fn enroll(
    State(store): State<Arc<Store>>,
    Json(request): Json<Enroll>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let refused = |status, error: &dyn Error| (status, error.to_string());
    let enrollment =
        enrollment(&request).map_err(|error| refused(StatusCode::UNPROCESSABLE_ENTITY, &*error))?;
    store.commit(enrollment.clone()).map_err(|error| refused(StatusCode::CONFLICT, &error))?;
    // The event says what has happened, so it is sent when that is certain: what was rolled back never happened. A
    // process that ends between the two has not sent it; that takes an outbox (ADR-15 of openedx-events). There is no
    // `.await` from here to `settle`: a client that goes away ends its request at one.
    let responses = COURSE_ENROLLMENT_CREATED.send_event(CourseEnrollmentCreated { enrollment });
    let event = settle(&responses, &store);
    // The learner is enrolled, whatever became of the event.
    Ok((StatusCode::CREATED, Json(json!({"event": event}))))
}

/// What became of the event. Where the bus did not take it, the error has it, with its metadata, and it is kept.
fn settle(responses: &Responses, store: &Store) -> &'static str {
    let Some(bus) = responses.event_bus() else {
        return "stays here: it has no route";
    };
    let Err(error) = bus.result() else { return "delivered" };
    // Any other error is that of an event that cannot go to a bus.
    let Some(error) = error.error().downcast_ref::<ProduceError>() else { return "cannot be delivered" };
    error.undelivered().for_each(|undelivered| store.keep(undelivered.clone()));
    "kept: the event bus does not answer"
}

async fn count(State(store): State<Arc<Store>>) -> Json<Value> {
    Json(json!({"enrollments": store.len()}))
}

async fn send_again(State(store): State<Arc<Store>>) -> Result<Json<Value>, Refusal> {
    let mut waiting = store.take_undelivered().into_iter();
    let mut sent = 0;
    while let Some(undelivered) = waiting.next() {
        if let Err(error) = send(&undelivered) {
            // The rest would wait as long, and fail as well.
            store.keep(undelivered);
            waiting.for_each(|undelivered| store.keep(undelivered));
            return Err((StatusCode::SERVICE_UNAVAILABLE, error.to_string()));
        }
        sent += 1;
    }
    Ok(Json(json!({"sent": sent})))
}

/// With the metadata that it had: consumers know an event by its id, which matters where the bus took it at the first
/// time, and only its answer was lost.
fn send(undelivered: &Undelivered) -> Result<(), Box<dyn Error>> {
    let producer = event_bus::producer().ok_or("no event bus is installed")?;
    producer.send_again(undelivered)?;
    Ok(())
}

fn enrollment(request: &Enroll) -> Result<CourseEnrollmentData, Box<dyn Error>> {
    let pii = UserPersonalData::builder()
        .username(format!("learner-{}", request.learner))
        .email(format!("{}@example.com", request.learner))
        .build();
    let user = UserData::builder().id(request.learner).is_active(true).pii(pii).build();
    let course = CourseData::builder().course_key(request.course.parse()?).build();
    let enrollment = CourseEnrollmentData::builder()
        .user(user)
        .course(course)
        .mode("audit")
        .is_active(true)
        .creation_date(DateTime::now())
        .build();
    Ok(enrollment)
}
