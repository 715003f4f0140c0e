use openedx_events::payload;

/// A person.
#[payload]
pub struct PersonData {
    /// The person's name.
    #[cfg_attr(all(), serde(skip))]
    pub name: String,
}

fn main() {}
