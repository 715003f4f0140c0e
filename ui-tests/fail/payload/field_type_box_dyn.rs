use openedx_events::payload;

/// A person.
#[payload]
pub struct PersonData {
    /// The person's name.
    pub name: Box<dyn std::fmt::Display>,
}

fn main() {}
