//! Three events that the benches share, and other ways to encode and decode them.
//!
//! `cargo bench --manifest-path runtime/benches/Cargo.toml` measures times, the test `instructions` counts instructions, and
//! the package in `bus` measures the event bus. The program `report` writes the figures of all three into `BENCHMARKS.md`.

pub mod by_hand;
pub mod cases;
#[cfg(feature = "times")]
pub mod peers;
pub mod plain;
pub mod signals;
#[cfg(feature = "times")]
pub mod times;
