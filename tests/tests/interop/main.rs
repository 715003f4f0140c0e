//! Rust and the Python implementation on one server: each receives the events of the other.
//!
//! `tests/interop` contains the Python side and the script that installs it. If no release can be installed, these tests fail;
//! with `OFFLINE=1` they only print a message.

mod differences;
mod from_python;
mod groups;
mod headers;
mod installed;
mod moving;
#[allow(dead_code, reason = "two test programs share this module")]
mod process;
mod python;
mod rust;
mod service;
mod stream;
mod to_python;
