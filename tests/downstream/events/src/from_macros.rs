//! Definitions that come out of the user's own macros.

/// Defines a payload, an event about it, and a receiver.
macro_rules! thing {
    ($payload:ident { $($field:ident: $ty:ty = $default:expr),* }, $event:ident, $signal:ident, $type:literal, $text:expr) => {
        #[doc = $text]
        #[oe::payload(crate = oe)]
        pub struct $payload {
            $(
                #[doc = concat!("The ", stringify!($field), ".")]
                #[payload(default = $default)]
                pub $field: $ty,
            )*
        }

        #[doc = $text]
        #[oe::event(type = $type, crate = $crate::facade::open_edx)]
        pub struct $event {
            #[doc = $text]
            pub thing: $payload,
        }

        /// Receives it.
        #[oe::receiver($signal, crate = oe)]
        pub fn receive(thing: &$payload) {
            $(let _: &$ty = &thing.$field;)*
        }
    };
}

pub mod chairs {
    //! Chairs.

    thing!(
        Chair { legs: i64 = 4, colour: String = "brown".to_owned() },
        ChairBought,
        CHAIR_BOUGHT,
        "com.example.library.chair.bought.v1",
        "A chair."
    );
}

pub mod tables {
    //! Tables.

    thing!(Table { seats: Option<i64> = None, tops: Vec<f64> = vec![1.5] }, TableBought, TABLE_BOUGHT,
        "com.example.library.table.bought.v1", "A table.");
}
