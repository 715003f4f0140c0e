use openedx_events::prelude::*;

/// Sent when a node has grown.
#[event(type = "com.example.learning.node.grown.v1")]
pub struct _2NodeGrown {
    /// Which node.
    pub node: i64,
}

fn main() {}
