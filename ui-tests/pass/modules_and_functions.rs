//! Definitions are allowed wherever items are, and use the names in scope there. Definitions with the same name in two
//! modules do not collide.

mod outer {
    use openedx_events::prelude::*;

    /// A course.
    #[payload]
    pub(super) struct CourseData {
        /// Its title.
        pub(super) title: String,
    }

    pub(super) mod inner {
        use super::CourseData as Course;

        /// Sent when a course was created.
        #[openedx_events::event(type = "com.example.learning.course.created.v1")]
        pub(in super::super) struct CourseCreated {
            /// The course.
            pub(in super::super) course: Course,
        }
    }
}

mod other {
    /// Sent when a course was created, elsewhere.
    #[openedx_events::event(type = "org.example.learning.course.created.v1")]
    pub(super) struct CourseCreated {
        /// Its title.
        pub title: String,
    }

    #[openedx_events::receiver(COURSE_CREATED)]
    fn notify(title: &str) {
        assert_eq!(title, "Other");
    }
}

#[openedx_events::receiver(outer::inner::COURSE_CREATED)]
fn notify(course: &outer::CourseData) {
    assert_eq!(course.title, "Demo");
}

fn main() {
    use openedx_events::prelude::*;

    /// A seat.
    #[payload]
    struct SeatData {
        /// Its number.
        number: i64,
    }

    /// Sent when a seat was taken.
    #[event(type = "com.example.learning.seat.taken.v1", key = seat.number)]
    struct SeatTaken {
        /// The seat.
        seat: SeatData,
    }

    #[receiver(SEAT_TAKEN)]
    fn notify(seat: &SeatData) {
        assert_eq!(seat.number, 7);
    }

    let seat = SeatData::builder().number(7).build();
    assert_eq!(SEAT_TAKEN.send_event(SeatTaken { seat }).len(), 1);

    let course = outer::CourseData::builder().title("Demo").build();
    let created = outer::inner::CourseCreated { course };
    assert!(outer::inner::COURSE_CREATED.send_event(created).all_ok());
    let created = other::CourseCreated {
        title: "Other".to_owned(),
    };
    assert_eq!(other::COURSE_CREATED.send_event(created).len(), 1);
}
