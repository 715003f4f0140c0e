//! With the Python implementation, over a server: what one side sends, the other receives.
//!
//! `tests/interop` has the Python side, and the script that installs it. Where no release can be installed, these tests
//! fail; with `OFFLINE=1` they say so instead.

mod differences;
mod from_python;
mod groups;
mod headers;
mod log;
mod moving;
mod python;
mod rust;
mod stream;
mod to_python;
