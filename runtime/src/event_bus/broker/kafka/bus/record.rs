//! Records of Kafka: how the parts of a message become headers, and headers become the parts of a message.

use std::{cell::RefCell, ops::Range};

use bytes::{Bytes, BytesMut};
use rdkafka::message::{Header as KafkaHeader, OwnedHeaders};

use super::{frame, native_record::NativeRecord};
use crate::event_bus::wire::{Header, Message, MessageBuilder};

/// The headers whose values are always the same. Python's producers write them and its consumers ignore them.
const SPEC_VERSION: (&str, &str) = ("ce_specversion", "1.0");
const CONTENT_TYPES: [(&str, &str); 2] =
    [("content-type", "application/avro"), ("ce_datacontenttype", "application/avro")];

/// The number of headers that producers write.
const USUAL: usize = 10;
/// The bytes that a thread keeps for the next record.
const MOST_KEPT: usize = 64 * 1024;
/// The bytes that small records share. They stay in memory until the last of these records is handled, so one that waits alone takes
/// more than [`Record::memory`] counts.
const SHARED: usize = 4096;
/// The longest record that shares its memory.
const SMALL: usize = SHARED / 4;

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
    headers: Vec<Lengths>,
}

/// The lengths of the name and the value of a header. It is small, because each record that was read has ten.
#[derive(Clone)]
struct Lengths {
    /// The header, unless it is an unknown one.
    header: Option<Header>,
    name: u32,
    /// [`NULL`] if there is none.
    value: u32,
}

/// The length of a null. Kafka has no record that is as long.
const NULL: u32 = u32::MAX;

/// The bytes of an event in the schema of this program.
pub(super) enum EventData {
    /// Those of the record.
    AsWritten,
    Converted(Vec<u8>),
}

/// The place of a header in the memory of its record.
struct Place {
    header: Option<Header>,
    name: Range<usize>,
    value: Option<Range<usize>>,
}

/// The memory in which a thread puts the records that it reads.
#[derive(Default)]
struct Memory {
    /// The record that is being read: its length is not known before.
    record: Vec<u8>,
    /// Memory that small records share, because an allocation for each takes longer.
    shared: BytesMut,
}

impl Memory {
    /// Returns the bytes of the record that was read.
    fn take(&mut self) -> Bytes {
        let Self { record, shared } = self;
        let bytes = if record.len() > SMALL {
            Bytes::copy_from_slice(record)
        } else {
            if shared.capacity() < record.len() {
                *shared = BytesMut::with_capacity(SHARED);
            }
            shared.extend_from_slice(record);
            shared.split().freeze()
        };
        record.clear();
        record.shrink_to(MOST_KEPT);
        bytes
    }
}

impl Record {
    /// Copies a record out of the memory of the client.
    pub(super) fn read(record: NativeRecord<'_>) -> Self {
        Self::copy(record.key(), record.value(), |each| record.for_each_header(each))
    }

    /// Copies a record. `headers` calls its argument with the name and the value of each header.
    fn copy(
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: impl FnOnce(&mut dyn FnMut(&[u8], Option<&[u8]>)),
    ) -> Self {
        thread_local! {
            static MEMORY: RefCell<Memory> = RefCell::default();
        }
        MEMORY.with_borrow_mut(|memory| {
            let mut add = |bytes: &[u8]| {
                let start = memory.record.len();
                memory.record.extend_from_slice(bytes);
                start..memory.record.len()
            };
            let key = key.map(&mut add);
            let value = value.map(&mut add);
            let mut lengths = Vec::with_capacity(USUAL);
            headers(&mut |name, value| {
                let mut length = |bytes| u32::try_from(add(bytes).len()).unwrap_or(NULL);
                lengths.push(Lengths {
                    header: header_of(name),
                    name: length(name),
                    value: value.map_or(NULL, length),
                });
            });
            Self { all: memory.take(), key, value, headers: lengths }
        })
    }

