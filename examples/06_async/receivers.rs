//! Async receivers. Their clients are in statics, because a receiver is a free function.

use std::{
    sync::{LazyLock, OnceLock},
    time::Duration,
};

use openedx_events::{
    learning::{data::CourseEnrollmentData, signals::COURSE_ENROLLMENT_CREATED},
    prelude::*,
};
use reqwest::{Client, StatusCode};
use serde_json::json;
use sqlx::SqlitePool;

/// The services that the receivers use.
struct Services {
    database: SqlitePool,
    mail_url: String,
}

static SERVICES: OnceLock<Services> = OnceLock::new();

/// Sets the services, before the first event is sent or consumed.
pub(crate) fn use_services(database: SqlitePool, mail_url: String) {
    assert!(SERVICES.set(Services { database, mail_url }).is_ok(), "called twice");
}

fn services() -> &'static Services {
    SERVICES.get().expect("`use_services` was called")
}

static HTTP: LazyLock<Client> = LazyLock::new(|| {
    // Less than the receiver timeout of a consumer, which is for receivers that hang.
    Client::builder().timeout(Duration::from_secs(10)).build().expect("the options are valid")
});

#[receiver(COURSE_ENROLLMENT_CREATED, name = "mails.welcome")]
async fn welcome(enrollment: &CourseEnrollmentData) -> Result<(), ReceiverError> {
    let mail = json!({"to": enrollment.user.pii.email, "template": "welcome"});
    // If the service is down, a consumer pauses. It counts no attempts meanwhile.
    let answer = HTTP.post(&services().mail_url).json(&mail).send().await;
    let status = answer.map_err(ReceiverError::unavailable)?.status();
    match status {
        StatusCode::TOO_MANY_REQUESTS => Err(ReceiverError::unavailable(status.to_string())),
        _ if status.is_server_error() => Err(ReceiverError::unavailable(status.to_string())),
        // This mail will never be accepted.
        _ if status.is_client_error() => Err(ReceiverError::permanent(status.to_string())),
        _ => Ok(()),
    }
}

#[receiver(COURSE_ENROLLMENT_CREATED, name = "learners.count")]
async fn count(enrollment: &CourseEnrollmentData, metadata: &EventsMetadata) -> sqlx::Result<()> {
    // An event may come twice. Its id is the primary key, so it is counted once.
    sqlx::query("INSERT INTO counted (event, course) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .bind(metadata.id.to_string())
        .bind(enrollment.course.course_key.to_string())
        .execute(&services().database)
        .await?;
    Ok(())
}
