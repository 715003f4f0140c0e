//! The Python implementation and ours on the same Kafka and the same registry.
//!
//! `tests/interop` contains the Python side and the script that installs it.

#[allow(dead_code, reason = "two test programs share this module")]
#[path = "../interop/differences.rs"]
mod differences;
mod expected;
mod from_python;
mod groups;
#[path = "../interop/installed.rs"]
mod installed;
mod keys;
mod moved;
#[allow(dead_code, reason = "two test programs share this module")]
#[path = "../interop/process.rs"]
mod process;
mod python;
mod round_trips;
#[allow(dead_code, reason = "two test programs share this module")]
#[path = "../interop/rust.rs"]
mod rust;
mod servers;
mod to_python;
mod wire;
