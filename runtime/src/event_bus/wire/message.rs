//! An event as it travels: the metadata as headers, then the Avro bytes.

use std::{borrow::Cow, cell::RefCell, error::Error, fmt, ops::Range, str, sync::Arc};

use bytes::Bytes;

use super::values::Values;
use crate::{
    avro::BoxError,
    date_time::{DateTime, UtcOffset},
    error::debug_as_chain,
    metadata::EventsMetadata,
    registry,
    uuid_text::parse_uuid,
};

/// A header of a message: an attribute of the metadata (OEP-41).
///
/// Each broker writes headers under names of its own: Redis as fields such as `type`, Kafka as `ce_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Header {
    /// The event type.
    EventType,
    /// The id of the event, a UUID.
    Id,
    /// The service that sent the event, such as `openedx/lms/web`.
    Source,
    /// When the event was sent, in UTC.
    Time,
    /// The minor version of the event type.
    MinorVersion,
    /// The host that sent the event.
    SourceHost,
    /// The release of openedx-events that the sender uses, such as `11.2.0`.
    SourceLib,
}

impl Header {
    /// All headers, in the order in which Python's producers write them.
    pub const ALL: [Self; 7] = [
        Self::EventType,
        Self::Id,
        Self::Source,
        Self::Time,
        Self::MinorVersion,
        Self::SourceHost,
        Self::SourceLib,
    ];

    /// Returns the name of the attribute in the metadata; the event type is called `type`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EventType => "type",
            Self::Id => "id",
            Self::Source => "source",
            Self::Time => "time",
            Self::MinorVersion => "minorversion",
            Self::SourceHost => "sourcehost",
            Self::SourceLib => "sourcelib",
        }
    }
}

/// A message of an event bus: an event's metadata as headers, and its Avro bytes. Other fields that a producer added
/// are kept.
///
/// A clone shares the memory of the original.
#[derive(Clone, PartialEq, Eq)]
pub struct Message(Arc<MessageBuilder>);

/// Collects the parts of a message that arrived at a broker. [`Message::builder`] makes one.
#[derive(Clone, Default)]
pub struct MessageBuilder {
    headers: [Option<Value>; Header::ALL.len()],
    /// The memory of the values that are parts of it.
    shared: Bytes,
    event_data: Option<Result<Value, Arc<str>>>,
    /// Whether the data has the schema of this program, although another release of openedx-events may have written the message.
    is_resolved: bool,
    /// Whether an empty header is a value. Otherwise it counts as absent.
    keeps_empty_headers: bool,
    extra: Vec<(Bytes, Bytes)>,
}

#[derive(Clone)]
enum Value {
    Own(Bytes),
    /// A part of the shared memory, which takes less time to make and to drop than `Bytes` of its own.
    Part(Range<usize>),
}

/// Compares headers, data and other fields. Who converted the data to the schema of this program makes no difference, nor does the
/// bus that brought the message.
impl PartialEq for MessageBuilder {
    fn eq(&self, other: &Self) -> bool {
        let Self { headers: _, shared: _, event_data: _, extra, is_resolved: _, keeps_empty_headers: _ } =
            self;
        Header::ALL.into_iter().all(|header| self.value(header) == other.value(header))
            && self.data() == other.data()
            && *extra == other.extra
    }
}

impl Eq for MessageBuilder {}

impl MessageBuilder {
    /// Sets a header. Returns the value that it replaces.
    pub fn header(&mut self, header: Header, value: impl Into<Bytes>) -> Option<Bytes> {
        let old = self.headers[header as usize].replace(Value::Own(value.into()))?;
        Some(self.owned(old))
    }

    /// Returns a builder for values that are parts of this memory.
    #[cfg(feature = "kafka")]
    pub(in crate::event_bus) fn of_parts(shared: Bytes) -> Self {
        Self { shared, ..Self::default() }
    }

    /// Sets a header that is a part of the memory. Returns whether it was set before.
    #[cfg(feature = "kafka")]
    pub(in crate::event_bus) fn part(&mut self, header: Header, part: Range<usize>) -> bool {
        self.headers[header as usize].replace(Value::Part(part)).is_some()
    }

