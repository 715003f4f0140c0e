//! The user's derives apply to the payload and to the struct of its fields. Deriving `Clone` and `PartialEq` is
//! allowed, although the macro implements them.

use std::collections::{BTreeSet, HashSet};

use openedx_events::prelude::*;

/// A seat.
#[payload]
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SeatData {
    /// Its row.
    pub row: i64,
    /// Its name.
    pub name: String,
}

/// Sent when a seat was taken.
#[event(type = "com.example.learning.seat.taken.v1")]
#[derive(Eq, Clone, Hash, Default, PartialOrd)]
pub struct SeatTaken {
    /// The seat.
    pub seat: SeatData,
}

fn main() {
    let first = SeatData::default();
    let second = SeatData::builder().row(1).name("a").build();
    assert!(first < second);
    assert_eq!(
        BTreeSet::from([second.clone(), first.clone()]).first(),
        Some(&first)
    );
    assert!(HashSet::from([first.clone()]).contains(&first));
    assert!(SeatTaken::default() < SeatTaken { seat: second });
}
