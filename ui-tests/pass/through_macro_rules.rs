//! Names, types, literals and paths may come from a `macro_rules!` macro, as fragments of any kind.

use openedx_events::prelude::*;

macro_rules! define {
    (
        $(#[$attribute:meta])*
        $payload:ident { $($field:ident: $type:ty = $default:expr),* $(,)? }
        $event:ident $signal:ident $event_type:literal $key:ident
        $facade:path
    ) => {
        $(#[$attribute])*
        #[payload(crate = $facade)]
        pub struct $payload {
            $(
                #[doc = concat!("The ", stringify!($field), ".")]
                #[payload(default = $default)]
                pub $field: $type,
            )*
        }

        /// Sent when it happened.
        #[event(type = $event_type, key = value.$key, crate = $facade)]
        pub struct $event {
            /// The subject.
            pub value: $payload,
        }

        #[receiver($signal, order = -1, crate = $facade)]
        fn notify(value: &$payload) {
            let _: &$payload = value;
        }
    };
}

define! {
    /// A seat.
    #[derive(Eq)]
    SeatData { number: i64 = 1, tags: Vec<String> = Vec::new(), given_by: Option<String> = None }
    SeatTaken SEAT_TAKEN "com.example.learning.seat.taken.v1" number
    ::openedx_events
}

macro_rules! receive {
    ($name:ident, $($signal:path),+ => $parameter:ident: $type:ty, $body:expr) => {
        #[receiver($($signal),+)]
        fn $name($parameter: $type) -> Result<(), String> {
            $body
        }
    };
}

receive!(later, SEAT_TAKEN => value: &SeatData, if value.number == 1 { Ok(()) } else { Err("which?".to_owned()) });

fn main() {
    let responses = SEAT_TAKEN.send_event(SeatTaken {
        value: SeatData::builder().build(),
    });
    assert_eq!(responses.len(), 2);
    assert!(responses.all_ok());
}
