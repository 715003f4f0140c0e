//! Names on the wire may be Rust keywords: `r#type` is `type` on the wire, and a receiver can take it as `_type` too.

use openedx_events::prelude::*;

/// A block.
#[payload]
pub struct BlockData {
    /// Its type.
    pub r#type: String,
    /// The purpose.
    #[payload(default)]
    pub r#use: Option<String>,
}

/// Sent when a block was moved.
#[event(type = "com.example.learning.block.moved.v1", key = r#type)]
pub struct BlockMoved {
    /// Its type.
    pub r#type: String,
    /// The block.
    pub r#struct: BlockData,
}

#[receiver(BLOCK_MOVED)]
fn by_raw_name(r#type: &str, r#struct: &BlockData) {
    assert_eq!((r#type, r#struct.r#type.as_str()), ("html", "html"));
}

#[receiver(BLOCK_MOVED)]
fn by_underscore(_type: &str, _struct: &BlockData) {}

#[receiver(BLOCK_MOVED)]
fn r#match(_type: &String) {}

fn main() {
    let block = BlockData::builder().r#type("html").build();
    let responses = BLOCK_MOVED.send_event(BlockMoved::builder().r#type("html").r#struct(block).build());
    assert!(responses.all_ok());
    assert_eq!(responses.len(), 3);
    assert!(BLOCK_MOVED.schema_string().contains(r#""name": "type""#));
}
