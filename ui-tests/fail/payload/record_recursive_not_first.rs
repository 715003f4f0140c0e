use openedx_events::prelude::*;

/// A catalog, which is not part of the cycle.
#[payload]
pub struct Catalog {
    /// Its root.
    pub root: Folder,
}

/// A folder.
#[payload]
pub struct Folder {
    /// What is in it.
    pub folders: Vec<crate::Folder>,
}

fn main() {}
