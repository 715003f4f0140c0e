//! Through crates and modules that pass openedx-events on.

pub use oe as open_edx;

pub mod everything {
    //! All of it, by a glob.

    pub use oe::*;
}

/// A branch of the library.
#[everything::payload(crate = crate::facade::everything)]
pub struct Branch {
    /// Name of the branch.
    pub name: String,
}

/// Sent when a branch has been opened.
#[open_edx::event(type = "com.example.library.branch.opened.v1", key = branch.name, crate = self::open_edx)]
pub struct BranchOpened {
    /// The branch.
    pub branch: Branch,
}

/// Receives it where it is defined, through the facade.
#[everything::receiver(BRANCH_OPENED, crate = everything)]
fn greet(branch: &Branch) {
    assert!(!branch.name.is_empty());
}
