// A type without an Avro form is one mistake, not also a broken contract.
use openedx_events::event;

/// Sent when something has changed.
#[event(type = "com.example.library.contract_and_field_type.changed.v1")]
pub struct Changed {
    /// How many.
    pub count: usize,
}

fn main() {}
