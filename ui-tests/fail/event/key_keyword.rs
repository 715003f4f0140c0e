use openedx_events::prelude::*;

/// A block.
#[payload]
pub struct BlockData {
    /// Its type.
    pub r#type: String,
}

/// Sent when a block was created.
#[event(type = "com.example.learning.block.created.v1", key = block.type)]
pub struct BlockCreated {
    /// The block.
    pub block: BlockData,
}

fn main() {}
