//! The user's module may have its own `Option`, `Result`, `String`, `Vec`, `Some`, `Clone`, `std`, `core` and so on:
//! expansions use absolute paths.

#![allow(dead_code, unused_macros, non_camel_case_types)]

pub struct Option;
pub struct Result;
pub struct String;
pub struct Vec;
pub struct Box;
pub struct Some;
pub struct None;
pub struct Ok;
pub struct Err;
pub struct Default;
pub struct From;
pub struct Into;
pub struct Send;
pub struct Sync;
pub struct Sized;
pub struct Drop;
pub struct Iterator;
pub trait Clone {}
pub trait PartialEq {}
pub trait Debug {}
pub struct str;
pub struct bool;
pub struct u8;
pub struct usize;
mod std {}
mod core {}
mod alloc {}
mod openedx_events_ {}

/// Methods for every value. They take `self` by value, so the compiler prefers them to methods that borrow.
pub trait Everything: ::core::marker::Sized {
    fn clone(self) {}
    fn eq(self) {}
    fn get(self) {}
    fn into_inner(self) {}
    fn debug_struct(self) {}
    fn field(self) {}
    fn finish(self) {}
    fn map(self) {}
    fn unwrap_or_else(self) {}
    fn into(self) {}
    fn from(self) {}
    fn deref(self) {}
    fn value(self) {}
    fn value_or(self) {}
    fn into_field(self) {}
}

impl<T> Everything for T {}

macro_rules! vec {
    () => {};
}
macro_rules! stringify {
    () => {};
}
macro_rules! concat {
    () => {};
}
macro_rules! file {
    () => {};
}
macro_rules! line {
    () => {};
}

type Text = ::std::string::String;

/// A seat.
#[::openedx_events::payload]
pub struct SeatData {
    /// Its number.
    pub number: i64,
    /// Who sits on it.
    #[payload(pii)]
    pub learner: ::std::option::Option<Text>,
    /// Its tags.
    #[payload(default)]
    pub tags: ::std::vec::Vec<Text>,
}

/// Sent when a seat was taken.
#[::openedx_events::event(type = "com.example.learning.seat.taken.v1", key = seat.number)]
pub struct SeatTaken {
    /// The seat.
    pub seat: SeatData,
    /// Its name.
    #[event(default)]
    pub name: Text,
}

/// Sent while a seat is looked at.
#[::openedx_events::event(
    type = "com.example.learning.seat.held.v1",
    local_only = "nobody else needs to know"
)]
pub struct SeatHeld {
    /// The seat.
    pub seat: SeatData,
}

#[::openedx_events::receiver(SEAT_TAKEN, SEAT_HELD)]
fn notify(seat: &SeatData) -> ::std::result::Result<(), Text> {
    let _ = seat;
    ::std::result::Result::Ok(())
}

fn main() {
    let seat = SeatData::builder().number(7).learner("ada").build();
    let seat = seat.to_builder().tags(::std::vec::Vec::new()).build();
    let event = SeatTaken::builder().seat(seat).build();
    assert!(SEAT_TAKEN.send_event(event).all_ok());
}
