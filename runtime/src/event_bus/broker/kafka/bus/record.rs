//! Records of Kafka: how the parts of a message become headers, and headers become the parts of a message.

use std::{cell::RefCell, ops::Range};

use bytes::Bytes;
use rdkafka::message::{Header as KafkaHeader, OwnedHeaders};

use super::{frame, native_record::NativeRecord};
use crate::event_bus::wire::{Header, Message};

/// The headers whose values are always the same. Python's producers write them and its consumers ignore them.
const SPEC_VERSION: (&str, &str) = ("ce_specversion", "1.0");
const CONTENT_TYPES: [(&str, &str); 2] =
    [("content-type", "application/avro"), ("ce_datacontenttype", "application/avro")];

/// The number of headers that producers write.
const USUAL: usize = 10;
/// The bytes that a thread keeps for the next record.
const MOST_KEPT: usize = 64 * 1024;

/// Returns the name of a header in a record.
const fn name(header: Header) -> &'static str {
    match header {
        Header::EventType => "ce_type",
        Header::Id => "ce_id",
        Header::Source => "ce_source",
        Header::Time => "ce_time",
        Header::MinorVersion => "ce_minorversion",
        Header::SourceHost => "sourcehost",
        Header::SourceLib => "sourcelib",
    }
}

/// Returns the header with a name. Each record has ten headers, so this does not compare all names.
fn header_of(name: &[u8]) -> Option<Header> {
    Some(match name {
        b"ce_type" => Header::EventType,
        b"ce_id" => Header::Id,
        b"ce_source" => Header::Source,
        b"ce_time" => Header::Time,
        b"ce_minorversion" => Header::MinorVersion,
        b"sourcehost" => Header::SourceHost,
        b"sourcelib" => Header::SourceLib,
        _ => return None,
    })
}

/// Makes the headers of a message, in the order of Python's producers. Other fields of the message follow.
pub(super) fn headers(message: &Message) -> OwnedHeaders {
    let fixed = [SPEC_VERSION, CONTENT_TYPES[0], CONTENT_TYPES[1]];
    let mut headers = OwnedHeaders::new_with_capacity(fixed.len() + Header::ALL.len());
    for (key, value) in fixed {
        headers = headers.insert(KafkaHeader { key, value: Some(value) });
    }
    for (header, value) in message.headers() {
        headers = headers.insert(KafkaHeader { key: name(header), value: Some(value) });
    }
    for (key, value) in message.extra() {
        // The name of a header is a string to Kafka.
        let key = &String::from_utf8_lossy(key);
        headers = headers.insert(KafkaHeader { key, value: Some(&**value) });
    }
    headers
}

/// A record as it arrived, in one piece of memory. Dead letters keep it unchanged.
///
/// A clone shares the memory of the original.
#[derive(Clone)]
pub(super) struct Record {
    /// The key, the value, then the name and the value of each header.
    all: Bytes,
    key: Option<Range<usize>>,
    value: Option<Range<usize>>,
    headers: Vec<Place>,
}

/// The place of a header in the memory of its record.
#[derive(Clone)]
struct Place {
    /// The header, unless it is an unknown one.
    header: Option<Header>,
    name: Range<usize>,
    value: Option<Range<usize>>,
}

impl Record {
    /// Copies a record out of the memory of the client.
    pub(super) fn read(record: NativeRecord<'_>) -> Self {
        thread_local! {
            /// The size of a record is known when all its headers were read, and bytes in memory of the right size need not be moved
            /// again.
            static COPY: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
        }
        COPY.with_borrow_mut(|all| {
            let mut add = |bytes: &[u8]| {
                let start = all.len();
                all.extend_from_slice(bytes);
                start..all.len()
            };
            let key = record.key().map(&mut add);
            let value = record.value().map(&mut add);
            let mut headers = Vec::with_capacity(USUAL);
            record.for_each_header(|name, value| {
                headers.push(Place { header: header_of(name), name: add(name), value: value.map(&mut add) });
            });
            let record = Self { all: Bytes::copy_from_slice(all), key, value, headers };
            all.clear();
            all.shrink_to(MOST_KEPT);
            record
        })
    }

