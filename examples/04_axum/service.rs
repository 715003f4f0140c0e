//! The routes of the service.
//!
//! | request | effect |
//! |---|---|
//! | `POST /enrollments` | enrolls a learner: commits, then sends the event |
//! | `GET /enrollments` | counts the enrollments |
//! | `GET /mails` | counts the mails to learners |
//! | `POST /undelivered` | sends undelivered events again; in production, a timer would do this |

use std::{error::Error, sync::Arc};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
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

use crate::{mail, store::Store};

pub(crate) fn router(store: Arc<Store>) -> Router {
    Router::new()
        .route("/enrollments", post(enroll).get(count))
        .route("/mails", get(count_mails))
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
    // Send the event only after the commit, because a change that is rolled back has not happened. If the process ends
    // between the two, the event is never sent; only an outbox could prevent that (ADR-15 of openedx-events).
    let sending = COURSE_ENROLLMENT_CREATED
        .send_event_async(CourseEnrollmentCreated::builder().enrollment(enrollment).build());
    // If the client disconnects, its request is cancelled at an `.await`, but a spawned task continues.
    let settled = tokio::spawn(async move { settle(&sending.await, &store) });
    let event = settled.await.map_err(|error| refused(StatusCode::INTERNAL_SERVER_ERROR, &error))?;
    // The learner is enrolled, even if the event could not be delivered.
    Ok((StatusCode::CREATED, Json(json!({"event": event}))))
}

/// Describes the outcome for the event. If the bus did not take it, stores the event and its metadata from the error.
fn settle(responses: &Responses, store: &Store) -> &'static str {
    let Some(bus) = responses.event_bus() else {
        return "not sent: it has no route";
    };
    let Err(error) = bus.result() else { return "delivered" };
    // Any other error means that no bus can take the event.
    let Some(error) = error.error().downcast_ref::<ProduceError>() else { return "cannot be delivered" };
    error.undelivered().for_each(|undelivered| store.keep(undelivered.clone()));
    "stored: the event bus does not answer"
}

async fn count(State(store): State<Arc<Store>>) -> Json<Value> {
    Json(json!({"enrollments": store.len()}))
}

async fn count_mails() -> Json<Value> {
    Json(json!({"mails": mail::count()}))
}

async fn send_again(State(store): State<Arc<Store>>) -> Result<Json<Value>, Refusal> {
    let mut waiting = store.take_undelivered().into_iter();
    let mut sent = 0;
    while let Some(undelivered) = waiting.next() {
        if let Err(error) = send(&undelivered) {
            // The others would wait just as long and fail too.
            store.keep(undelivered);
            waiting.for_each(|undelivered| store.keep(undelivered));
            return Err((StatusCode::SERVICE_UNAVAILABLE, error.to_string()));
        }
        sent += 1;
    }
    Ok(Json(json!({"sent": sent})))
}

/// Sends an event again with its original metadata. If the bus took it the first time and only the answer was lost, consumers
/// recognise the duplicate by its id.
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
