//! Buses that break one promise each.