    fn value(&self, header: Header) -> Option<&[u8]> {
        self.bytes(self.headers[header as usize].as_ref()?)
    }

    /// Returns the event's data, or the reason why there is none.
    fn data(&self) -> Option<Result<&[u8], &str>> {
        Some(match self.event_data.as_ref()? {
            Ok(data) => Ok(self.bytes(data)?),
            Err(reason) => Err(reason),
        })
    }

    fn bytes<'a>(&'a self, value: &'a Value) -> Option<&'a [u8]> {
        match value {
            Value::Own(value) => Some(value),
            Value::Part(part) => self.shared.get(part.clone()),
        }
    }

    fn owned(&self, value: Value) -> Bytes {
        match value {
            Value::Own(value) => value,
            Value::Part(part) => self.shared.slice(part),
        }
    }

    /// Removes a header. Returns its value.
    pub fn remove_header(&mut self, header: Header) -> Option<Bytes> {
        let old = self.headers[header as usize].take()?;
        Some(self.owned(old))
    }

    /// Takes empty headers as values, as Python's bus on Kafka does. Otherwise they count as absent, as in Python's bus on Redis.
    pub fn keep_empty_headers(&mut self) {
        self.keeps_empty_headers = true;
    }

    /// Sets the Avro bytes of the event. Returns the bytes that they replace.
    pub fn event_data(&mut self, event_data: impl Into<Bytes>) -> Option<Bytes> {
        self.is_resolved = false;
        let old = self.event_data.replace(Ok(Value::Own(event_data.into())))?.ok()?;
        Some(self.owned(old))
    }

    /// Sets Avro bytes that have the schema of this program: the bus knew the writer's schema, and converted them. Otherwise, the
    /// header `sourcelib` says which schema they have.
    pub fn resolved_event_data(&mut self, event_data: impl Into<Bytes>) {
        self.event_data(event_data);
        self.is_resolved = true;
    }

    /// Sets Avro bytes in the same way. They are a part of the memory.
    #[cfg(feature = "kafka")]
    pub(in crate::event_bus) fn resolved_part(&mut self, part: Range<usize>) {
        self.event_data = Some(Ok(Value::Part(part)));
        self.is_resolved = true;
    }

    /// Records why the event's data cannot be read, for example because its schema is unknown. The reason completes
    /// "`event_data` cannot be read: …", and must not contain data of the event.
    pub fn unreadable_event_data(&mut self, reason: impl Into<Arc<str>>) {
        self.event_data = Some(Err(reason.into()));
    }

    /// Adds a field that is neither a header nor the event's data.
    pub fn extra(&mut self, name: impl Into<Bytes>, value: impl Into<Bytes>) {
        self.extra.push((name.into(), value.into()));
    }

    /// Removes the other fields whose name `keep` refuses.
    pub(super) fn retain_extra(&mut self, keep: impl Fn(&[u8]) -> bool) {
        self.extra.retain(|(name, _)| keep(name));
    }

    /// Returns the message.
    #[must_use]
    pub fn build(self) -> Message {
        Message(Arc::new(self))
    }
}

impl Message {
    /// Makes the message of the event whose Avro bytes are `event_data`.
    #[must_use]
    pub fn new(metadata: &EventsMetadata, event_data: impl Into<Bytes>) -> Self {
        thread_local! {
            static VALUES: RefCell<Values> = RefCell::default();
        }
        let event_data = event_data.into();
        VALUES.with_borrow_mut(|values| {
            // In the order of `Header::ALL`.
            let headers = [
                values.add_text(&metadata.event_type),
                values.add_id(metadata.id),
                values.add_text(&metadata.source),
                values.add(metadata.time),
                values.add_numbers(&[metadata.minorversion.into()]),
                values.add_text(&metadata.sourcehost),
                values.add_numbers(&metadata.sourcelib),
            ];
            let event_data = if event_data.len() <= Values::LARGEST_COPY {
                Value::Part(values.add_bytes(&event_data))
            } else {
                Value::Own(event_data)
            };
            MessageBuilder {
                headers: headers.map(|part| Some(Value::Part(part))),
                event_data: Some(Ok(event_data)),
                shared: values.take(),
                is_resolved: false,
                keeps_empty_headers: false,
                extra: Vec::new(),
            }
            .build()
        })
    }

