//! The Redis bus at the level of its traits, against servers that the tests start.

mod between;
mod claiming;
mod connections;
mod consuming;
mod dead_letters;
mod faults;
mod groups;
mod holding;
mod operations;
mod producing;
mod security;
mod sentinel;
mod stopping;
mod support;
mod unread;