    /// Returns the key.
    pub(super) fn key(&self) -> Option<Bytes> {
        self.key.clone().map(|key| self.all.slice(key))
    }

    /// Returns the value; `None` for a tombstone.
    pub(super) fn value(&self) -> Option<&[u8]> {
        self.value.clone().map(|value| &self.all[value])
    }

    /// Returns the names and values of the headers, in order.
    pub(super) fn headers(&self) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        let text = |range: &Range<usize>| &self.all[range.clone()];
        self.headers.iter().map(move |Place { name, value, .. }| (text(name), value.as_ref().map(text)))
    }

    /// Returns the value of a header. If there are two, the last one counts.
    pub(super) fn header(&self, header: Header) -> Option<&[u8]> {
        let last = self.headers.iter().rfind(|place| place.header == Some(header))?;
        last.value.clone().map(|value| &self.all[value])
    }

    /// Returns about how many bytes of memory it takes.
    pub(super) fn memory(&self) -> usize {
        size_of::<Self>() + self.all.len() + size_of_val(&*self.headers)
    }

    /// Returns the id of the schema with which the value was written.
    ///
    /// # Errors
    ///
    /// Returns the reason, without data of the event, if the value is not framed.
    pub(super) fn schema_id(&self) -> Result<u32, &'static str> {
        frame::schema_id(self.value().ok_or("the record has no value")?)
    }

    /// Returns the Avro bytes, as the writer of the record wrote them. Empty if the value has no frame.
    pub(super) fn avro(&self) -> Bytes {
        match &self.value {
            Some(value) if value.len() >= frame::LENGTH => {
                self.all.slice(value.start + frame::LENGTH..value.end)
            }
            _ => Bytes::new(),
        }
    }

    /// Makes the message of the record. `event_data` has the bytes of the event in the schema of this program, or the reason
    /// why there are none, which completes "cannot be read: …".
    pub(super) fn message(&self, event_data: Result<Bytes, String>) -> Message {
        let mut message = Message::builder();
        message.keep_empty_headers();
        let mut wrong = None;
        for Place { header, name: place, value } in &self.headers {
            match (*header, value) {
                (Some(header), Some(value)) => {
                    if message.header(header, self.all.slice(value.clone())).is_some() {
                        wrong.get_or_insert_with(|| format!("there are two headers `{}`", name(header)));
                    }
                }
                (Some(header), None) => {
                    wrong.get_or_insert_with(|| format!("the header `{}` is null", name(header)));
                }
                (None, _) if is_fixed(&self.all[place.clone()]) => {}
                (None, value) => {
                    let value = value.clone().map(|value| self.all.slice(value)).unwrap_or_default();
                    message.extra(self.all.slice(place.clone()), value);
                }
            }
        }
        // As in Python, which has no default for it.
        if wrong.is_none() && !self.headers.iter().any(|place| place.header == Some(Header::Id)) {
            wrong = Some(format!("header `{}` is missing", name(Header::Id)));
        }
        match wrong.map_or(event_data, Err) {
            Ok(event_data) => message.resolved_event_data(event_data),
            Err(reason) => message.unreadable_event_data(reason),
        }
        message.build()
    }
}

fn is_fixed(name: &[u8]) -> bool {
    name == SPEC_VERSION.0.as_bytes() || CONTENT_TYPES.iter().any(|(known, _)| name == known.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_header_is_found_by_its_name() {
        for header in Header::ALL {
            assert_eq!(header_of(name(header).as_bytes()), Some(header));
        }
        for other in ["", "ce_", "ce_types", "CE_ID", "type", SPEC_VERSION.0] {
            assert_eq!(header_of(other.as_bytes()), None, "{other}");
        }
    }
}
