//! What the cases send.

use openedx_events::{Bytes, prelude::*};

/// Sent when a parcel was posted. Parcels of one customer keep their order.
#[event(type = "com.example.logistics.parcel.posted.v1", key = customer)]
pub struct ParcelPosted {
    /// The case that sent it: cases run in one process, and each looks at its own.
    pub run: i64,
    /// Its number in the case.
    pub number: i64,
    /// Who posted it.
    pub customer: String,
    /// What is in it.
    pub content: Bytes,
}

/// Sent when a parcel came back. It has no key.
#[event(type = "com.example.logistics.parcel.returned.v1")]
pub struct ParcelReturned {
    /// The case that sent it.
    pub run: i64,
    /// Its number in the case.
    pub number: i64,
}

/// Sent when a parcel was forgotten. No receiver ever takes it.
#[event(type = "com.example.logistics.parcel.forgotten.v1")]
pub struct ParcelForgotten {
    /// Its number in the case.
    pub number: i64,
}

/// Sent by the cases about producing, one after the other: which bus is installed is a matter of the whole process.
#[event(type = "com.example.logistics.parcel.labelled.v1")]
pub struct ParcelLabelled {
    /// The case that sent it.
    pub run: i64,
    /// Its number in the case.
    pub number: i64,
}