    /// Returns the places of the headers, in order.
    fn places(&self) -> impl Iterator<Item = Place> {
        let mut end =
            [&self.key, &self.value].into_iter().flatten().map(|range| range.end).max().unwrap_or(0);
        self.headers.iter().map(move |lengths| {
            let mut next = |length: u32| {
                let start = end;
                end += length as usize;
                start..end
            };
            let name = next(lengths.name);
            let value = (lengths.value != NULL).then(|| next(lengths.value));
            Place { header: lengths.header, name, value }
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
        let text = |range: Range<usize>| &self.all[range];
        self.places().map(move |Place { name, value, .. }| (text(name), value.map(text)))
    }

    /// Returns the value of a header. If there are two, the last one counts.
    pub(super) fn header(&self, header: Header) -> Option<&[u8]> {
        let last = self.places().filter(|place| place.header == Some(header)).last()?;
        last.value.map(|value| &self.all[value])
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
    pub(super) fn avro(&self) -> &[u8] {
        &self.all[self.avro_range()]
    }

    fn avro_range(&self) -> Range<usize> {
        match &self.value {
            Some(value) if value.len() >= frame::LENGTH => value.start + frame::LENGTH..value.end,
            _ => 0..0,
        }
    }

    /// Makes the message of the record. `event_data` has the bytes of the event in the schema of this program, or the reason
    /// why there are none, which completes "cannot be read: …".
    pub(super) fn message(&self, event_data: Result<EventData, String>) -> Message {
        let mut message = MessageBuilder::of_parts(self.all.clone());
        message.keep_empty_headers();
        let mut wrong = None;
        for Place { header, name: place, value } in self.places() {
            match (header, value) {
                (Some(header), Some(value)) => {
                    if message.part(header, value) {
                        wrong.get_or_insert_with(|| format!("there are two headers `{}`", name(header)));
                    }
                }
                (Some(header), None) => {
                    wrong.get_or_insert_with(|| format!("the header `{}` is null", name(header)));
                }
                (None, _) if is_fixed(&self.all[place.clone()]) => {}
                (None, value) => {
                    let value = value.map(|value| self.all.slice(value)).unwrap_or_default();
                    message.extra(self.all.slice(place), value);
                }
            }
        }
        // As in Python, which has no default for it.
        if wrong.is_none() && !self.headers.iter().any(|one| one.header == Some(Header::Id)) {
            wrong = Some(format!("header `{}` is missing", name(Header::Id)));
        }
        match wrong.map_or(event_data, Err) {
            Ok(EventData::AsWritten) => message.resolved_part(self.avro_range()),
            Ok(EventData::Converted(event_data)) => message.resolved_event_data(event_data),
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

    type Headers<'a> = [(&'a [u8], Option<&'a [u8]>)];

    fn of(key: Option<&[u8]>, value: Option<&[u8]>, headers: &Headers<'_>) -> Record {
        Record::copy(key, value, |each| headers.iter().for_each(|(name, value)| each(name, *value)))
    }

    #[test]
    fn records_keep_their_bytes_whether_or_not_they_share_memory() {
        let (short, long) = (vec![7; 300], vec![8; SHARED]);
        let headers: &Headers<'_> = &[
            (b"ce_type", Some(b"first")),
            (b"", Some(b"")),
            (b"ce_id", None),
            (b"\xff", Some(&long)),
            (b"ce_type", Some(b"second")),
        ];
        let mut records = Vec::new();
        for index in 0..40_u8 {
            let key = [index];
            for (key, value, count) in [
                (Some(&key[..]), Some(&short[..]), 3),
                (None, Some(&b""[..]), 0),
                (Some(&key), None, 5),
                (None, None, 2),
            ] {
                let expected = (key.map(<[u8]>::to_vec), value, headers[..count].to_vec());
                records.push((of(key, value, &headers[..count]), expected));
            }
        }
        for (record, (key, value, headers)) in &records {
            assert_eq!((record.key().as_deref(), record.value()), (key.as_deref(), *value));
            assert_eq!(record.headers().collect::<Vec<_>>(), *headers);
            let last = headers.iter().rfind(|(name, _)| *name == b"ce_type").and_then(|(_, value)| *value);
            assert_eq!(record.header(Header::EventType), last);
            let message = record.message(Ok(EventData::AsWritten));
            assert_eq!(message.header(Header::EventType), last);
            assert_eq!(message.to_builder().remove_header(Header::EventType).as_deref(), last);
        }
    }

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
