//! An event as it travels: headers and Avro bytes, under the names that Python's Redis bus gives them.

use std::{borrow::Cow, error::Error, fmt, fmt::Write, ops::Range, str, sync::Arc};

use bytes::Bytes;
use uuid::Uuid;

use crate::{DateTime, UtcOffset, avro::BoxError, avro_type::AvroType, metadata::EventsMetadata};

/// The field with the Avro bytes.
const EVENT_DATA: &str = "event_data";

/// A message of an event bus: the metadata as headers, then the event's Avro bytes.
///
/// The fields are those of an entry in a Redis stream, in the order in which Python's producer writes them:
/// `type`, `id`, `source`, `time`, `minorversion`, `sourcehost`, `sourcelib`, `event_data`. Whatever comes after
/// them is kept. Clones are the same memory.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    fields: Arc<[(Bytes, Bytes)]>,
}

impl Message {
    /// The message of the event whose Avro bytes are `event_data`.
    #[must_use]
    pub fn new(metadata: &EventsMetadata, event_data: impl Into<Bytes>) -> Self {
        let mut texts = Texts::default();
        let id = texts.add_id(metadata.id);
        let time = texts.add(metadata.time);
        let minor_version = texts.add_list(&[metadata.minorversion.into()]);
        let sourcelib = texts.add_list(&metadata.sourcelib);
        let texts = Bytes::from(texts.0);
        let field = |name: &'static str, value: Bytes| (Bytes::from_static(name.as_bytes()), value);
        let fields = [
            field("type", header(metadata.event_type.clone())),
            field("id", texts.slice(id)),
            field("source", header(metadata.source.clone())),
            field("time", texts.slice(time)),
            field("minorversion", texts.slice(minor_version)),
            field("sourcehost", header(metadata.sourcehost.clone())),
            field("sourcelib", texts.slice(sourcelib)),
            field(EVENT_DATA, event_data.into()),
        ];
        Self { fields: Arc::new(fields) }
    }

    /// A message that came with these fields.
    pub fn from_fields<N: Into<Bytes>, V: Into<Bytes>>(fields: impl IntoIterator<Item = (N, V)>) -> Self {
        Self { fields: fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect() }
    }

    /// Names and values of the fields, in order.
    #[must_use]
    pub fn fields(&self) -> impl ExactSizeIterator<Item = (&[u8], &[u8])> {
        self.fields.iter().map(|(name, value)| (&name[..], &value[..]))
    }

    /// How many bytes the names and values of its fields have.
    pub(super) fn size(&self) -> usize {
        self.fields.iter().map(|(name, value)| name.len() + value.len()).sum()
    }

    /// The value of the field `name`. Of several, the last counts, as in Python.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        let named = |(field, _): &&(Bytes, Bytes)| field == name.as_bytes();
        self.fields.iter().rfind(named).map(|(_, value)| &value[..])
    }

    /// The event type, where the message says a readable one.
    #[must_use]
    pub fn event_type(&self) -> Option<&str> {
        self.get("type").and_then(|value| str::from_utf8(value).ok()).filter(|text| !text.is_empty())
    }

    /// The event's Avro bytes.
    ///
    /// # Errors
    ///
    /// Where there are none.
    pub fn event_data(&self) -> Result<&[u8], UnusableMessage> {
        self.get(EVENT_DATA).ok_or_else(|| UnusableMessage::new(EVENT_DATA, "is missing"))
    }

    /// The metadata that the headers say, and the names of headers that are absent or empty: those have the
    /// consumer's own default, as in Python.
    ///
    /// # Errors
    ///
    /// Where the type is absent, a header cannot be read, or the time is not in UTC (OEP-41).
    pub fn metadata(&self) -> Result<(EventsMetadata, Vec<&'static str>), UnusableMessage> {
        let mut headers = Headers { message: self, absent: Vec::new() };
        let event_type = headers.text("type")?.ok_or_else(|| UnusableMessage::new("type", "is missing"))?;
        let mut metadata = EventsMetadata::with_event_type(Cow::Owned(event_type.to_owned()));
        if let Some(id) = headers.parse("id", |text| Uuid::from_repr(text.to_owned()))? {
            metadata.id = id;
        }
        if let Some(source) = headers.text("source")? {
            metadata.source = Cow::Owned(source.to_owned());
        }
        if let Some(time) = headers.parse("time", |text| Ok(text.parse::<DateTime>()?))? {
            if time.offset() != Some(UtcOffset::UTC) {
                return Err(UnusableMessage::new("time", "is not in UTC, as metadata has to be (OEP-41)"));
            }
            metadata.time = time;
        }
        if let Some(minor_version) = headers.parse("minorversion", |text| Ok(text.trim().parse()?))? {
            metadata.minorversion = minor_version;
        }
        if let Some(host) = headers.text("sourcehost")? {
            metadata.sourcehost = Cow::Owned(host.to_owned());
        }
        let numbers = |text: &str| text.split('.').map(|number| Ok(number.trim().parse::<u64>()?)).collect();
        if let Some(sourcelib) = headers.parse("sourcelib", numbers)? {
            metadata.sourcelib = Cow::Owned(sourcelib);
        }
        Ok((metadata, headers.absent))
    }
}

