//! Why a type cannot be that of a field, where there is more to say than that it has no Avro form.

/// Why a type is refused, in the words of the message.
#[derive(Clone, Copy)]
pub struct Refusal {
    /// The type, without its parameters.
    pub type_name: &'static str,
    /// What is wrong with it, following its name.
    pub what: &'static str,
    /// Why that is wrong.
    pub note: &'static str,
    /// What to write instead.
    pub help: &'static str,
}

impl Refusal {
    /// Of an event, which `#[event]` makes known.
    #[must_use]
    pub const fn event(type_name: &'static str) -> Self {
        Self {
            type_name,
            what: "is an event",
            note: "an event is sent as a whole, and is no part of another (ADR-3)",
            help: "take the payload that is in it",
        }
    }
}
