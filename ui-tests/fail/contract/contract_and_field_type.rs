// A type without an Avro form is one mistake, and does not break the contract too.
use openedx_events::event;

/// Sent when a loan has changed.
#[event(type = "com.example.library.contract_and_field_type.changed.v1")]
pub struct Changed {
    /// A count.
    pub count: usize,
}

fn main() {}
