use openedx_events::event;

/// Sent when something has changed.
#[event(type = "com.example.library.contract_file_byte_order_mark.changed.v1")]
pub struct Changed {
    /// How many.
    pub count: i64,
}

fn main() {}
