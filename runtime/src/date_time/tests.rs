//! Texts, values and conversions.
