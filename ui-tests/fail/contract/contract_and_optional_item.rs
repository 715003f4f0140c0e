use openedx_events::event;

/// Sent when something has changed.
#[event(type = "com.example.library.contract_and_optional_item.changed.v1")]
pub struct Changed {
    /// How many.
    pub counts: Vec<Option<i64>>,
}

fn main() {}
