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

/// Sent when a house is built. The names of events are not on the wire.
#[event(type = "com.example.learning.haus.gebaut.v1", name = "HAUS_GEBAUT", allow(action_not_past_tense, reason = "German"))]
pub struct HäuserGebaut {
    /// How many.
    pub number: i64,
}

mod other {
    //! Names of generated types are free in other blocks.

    pub struct SiteFields;

    pub fn local() {
        struct SiteBuilderFields;
        let _ = (SiteFields, SiteBuilderFields);
    }
}

/// There is one struct of this name in each build.
#[cfg(not(all()))]
#[payload]
pub struct Place {
    /// The name.
    pub name: String,
}

/// There is one struct of this name in each build.
#[cfg(all())]
#[payload]
pub struct Place {
    /// The number.
    pub number: i64,
}

fn main() {
    other::local();
    assert_eq!(Place::builder().number(1).build().number, 1);
    assert!(HAUS_GEBAUT.send_event(HäuserGebaut { number: 1 }).all_ok());
    let builder = SiteBuilder::builder().name("b").number(1).build();
    let site = Site::builder().builder(builder).build();
    assert_eq!(site.builder.name, "b");
    let first = NodeGrown::builder().build();
    assert!(NodeGrown::builder().before(Box::new(first)).build().before.is_some());
}