    /// Returns a builder without headers, data or other fields.
    #[must_use]
    pub fn builder() -> MessageBuilder {
        MessageBuilder::default()
    }

    /// Returns a builder that begins with the parts of this message.
    #[must_use]
    pub fn to_builder(&self) -> MessageBuilder {
        MessageBuilder::clone(&self.0)
    }

    /// Returns whether the other one is the same message, or a clone of it.
    #[cfg(feature = "kafka")]
    pub(in crate::event_bus) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Returns the value of a header, if the message has it.
    #[must_use]
    pub fn header(&self, header: Header) -> Option<&[u8]> {
        self.0.value(header)
    }

    /// Returns the headers that the message has, in the order of [`Header::ALL`].
    pub fn headers(&self) -> impl Iterator<Item = (Header, &[u8])> {
        Header::ALL.into_iter().filter_map(|header| Some((header, self.header(header)?)))
    }

    /// Returns names and values of the fields that are neither headers nor the event's data, in order.
    #[must_use]
    pub fn extra(&self) -> &[(Bytes, Bytes)] {
        &self.0.extra
    }

    /// Returns the event type, unless it is absent, empty or not UTF-8.
    #[must_use]
    pub fn event_type(&self) -> Option<&str> {
        self.header(Header::EventType)
            .and_then(|value| str::from_utf8(value).ok())
            .filter(|value| !value.is_empty())
    }

    /// Returns the id of the event, unless it is absent; bytes that are not UTF-8 are replaced.
    pub(in crate::event_bus) fn id(&self) -> Option<Cow<'_, str>> {
        self.header(Header::Id).map(String::from_utf8_lossy)
    }

    /// Returns the number of bytes of its values.
    pub(in crate::event_bus) fn size(&self) -> usize {
        let extra = self.extra().iter().map(|(name, value)| name.len() + value.len());
        let headers = self.headers().map(|(_, value)| value.len());
        let event_data = self.event_data().map_or(0, <[u8]>::len);
        headers.chain(extra).sum::<usize>() + event_data
    }

    /// Returns about how many bytes of memory it takes.
    pub(in crate::event_bus) fn memory(&self) -> usize {
        size_of::<MessageBuilder>() + size_of_val(self.extra()) + self.size()
    }

    /// Returns the Avro bytes of the event.
    ///
    /// # Errors
    ///
    /// If the message has none, or the broker could not read them.
    pub fn event_data(&self) -> Result<&[u8], UnusableMessage> {
        match self.0.data() {
            Some(Ok(event_data)) => Ok(event_data),
            Some(Err(reason)) => {
                Err(UnusableMessage::with_source("event_data", "cannot be read", reason.into()))
            }
            None => Err(UnusableMessage::new("event_data", "is missing")),
        }
    }

    /// Returns whether the data has the schema of this program in any case.
    pub(super) fn is_resolved(&self) -> bool {
        self.0.is_resolved
    }

    /// Returns the metadata in the headers, and the names of headers that are absent: those get the consumer's own default, as in
    /// Python. Empty headers also count as absent, unless the bus [keeps](MessageBuilder::keep_empty_headers) them.
    ///
    /// # Errors
    ///
    /// If the event type is absent, a header cannot be read, or the time is not in UTC (OEP-41).
    pub fn metadata(&self) -> Result<(EventsMetadata, Vec<&'static str>), UnusableMessage> {
        let mut headers = HeaderReader { message: self, absent: Vec::new() };
        let event_type = headers.read(Header::EventType)?;
        let event_type = event_type.filter(|event_type| !event_type.is_empty());
        let event_type = event_type.ok_or_else(|| UnusableMessage::new("type", "is missing"))?;
        let event_type = match registry::get(event_type) {
            Some(definition) => Cow::Borrowed(definition.event_type()),
            None => Cow::Owned(event_type.to_owned()),
        };
        let id = headers.parse(Header::Id, parse_uuid)?;
        let source = headers.read(Header::Source)?;
        let time = headers.parse(Header::Time, |time| Ok(time.parse::<DateTime>()?))?;
        if time.as_ref().is_some_and(|time| time.offset() != Some(UtcOffset::UTC)) {
            return Err(UnusableMessage::new("time", "must be in UTC (OEP-41)"));
        }
        let minorversion = headers.parse(Header::MinorVersion, |version| Ok(version.trim().parse()?))?;
        let host = headers.read(Header::SourceHost)?;
        let numbers = |list: &str| list.split('.').map(|number| Ok(number.trim().parse::<u64>()?)).collect();
        let sourcelib: Option<Vec<u64>> = headers.parse(Header::SourceLib, numbers)?;
        let metadata = match (id, source, time, minorversion, host, sourcelib) {
            (Some(id), Some(source), Some(time), Some(minorversion), Some(host), Some(sourcelib)) => {
                EventsMetadata {
                    id,
                    event_type,
                    minorversion,
                    source: Cow::Owned(source.to_owned()),
                    sourcehost: Cow::Owned(host.to_owned()),
                    time,
                    sourcelib: Cow::Owned(sourcelib),
                }
            }
            // The defaults need a clock.
            (id, source, time, minorversion, host, sourcelib) => {
                let default = EventsMetadata::with_event_type(event_type);
                EventsMetadata {
                    id: id.unwrap_or(default.id),
                    minorversion: minorversion.unwrap_or(default.minorversion),
                    source: source.map_or(default.source, |source| Cow::Owned(source.to_owned())),
                    sourcehost: host.map_or(default.sourcehost, |host| Cow::Owned(host.to_owned())),
                    time: time.unwrap_or(default.time),
                    sourcelib: sourcelib.map_or(default.sourcelib, Cow::Owned),
                    event_type: default.event_type,
                }
            }
        };
        Ok((metadata, headers.absent))
    }
}

