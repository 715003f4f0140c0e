// errors: 3
use openedx_events::prelude::*;
use std::{rc::Rc, time::Duration};

macro_rules! measured {
    ($name:ident, $event_type:literal, $ty:ty) => {
        /// Sent when something was measured.
        #[event(type = $event_type)]
        pub struct $name {
            /// The result.
            pub result: $ty,
        }
    };
}

measured!(LengthMeasured, "com.example.learning.length.measured.v1", Duration);
measured!(WidthMeasured, "com.example.learning.width.measured.v1", Vec<Option<i64>>);
measured!(HeightMeasured, "com.example.learning.height.measured.v1", Rc<i64>);

fn main() {}
