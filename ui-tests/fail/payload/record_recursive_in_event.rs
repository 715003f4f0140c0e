use openedx_events::prelude::*;

/// A folder.
#[payload]
pub struct Folder {
    /// What is in it.
    pub folders: Vec<Folder>,
}

/// Sent when a folder was moved, which is no second mistake.
#[event(type = "com.example.learning.folder.moved.v1")]
pub struct FolderMoved {
    /// The folder.
    pub folder: Folder,
}

fn main() {}
