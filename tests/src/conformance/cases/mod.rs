//! The cases, by what they are about.

pub(super) mod dead_letters;
pub(super) mod groups;
pub(super) mod lanes;
pub(super) mod options;
pub(super) mod producing;
pub(super) mod recovery;
pub(super) mod retry;
pub(super) mod routing;
pub(super) mod stopping;
pub(super) mod trimming;
pub(super) mod unusable;
