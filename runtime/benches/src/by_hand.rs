//! The baseline: fast code written for only these events, which gives no reason when it refuses invalid bytes.
//!
//! The fields of each struct are listed once, for the payloads of the catalogue and for the plain structs.

use std::collections::BTreeMap;

use openedx_events::{
    DateTime,
    content_authoring::{data as authoring, signals as authoring_signals},
    keys::{CourseKey, LibraryLocatorV2},
    learning::{data as learning, signals as learning_signals},
};

use crate::plain;

/// The bytes not yet read.
pub type Input<'a> = &'a [u8];

/// A value that has an Avro representation.
pub trait ByHand: Sized {
    /// Appends the bytes.
    fn put(&self, out: &mut Vec<u8>);

    /// Reads the bytes.
    fn take(input: &mut Input<'_>) -> Option<Self>;
}

impl ByHand for i64 {
    #[inline]
    fn put(&self, out: &mut Vec<u8>) {
        let mut rest = ((self << 1) ^ (self >> 63)).cast_unsigned();
        while rest >= 0x80 {
            out.push(rest.to_le_bytes()[0] | 0x80);
            rest >>= 7;
        }
        out.push(rest.to_le_bytes()[0]);
    }

    #[inline]
    fn take(input: &mut Input<'_>) -> Option<Self> {
        let mut value = 0;
        let mut shift = 0;
        loop {
            let byte = *input.split_off_first()?;
            value |= u64::from(byte & 0x7f).checked_shl(shift)?;
            shift += 7;
            if byte < 0x80 {
                return Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed());
            }
        }
    }
}

impl ByHand for bool {
    #[inline]
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    #[inline]
    fn take(input: &mut Input<'_>) -> Option<Self> {
        Some(*input.split_off_first()? != 0)
    }
}

#[inline]
fn put_length(length: usize, out: &mut Vec<u8>) {
    i64::try_from(length).unwrap_or(i64::MAX).put(out);
}

#[inline]
fn put_string(text: &str, out: &mut Vec<u8>) {
    put_length(text.len(), out);
    out.extend_from_slice(text.as_bytes());
}

#[inline]
fn take_str<'a>(input: &mut Input<'a>) -> Option<&'a str> {
    let length = usize::try_from(i64::take(input)?).ok()?;
    std::str::from_utf8(input.split_off(..length)?).ok()
}

impl ByHand for String {
    #[inline]
    fn put(&self, out: &mut Vec<u8>) {
        put_string(self, out);
    }

    #[inline]
    fn take(input: &mut Input<'_>) -> Option<Self> {
        take_str(input).map(Self::from)
    }
}

/// This crate parses the keys, so the baseline of decoding includes the same parsing of keys and times.
macro_rules! keys {
    ($($key:ty)*) => {$(
        impl ByHand for $key {
            #[inline]
            fn put(&self, out: &mut Vec<u8>) {
                put_string(self.as_str(), out);
            }

            #[inline]
            fn take(input: &mut Input<'_>) -> Option<Self> {
                take_str(input)?.parse().ok()
            }
        }
    )*};
}

keys! { CourseKey LibraryLocatorV2 }

/// Times in UTC, as in the samples.
impl ByHand for DateTime {
    #[inline]
    fn put(&self, out: &mut Vec<u8>) {
        let digit = |number: u32| b'0' + u8::try_from(number % 10).unwrap_or_default();
        let mut text = *b"\x320000-00-00T00:00:00+00:00";
        let year = u32::from(self.year());
        text[1] = digit(year / 1000);
        text[2] = digit(year / 100);
        text[3] = digit(year / 10);
        text[4] = digit(year);
        let fields = [self.month(), self.day(), self.hour(), self.minute(), self.second()];
        for (at, field) in [6, 9, 12, 15, 18].into_iter().zip(fields) {
            text[at] = digit(u32::from(field) / 10);
            text[at + 1] = digit(u32::from(field));
        }
        out.extend_from_slice(&text);
    }

    #[inline]
    fn take(input: &mut Input<'_>) -> Option<Self> {
        take_str(input)?.parse().ok()
    }
}

impl<T: ByHand> ByHand for Option<T> {
    #[inline]
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            None => out.push(0),
            Some(value) => {
                out.push(2);
                value.put(out);
            }
        }
    }

    #[inline]
    fn take(input: &mut Input<'_>) -> Option<Self> {
        if *input.split_off_first()? == 0 { Some(None) } else { T::take(input).map(Some) }
    }
}

impl<T: ByHand> ByHand for Vec<T> {
    #[inline]
    fn put(&self, out: &mut Vec<u8>) {
        if !self.is_empty() {
            put_length(self.len(), out);
            for item in self {
                item.put(out);
            }
        }
        out.push(0);
    }

    #[inline]
    fn take(input: &mut Input<'_>) -> Option<Self> {
        let mut items = Self::new();
        loop {
            match i64::take(input)? {
                0 => return Some(items),
                count => (0..count).try_for_each(|_| T::take(input).map(|item| items.push(item)))?,
            }
        }
    }
}

impl<T: ByHand> ByHand for BTreeMap<String, T> {
    #[inline]
    fn put(&self, out: &mut Vec<u8>) {
        if !self.is_empty() {
            put_length(self.len(), out);
            for (key, value) in self {
                put_string(key, out);
                value.put(out);
            }
        }
        out.push(0);
    }

    #[inline]
    fn take(input: &mut Input<'_>) -> Option<Self> {
        let mut map = Self::new();
        loop {
            match i64::take(input)? {
                0 => return Some(map),
                count => {
                    for _ in 0..count {
                        let key = String::take(input)?;
                        map.insert(key, T::take(input)?);
                    }
                }
            }
        }
    }
}

macro_rules! record {
    ($($module:ident $type:ident $twin:ident { $($field:ident)* })*) => {$(
        impl ByHand for $module::$type {
            #[inline]
            fn put(&self, out: &mut Vec<u8>) {
                $(self.$field.put(out);)*
            }

            #[inline]
            fn take(input: &mut Input<'_>) -> Option<Self> {
                $(let $field = ByHand::take(input)?;)*
                Some($module::$twin { $($field),* }.into())
            }
        }
    )*};
}

/// A payload of the catalogue, the struct of its fields, and the plain struct with the same fields.
macro_rules! records {
    ($($module:ident $name:ident $twin:ident $fields:tt)*) => {$(
        record! {
            $module $name $twin $fields
            plain $name $name $fields
        }
    )*};
}

records! {
    learning UserPersonalData UserPersonalDataFields { username email name }
    learning UserData UserDataFields { id is_active pii }
    learning CourseData CourseDataFields { course_key display_name start end }
    learning CourseEnrollmentData CourseEnrollmentDataFields {
        user course mode is_active creation_date created_by
    }
    learning_signals CourseEnrollmentCreated CourseEnrollmentCreated { enrollment }
    authoring ContentLibraryData ContentLibraryDataFields { library_key update_blocks }
    authoring_signals ContentLibraryDeleted ContentLibraryDeleted { content_library }
    learning DiscussionThreadData DiscussionThreadDataFields {
        body commentable_id id truncated url user course_id thread_type anonymous anonymous_to_peers title
        title_truncated group_id team_id category_id category_name discussion user_course_roles
        user_forums_roles options
    }
    learning_signals ForumThreadCreated ForumThreadCreated { thread }
}
