//! The measured event, in two sizes.

use clap::ValueEnum;
use openedx_events::{
    DateTime, EventsMetadata, codec,
    event_bus::Message,
    learning::{
        data::{CourseData, CourseEnrollmentData, UserData, UserPersonalData},
        signals::{COURSE_ENROLLMENT_CREATED, CourseEnrollmentCreated},
    },
};

use crate::Result;

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Size {
    /// 183 bytes of Avro, as in the other benches
    Small,
    /// 4 KB: the same event for a course with a long name
    Large,
}

impl Size {
    pub(crate) fn bytes(self) -> usize {
        match self {
            Self::Small => 183,
            Self::Large => 4096,
        }
    }

    /// The name in tables.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Small => "183 bytes",
            Self::Large => "4 KB",
        }
    }

    /// The name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Large => "large",
        }
    }

    pub(crate) fn event(self) -> Result<CourseEnrollmentCreated> {
        of_size("course-v1:edX+DemoX+Demo_Course", self.bytes())
    }

    /// The message that a producer writes to the stream.
    pub(crate) fn message(self) -> Result<Message> {
        Ok(message(&self.event()?))
    }
}

/// The message of the small event for another course, which is its key, and another learner.
pub(crate) fn numbered(number: u32) -> Result<Message> {
    Ok(message(&CourseEnrollmentCreated { enrollment: numbered_enrollment(number)? }))
}

/// The small event for another course, which is its key, and another learner.
pub(crate) fn numbered_enrollment(number: u32) -> Result<CourseEnrollmentData> {
    let course = CourseData::builder().course_key(format!("course-v1:edX+DemoX+{number}").parse()?).build();
    let user = user(number.into(), person("ada", "ada@example.com", "Ada Lovelace"));
    let enrollment =
        CourseEnrollmentData::builder().user(user).course(course).mode("verified").is_active(true);
    Ok(enrollment.creation_date("2024-03-01T12:00:00+00:00".parse::<DateTime>()?).build())
}

fn message(event: &CourseEnrollmentCreated) -> Message {
    let metadata = EventsMetadata::of(COURSE_ENROLLMENT_CREATED.definition());
    Message::new(&metadata, codec::encode(event))
}

fn person(username: &str, email: &str, name: &str) -> UserPersonalData {
    UserPersonalData::builder().username(username).email(email).name(name).build()
}

fn user(id: i64, pii: UserPersonalData) -> UserData {
    UserData::builder().id(id).is_active(true).pii(pii).build()
}

/// Returns an event with a course of its own, and with the size of the others: 185 bytes, which are 190 in a record of Kafka.
#[cfg(feature = "kafka")]
pub(crate) fn of_course(number: u64) -> Result<CourseEnrollmentCreated> {
    of_size(&format!("course-v1:edX+DemoX+Run_{number:07}"), 185)
}

fn of_size(course_key: &str, bytes: usize) -> Result<CourseEnrollmentCreated> {
    let mut name = "Demonstration Course".to_owned();
    let missing = bytes - codec::encode(&event(course_key, &name)?).len();
    // A length above 63 takes a second byte.
    let longer_length = usize::from(name.len() + missing > 63);
    name.push_str(&"!".repeat(missing - longer_length));
    let event = event(course_key, &name)?;
    assert_eq!(codec::encode(&event).len(), bytes, "the tables state this size");
    Ok(event)
}

fn event(course_key: &str, course_name: &str) -> Result<CourseEnrollmentCreated> {
    let start: DateTime = "2024-02-29T09:30:00+00:00".parse()?;
    let course =
        CourseData::builder().course_key(course_key.parse()?).display_name(course_name).start(start).build();
    let enrollment = CourseEnrollmentData::builder()
        .user(user(42, person("ada", "ada@example.com", "Ada Lovelace")))
        .course(course)
        .mode("verified")
        .is_active(true)
        .creation_date("2024-03-01T12:00:00+00:00".parse()?)
        .created_by(user(7, person("staff", "staff@example.com", "Eve")))
        .build();
    Ok(CourseEnrollmentCreated { enrollment })
}
