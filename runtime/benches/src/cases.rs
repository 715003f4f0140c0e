//! The measured events, with a sample of each.

use openedx_events::{
    WireEvent, codec,
    content_authoring::signals::ContentLibraryDeleted,
    learning::signals::{CourseEnrollmentCreated, ForumThreadCreated},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{by_hand::ByHand, plain};

/// A measured event.
pub trait Case: WireEvent + ByHand + Serialize + DeserializeOwned + Clone {
    /// The same event, made of plain structs.
    type Plain: ByHand + Serialize + DeserializeOwned + Clone + PartialEq + std::fmt::Debug;
    /// The name in tables.
    const NAME: &'static str;
    /// The sample as the Avro record dictionary.
    const JSON: &'static str;

    /// The sample.
    #[must_use]
    fn sample() -> Self {
        read(Self::JSON)
    }

    /// The sample, made of plain structs.
    #[must_use]
    fn plain() -> Self::Plain {
        read(Self::JSON)
    }

    /// The sample's Avro bytes.
    #[must_use]
    fn bytes() -> Vec<u8> {
        codec::encode(&Self::sample())
    }
}

fn read<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).expect("a test checks the samples")
}

/// 183 bytes.
impl Case for CourseEnrollmentCreated {
    type Plain = plain::CourseEnrollmentCreated;
    const NAME: &'static str = "enrollment";
    const JSON: &'static str = r#"{"enrollment": {
        "user": {
            "id": 42,
            "is_active": true,
            "pii": {"username": "ada", "email": "ada@example.com", "name": "Ada Lovelace"}
        },
        "course": {
            "course_key": "course-v1:edX+DemoX+Demo_Course",
            "display_name": "Demonstration Course",
            "start": "2024-02-29T09:30:00+00:00",
            "end": null
        },
        "mode": "verified",
        "is_active": true,
        "creation_date": "2024-03-01T12:00:00+00:00",
        "created_by": {
            "id": 7,
            "is_active": true,
            "pii": {"username": "staff", "email": "staff@example.com", "name": "Eve"}
        }
    }}"#;
}

/// The events of content libraries are the smallest in the catalogue.
impl Case for ContentLibraryDeleted {
    type Plain = plain::ContentLibraryDeleted;
    const NAME: &'static str = "smallest";
    const JSON: &'static str =
        r#"{"content_library": {"library_key": "lib:edX:maths", "update_blocks": false}}"#;
}

/// The events of the forum are the largest in the catalogue: 24 fields and a body of any length.
impl Case for ForumThreadCreated {
    type Plain = plain::ForumThreadCreated;
    const NAME: &'static str = "largest";
    const JSON: &'static str = r#"{"thread": {
        "body": "I cannot see how the second step of the proof follows from the first. The lecture says that the sum converges because its terms get smaller, but the harmonic series does not converge, and its terms get smaller too. Which condition of the theorem do I overlook? The exercise after the video has the same gap, and the solution repeats the lecture word for word. A hint would be enough, I want to find it myself.",
        "commentable_id": "i4x-edX-DemoX-course-2024",
        "id": "65e1b1f2a3c4d5e6f7a8b9c0",
        "truncated": false,
        "url": "https://lms.example.com/courses/course-v1:edX+DemoX+Demo_Course/discussion/forum/general/threads/65e1b1f2a3c4d5e6f7a8b9c0",
        "user": {
            "id": 42,
            "is_active": true,
            "pii": {"username": "ada", "email": "ada@example.com", "name": "Ada Lovelace"}
        },
        "course_id": "course-v1:edX+DemoX+Demo_Course",
        "thread_type": "question",
        "anonymous": false,
        "anonymous_to_peers": false,
        "title": "Second step of the proof",
        "title_truncated": false,
        "group_id": 3,
        "team_id": null,
        "category_id": 12,
        "category_name": "General",
        "discussion": {"id": "general", "title": "General discussion"},
        "user_course_roles": ["Student", "Beta Tester"],
        "user_forums_roles": ["Student"],
        "options": {"anonymous": false, "follow": true, "notify": true}
    }}"#;
}
