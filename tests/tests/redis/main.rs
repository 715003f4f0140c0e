//! The Redis bus, tested through its traits against real servers.

mod ahead;
mod background;
mod between;
mod claiming;
mod connections;
mod consuming;
mod dead_letters;
mod faults;
mod groups;
mod half_dead;
mod holding;
mod losses;
mod operations;
mod producing;
mod random;
mod repeating;
mod restricted;
mod rights;
mod security;
mod sentinel;
mod stopping;
mod support;
mod trimming_risk;
mod unread;
