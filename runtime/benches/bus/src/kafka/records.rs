//! The records that the plain client writes: the bytes and headers of one that our producer has written, with other course keys.

use openedx_events::codec;
use serde::{Deserialize, Serialize};

use super::servers::Servers;
use crate::{Result, event::of_course};

/// The parts of a record that do not depend on its number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Template {
    pub(super) headers: Vec<(String, String)>,
    value_frame: [u8; 5],
    key_frame: [u8; 5],
}

impl Template {
    /// Reads the record that our producer has written to a topic.
    pub(super) fn of(servers: &Servers, topic: &str) -> Result<Self> {
        let record = servers.kafka().records(topic).pop().ok_or("the record of our producer is missing")?;
        let (key, value) = (record.key.unwrap_or_default(), record.value.unwrap_or_default());
        let headers = record.headers.into_iter();
        let headers = headers.map(|(name, value)| Ok((name, String::from_utf8(value.unwrap_or_default())?)));
        let template = Self {
            headers: headers.collect::<Result<_>>()?,
            value_frame: *value.first_chunk().ok_or("a value without a frame")?,
            key_frame: *key.first_chunk().ok_or("a key without a frame")?,
        };
        let same = Record::new(&template)?;
        assert!(same.key == key && same.value == value, "the client sends what our producer sends");
        assert_eq!((value.len(), template.headers.len()), (190, 10), "the tables state this size");
        Ok(template)
    }
}

/// A record whose number can be changed in place.
pub(super) struct Record {
    pub(super) key: Vec<u8>,
    pub(super) value: Vec<u8>,
    /// Where the digits of the number are in the value. In the key, they come last.
    digits: usize,
}

const DIGITS: usize = 7;

impl Record {
    /// Makes the record with the number 0.
    pub(super) fn new(template: &Template) -> Result<Self> {
        let event = of_course(0)?;
        let course = event.enrollment.course.course_key.to_string();
        let mut key = template.key_frame.to_vec();
        key.push(u8::try_from(course.len() * 2)?);
        key.extend(course.as_bytes());
        let mut value = template.value_frame.to_vec();
        value.extend(codec::encode(&event));
        let found = value.windows(course.len()).position(|window| window == course.as_bytes());
        let digits = found.ok_or("the value has no course key")? + course.len() - DIGITS;
        Ok(Self { key, value, digits })
    }

    pub(super) fn set_number(&mut self, mut number: u64) {
        let last = self.key.len() - 1;
        for place in 0..DIGITS {
            let digit = b'0' + u8::try_from(number % 10).unwrap_or_default();
            self.key[last - place] = digit;
            self.value[self.digits + DIGITS - 1 - place] = digit;
            number /= 10;
        }
    }
}

/// Reads the number of a record from its key, or of an event from its course key.
pub(super) fn number(key: &[u8]) -> Option<usize> {
    str::from_utf8(key.last_chunk::<DIGITS>()?).ok()?.parse().ok()
}
