//! Expansions are silent under lints that a user may have turned into errors.

#![forbid(unsafe_code)]
#![deny(
    warnings,
    missing_docs,
    unused_qualifications,
    unreachable_pub,
    unused_results,
    unused_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    missing_copy_implementations,
    missing_debug_implementations,
    non_ascii_idents,
    let_underscore_drop,
    variant_size_differences,
    keyword_idents,
    rust_2018_idioms,
    future_incompatible,
    nonstandard_style,
    clippy::all,
    clippy::pedantic
)]

use openedx_events::prelude::*;

/// A seat.
#[payload]
#[derive(Eq)]
pub(crate) struct SeatData {
    /// Its number.
    pub(crate) number: i64,
    /// Who sits on it.
    #[payload(pii)]
    pub(crate) learner: Option<String>,
    /// Its tags.
    #[payload(default = vec!["new".to_owned()])]
    pub(crate) tags: Vec<String>,
    /// How it is paid for.
    pub(crate) mode: Mode,
    /// A large number.
    pub(crate) large: Large,
}

/// How it is paid for.
#[payload]
#[derive(PartialOrd, Ord)]
pub(crate) enum Mode {
    /// Never.
    Audit,
    /// In another way.
    #[payload(other)]
    Other(String),
}

/// A large number.
#[payload(text)]
#[derive(Copy, Eq)]
pub(crate) struct Large(pub(crate) u128);

/// Sent when a seat was taken.
#[event(
    type = "com.example.learning.seat.taken.v1",
    key = seat.number,
    repository = "example/seats",
    warning = "tags may be missing",
    deprecated(note = "use another")
)]
pub(crate) struct SeatTaken {
    /// The seat.
    pub(crate) seat: SeatData,
    /// How many are left.
    #[event(default)]
    pub(crate) left: i64,
}

/// Sent while a seat is looked at.
#[event(
    type = "com.example.learning.seat.held.v1",
    local_only = "nobody else needs to know"
)]
pub(crate) struct SeatHeld {
    /// When that began.
    pub(crate) since: std::time::Instant,
}

#[allow(deprecated)]
#[receiver(SEAT_TAKEN)]
fn notify(seat: &SeatData, left: &i64, metadata: &EventsMetadata) -> Result<(), std::fmt::Error> {
    assert_eq!((seat.number, *left, metadata.minorversion), (7, 0, 0));
    Ok(())
}

#[receiver(SEAT_HELD)]
fn held(event: &SeatHeld, from_event_bus: bool) {
    assert!(!from_event_bus && event.since.elapsed().as_secs() < 60);
}

#[allow(deprecated)]
fn main() {
    let seat = SeatData::builder()
        .number(7)
        .mode(Mode::from("gift"))
        .large(Large(1))
        .build();
    assert_eq!(seat.tags, ["new"]);
    assert_eq!(seat.clone().into_fields().learner, None);
    assert!(
        SEAT_TAKEN
            .send_event(SeatTaken::builder().seat(seat).build())
            .all_ok()
    );
    let since = std::time::Instant::now();
    assert!(SEAT_HELD.send_event(SeatHeld { since }).all_ok());
}
