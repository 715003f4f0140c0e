//! What the benches share: three events, and other ways to encode and decode them.
//!
//! `cargo bench --manifest-path runtime/benches/Cargo.toml` measures times; the test `instructions` counts
//! instructions; the program `report` writes both into `BENCHMARKS.md`, and what the example `bench` found about the bus.

pub mod by_hand;
pub mod cases;
pub mod chart;
#[cfg(feature = "times")]
pub mod peers;
pub mod pictures;
pub mod plain;
pub mod signals;
#[cfg(feature = "times")]
pub mod times;
