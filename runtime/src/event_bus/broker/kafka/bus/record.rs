//! Records of Kafka: how the parts of a message become headers, and headers become the parts of a message.

use std::{cell::RefCell, ops::Range};

use bytes::{Bytes, BytesMut};
use rdkafka::message::{Header as KafkaHeader, OwnedHeaders};

use super::{frame, native_record::NativeRecord};
use crate::event_bus::wire::{Header, Message, MessageBuilder};

/// The headers whose values are always the same. Python's producers write them and its consumers ignore them.
const FIXED: [(&str, &str); 3] = [
    ("ce_specversion", "1.0"),
    ("content-type", "application/avro"),
    ("ce_datacontenttype", "application/avro"),
];

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

/// The name of a header of a record. Only names that producers do not write usually are kept in the memory of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Header(Header),
    /// An index in [`FIXED`].
    Fixed(u8),
    /// A name of this length.
    Own(u32),
}

impl Name {
    /// Each record has ten headers, so this does not compare all names.
    fn of(name: &[u8]) -> Self {
        match name {
            b"ce_type" => Self::Header(Header::EventType),
            b"ce_id" => Self::Header(Header::Id),
            b"ce_source" => Self::Header(Header::Source),
            b"ce_time" => Self::Header(Header::Time),
            b"ce_minorversion" => Self::Header(Header::MinorVersion),
            b"sourcehost" => Self::Header(Header::SourceHost),
            b"sourcelib" => Self::Header(Header::SourceLib),
            b"ce_specversion" => Self::Fixed(0),
            b"content-type" => Self::Fixed(1),
            b"ce_datacontenttype" => Self::Fixed(2),
            _ => Self::Own(length(name)),
        }
    }

    /// Returns the name, unless it is in the memory of the record.
    fn known(self) -> Option<&'static str> {
        match self {
            Self::Header(header) => Some(name(header)),
            Self::Fixed(index) => Some(FIXED[usize::from(index)].0),
            Self::Own(_) => None,
        }
    }
}

/// Makes the headers of a message, in the order of Python's producers. Other fields of the message follow.
pub(super) fn headers(message: &Message) -> OwnedHeaders {
    let mut headers = OwnedHeaders::new_with_capacity(FIXED.len() + Header::ALL.len());
    for (key, value) in FIXED {
        headers = headers.insert(KafkaHeader { key, value: Some(value) });
    }
    for (header, value) in message.headers() {
        headers = headers.insert(KafkaHeader { key: name(header), value: Some(value) });
    }
    for (key, value) in message.extra() {
        // Kafka's client takes only strings as names of headers.
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
    /// The key, the value, then the name of each header, unless it is known, and its value.
    all: Bytes,
    key: Option<Range<usize>>,
    value: Option<Range<usize>>,
    headers: Vec<Field>,
}

/// A header. It is small, because each record that was read has ten.
#[derive(Clone)]
struct Field {
    name: Name,
    /// The length of the value, or [`NULL`] if there is none.
    value: u32,
}

/// The length of a null. Kafka has no record that is as long.
const NULL: u32 = u32::MAX;

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(NULL)
}

/// The bytes of an event in the schema of this program.
pub(super) enum EventData {
    /// The bytes in the record.
    AsWritten,
    Converted(Vec<u8>),
}

/// A header, and the place of its value in the memory of its record.
struct Place<'a> {
    name: Name,
    own_name: Range<usize>,
    value: Option<Range<usize>>,
    all: &'a Bytes,
}

impl<'a> Place<'a> {
    fn name(&self) -> &'a [u8] {
        self.name.known().map_or_else(|| &self.all[self.own_name.clone()], str::as_bytes)
    }
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
            let mut fields = Vec::with_capacity(USUAL);
            headers(&mut |name, value| {
                let field = Field { name: Name::of(name), value: value.map_or(NULL, length) };
                if let Name::Own(_) = field.name {
                    add(name);
                }
                value.map(&mut add);
                fields.push(field);
            });
            Self { all: memory.take(), key, value, headers: fields }
        })
    }

    /// Returns the headers in order.
    fn places(&self) -> impl Iterator<Item = Place<'_>> {
        let mut end =
            [&self.key, &self.value].into_iter().flatten().map(|range| range.end).max().unwrap_or(0);
        self.headers.iter().map(move |Field { name, value }| {
            let mut next = |length: u32| {
                let start = end;
                end += length as usize;
                start..end
            };
            let own_name = if let Name::Own(length) = name { next(*length) } else { 0..0 };
            let value = (*value != NULL).then(|| next(*value));
            Place { name: *name, own_name, value, all: &self.all }
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
        self.places().map(|place| (place.name(), place.value.map(|value| &self.all[value])))
    }

    /// Returns the value of a header. If there are two, the last one counts.
    pub(super) fn header(&self, header: Header) -> Option<&[u8]> {
        let last = self.places().filter(|place| place.name == Name::Header(header)).last()?;
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
        for place in self.places() {
            match (place.name, &place.value) {
                (Name::Header(header), Some(value)) => {
                    if message.part(header, value.clone()) {
                        wrong.get_or_insert_with(|| format!("there are two headers `{}`", name(header)));
                    }
                }
                (Name::Header(header), None) => {
                    wrong.get_or_insert_with(|| format!("the header `{}` is null", name(header)));
                }
                (Name::Fixed(_), _) => {}
                (Name::Own(_), value) => {
                    let value = value.clone().map(|value| self.all.slice(value)).unwrap_or_default();
                    message.extra(self.all.slice(place.own_name), value);
                }
            }
        }
        // As in Python, which has no default for it.
        if wrong.is_none() && !self.headers.iter().any(|field| field.name == Name::Header(Header::Id)) {
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
        let fixed = (0..3).map(Name::Fixed);
        for known in Header::ALL.into_iter().map(Name::Header).chain(fixed) {
            assert_eq!(Name::of(known.known().unwrap().as_bytes()), known);
        }
        for other in ["", "ce_", "ce_types", "CE_ID", "type"] {
            assert_eq!(Name::of(other.as_bytes()), Name::Own(length(other.as_bytes())), "{other}");
        }
    }
}