/// Headers that are numbers, one after the other: memory is taken once for all of them.
#[derive(Default)]
struct Texts(String);

impl Texts {
    /// As long as they usually are together.
    const USUAL: usize = 96;

    fn add(&mut self, value: impl fmt::Display) -> Range<usize> {
        let start = self.0.len();
        // A `String` takes all.
        let _ = write!(self.0, "{value}");
        start..self.0.len()
    }

    /// Without the formatter, which takes several times as long.
    fn add_id(&mut self, id: Uuid) -> Range<usize> {
        let start = self.0.len();
        self.0.reserve(Self::USUAL.saturating_sub(start));
        self.0.push_str(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
        start..self.0.len()
    }

    /// Numbers with dots between them; they are small, and the formatter takes several times as long here, too.
    fn add_list(&mut self, numbers: &[u64]) -> Range<usize> {
        let start = self.0.len();
        for (index, number) in numbers.iter().enumerate() {
            if index > 0 {
                self.0.push('.');
            }
            match u8::try_from(*number) {
                Ok(digit @ 0..=9) => self.0.push(char::from(b'0' + digit)),
                _ => drop(self.add(number)),
            }
        }
        start..self.0.len()
    }
}

/// What is in the program, as most event types are, is not copied.
fn header(text: Cow<'static, str>) -> Bytes {
    match text {
        Cow::Borrowed(text) => Bytes::from_static(text.as_bytes()),
        Cow::Owned(text) => Bytes::from(text),
    }
}

/// Names only: the values may be personal data.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.fields.iter().map(|(name, _)| String::from_utf8_lossy(name)).collect();
        f.debug_struct("Message")
            .field("event_type", &self.event_type())
            .field("fields", &names)
            .finish_non_exhaustive()
    }
}

struct Headers<'a> {
    message: &'a Message,
    absent: Vec<&'static str>,
}

impl<'a> Headers<'a> {
    /// `None` where the header is absent or empty.
    fn text(&mut self, name: &'static str) -> Result<Option<&'a str>, UnusableMessage> {
        match self.message.get(name) {
            None | Some([]) => {
                self.absent.push(name);
                Ok(None)
            }
            Some(value) => match str::from_utf8(value) {
                Ok(text) => Ok(Some(text)),
                Err(error) => Err(UnusableMessage::with_source(name, "is not UTF-8", error.into())),
            },
        }
    }

    fn parse<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, BoxError>,
    ) -> Result<Option<T>, UnusableMessage> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        parse(text).map(Some).map_err(|error| UnusableMessage::with_source(name, "cannot be read", error))
    }
}

/// A message whose headers or data cannot be read, whoever tries.
pub struct UnusableMessage {
    field: &'static str,
    problem: &'static str,
    source: Option<BoxError>,
}

impl UnusableMessage {
    fn new(field: &'static str, problem: &'static str) -> Self {
        Self { field, problem, source: None }
    }

    fn with_source(field: &'static str, problem: &'static str, source: BoxError) -> Self {
        Self { field, problem, source: Some(source) }
    }
}

/// The text of `Display` and those of its sources, which is what a `main` that returns it prints.
impl fmt::Debug for UnusableMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&super::chain(self))
    }
}

impl fmt::Display for UnusableMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unusable message: `{}` {}", self.field, self.problem)
    }
}

impl Error for UnusableMessage {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|error| error as _)
    }
}
