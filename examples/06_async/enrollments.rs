//! Enrolls learners.

use openedx_events::{
    DateTime, Responses,
    learning::{
        data::{CourseData, CourseEnrollmentData, UserData, UserPersonalData},
        signals::{COURSE_ENROLLMENT_CREATED, CourseEnrollmentCreated},
    },
};
use sqlx::SqlitePool;

/// Enrolls a learner, and returns what the receivers of the event did.
pub(crate) async fn enroll(database: &SqlitePool, learner: &str) -> Result<Responses, sqlx::Error> {
    let mut transaction = database.begin().await?;
    sqlx::query("INSERT INTO enrollments (learner) VALUES (?)")
        .bind(learner)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    // Only now: a change that is rolled back has not happened.
    let event = CourseEnrollmentCreated { enrollment: enrollment(learner) };
    Ok(COURSE_ENROLLMENT_CREATED.send_event_async(event).await)
}

fn enrollment(learner: &str) -> CourseEnrollmentData {
    let email = format!("{learner}@example.com");
    let pii = UserPersonalData::builder().username(learner).email(email).build();
    let user = UserData::builder().id(7).is_active(true).pii(pii).build();
    let course_key = "course-v1:edX+DemoX+2026".parse().expect("a course key");
    CourseEnrollmentData::builder()
        .user(user)
        .course(CourseData::builder().course_key(course_key).build())
        .mode("audit")
        .is_active(true)
        .creation_date(DateTime::now())
        .build()
}
