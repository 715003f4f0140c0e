use openedx_events::event;

/// Sent when something has changed.
#[event(type = "com.example.library.contract_broken_local_only_without_wire_form.changed.v1", local_only = "is not for others")]
pub struct Changed {
    /// How many.
    pub count: std::num::NonZeroUsize,
}

fn main() {}
