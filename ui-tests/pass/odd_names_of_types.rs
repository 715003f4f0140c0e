//! The user's types may have the names of generated types, and fields may use `Self` if it is behind a pointer.

use openedx_events::prelude::*;

/// A site.
#[payload]
pub struct Site {
    /// The builder.
    pub builder: SiteBuilder,
}

/// Has the name that a builder of `Site` would have.
#[payload]
#[expect(dead_code)]
#[derive(Eq, Hash)]
pub struct SiteBuilder {
    /// Its name.
    pub name: String,
    /// A number that nobody reads.
    number: i64,
}

/// Sent when a node has grown.
#[event(type = "com.example.learning.node.grown.v1", local_only = "nodes are not records")]
pub struct NodeGrown {
    /// The node before it.
    pub before: Option<Box<Self>>,
}

fn main() {
    let builder = SiteBuilder::builder().name("b").number(1).build();
    let site = Site::builder().builder(builder).build();
    assert_eq!(site.builder.name, "b");
    let first = NodeGrown::builder().build();
    assert!(NodeGrown::builder().before(Box::new(first)).build().before.is_some());
}
