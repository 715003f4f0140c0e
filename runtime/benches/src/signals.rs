//! Signals whose receivers do nothing: none, one, one that takes the metadata, an async one, and ten.
#![allow(unsafe_code)] // The linker sections that collect events and receivers.

use std::time::{Duration, SystemTime};

use openedx_events::prelude::*;
use uuid::{Timestamp, timestamp::context::ContextV1};

macro_rules! numbers {
    ($($name:ident $event_type:literal)*) => {$(
        /// A number.
        #[event(type = $event_type)]
        pub struct $name {
            /// The number.
            pub number: i64,
        }
    )*};
}

numbers! {
    SilenceHeard "com.example.learning.silence.heard.v1"
    SoloHeard "com.example.learning.solo.heard.v1"
    DuetHeard "com.example.learning.duet.heard.v1"
    AriaHeard "com.example.learning.aria.heard.v1"
    ChoirHeard "com.example.learning.choir.heard.v1"
}

/// One receiver.
#[receiver(SOLO_HEARD)]
pub fn nothing(event: &SoloHeard) {
    std::hint::black_box(event.number);
}

/// One receiver, which takes the metadata.
#[receiver(DUET_HEARD)]
pub fn with_metadata(event: &DuetHeard, metadata: &EventsMetadata) {
    std::hint::black_box((event.number, metadata.id));
}

/// One async receiver.
#[receiver(ARIA_HEARD)]
pub async fn in_a_future(event: &AriaHeard) {
    std::hint::black_box(event.number);
}

macro_rules! voices {
    ($($name:ident)*) => {$(
        /// One of ten receivers.
        #[receiver(CHOIR_HEARD)]
        pub fn $name(event: &ChoirHeard) {
            std::hint::black_box(event.number);
        }
    )*};
}

voices! { first second third fourth fifth sixth seventh eighth ninth tenth }

/// The minimum work for metadata: a version 1 UUID and the time. The other fields of `EventsMetadata` are constants when
/// written by hand.
pub struct MetadataByHand {
    /// Version 1.
    pub id: Uuid,
    /// Nanoseconds since 1970.
    pub time: Duration,
    /// The event type.
    pub event_type: &'static str,
}

/// Creates metadata by hand, as the baseline.
#[must_use]
pub fn metadata_by_hand(event_type: &'static str) -> MetadataByHand {
    static CONTEXT: ContextV1 = ContextV1::new(7);
    let id = Uuid::new_v1(Timestamp::now(&CONTEXT), &[1, 2, 3, 4, 5, 6]);
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    MetadataByHand { id, time, event_type }
}