/// Prints names without values, which may be personal data.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers().map(|(header, _)| header).collect();
        let extra: Vec<_> = self.extra().iter().map(|(name, _)| String::from_utf8_lossy(name)).collect();
        f.debug_struct("Message")
            .field("event_type", &self.event_type())
            .field("headers", &headers)
            .field("extra", &extra)
            .finish_non_exhaustive()
    }
}

/// Prints the same as the message.
impl fmt::Debug for MessageBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.clone().build().fmt(f)
    }
}

struct HeaderReader<'a> {
    message: &'a Message,
    absent: Vec<&'static str>,
}

impl<'a> HeaderReader<'a> {
    /// Returns `None` if the header is absent.
    fn read(&mut self, header: Header) -> Result<Option<&'a str>, UnusableMessage> {
        let keeps_empty = self.message.0.keeps_empty_headers;
        match self.message.header(header).filter(|value| keeps_empty || !value.is_empty()) {
            None => {
                self.absent.push(header.name());
                Ok(None)
            }
            Some(value) => match str::from_utf8(value) {
                Ok(value) => Ok(Some(value)),
                Err(error) => Err(UnusableMessage::with_source(header.name(), "is not UTF-8", error.into())),
            },
        }
    }

    fn parse<T>(
        &mut self,
        header: Header,
        parse: impl FnOnce(&str) -> Result<T, BoxError>,
    ) -> Result<Option<T>, UnusableMessage> {
        let Some(value) = self.read(header)? else { return Ok(None) };
        parse(value)
            .map(Some)
            .map_err(|error| UnusableMessage::with_source(header.name(), "cannot be read", error))
    }
}

/// A message whose headers or data no consumer can read.
pub struct UnusableMessage {
    field: &'static str,
    reason: &'static str,
    source: Option<BoxError>,
}

impl UnusableMessage {
    fn new(field: &'static str, reason: &'static str) -> Self {
        Self { field, reason, source: None }
    }

    fn with_source(field: &'static str, reason: &'static str, source: BoxError) -> Self {
        Self { field, reason, source: Some(source) }
    }
}

debug_as_chain!(UnusableMessage);

impl fmt::Display for UnusableMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unusable message: `{}` {}", self.field, self.reason)
    }
}

impl Error for UnusableMessage {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|error| error as _)
    }
}
