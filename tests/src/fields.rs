//! Messages as the fields of a stream entry.

use openedx_events::event_bus::{Header, Message};

/// Names and values of fields, in order.
pub type Fields = Vec<(Vec<u8>, Vec<u8>)>;

/// Creates a message from fields. The last of duplicate fields wins.
pub fn message<N: Into<Vec<u8>>, V: Into<Vec<u8>>>(fields: impl IntoIterator<Item = (N, V)>) -> Message {
    let mut message = Message::builder();
    for (name, value) in fields {
        let (name, value) = (name.into(), value.into());
        let overridden = match Header::ALL.into_iter().find(|header| header.name().as_bytes() == name) {
            Some(header) => message.header(header, value),
            None if name == b"event_data" => message.event_data(value),
            None => Some(value.into()),
        };
        if let Some(value) = overridden {
            message.extra(name, value);
        }
    }
    message.build()
}

/// Returns the fields of a message: its headers, its data, all others.
#[must_use]
pub fn fields(message: &Message) -> Fields {
    let headers = message.headers().map(|(header, value)| (header.name().into(), value.to_vec()));
    let data = message.event_data().ok().map(|data| (b"event_data".to_vec(), data.to_vec()));
    let extra = message.extra().iter().map(|(name, value)| (name.to_vec(), value.to_vec()));
    headers.chain(data).chain(extra).collect()
}
