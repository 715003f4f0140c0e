//! The keys `block-v1:`, `lib-block-v1:` and `ccx-block-v1:`, which have the course's parts and then the block's, and
//! `location:`, which Open edX used for a short time.

use super::{UsageClass, UsageKey};
use crate::keys::{
    chars::ID,
    course_class::CourseClass,
    error::Fault,
    fields::KeyFields,
    part::{Part, check},
    text::KeyText,
};

impl UsageKey {
    /// Parses `rest`, which follows the namespace in `text`. The offset of an error is relative to `rest`.
    pub(super) fn parse_joined(class: CourseClass, text: &str, rest: &str) -> Result<Self, Fault> {
        let mut fields = KeyFields::default();
        fields.parse(rest, class.dialect())?;
        class.check(fields.present(), rest.len())?;
        if class == CourseClass::Library && fields.get(Part::BlockType).is_none() {
            return Err(Part::BlockType.missing(rest.len()));
        }
        let Some(block_id) = fields.get(Part::BlockId) else {
            return Err(Part::BlockId.missing(rest.len()));
        };
        // Python's pattern accepts a `%` here, and its class then refuses it.
        check(Part::BlockId.name(), block_id, &ID)
            .map_err(|fault| fault.after(rest.len() - block_id.len()))?;
        Ok(Self::from_fields(class, fields, text))
    }

    /// Makes the key of a block in the course that has `fields`.
    pub(super) fn joined_in<'a>(
        class: CourseClass,
        mut fields: KeyFields<'a>,
        block_type: &'a str,
        block_id: &'a str,
    ) -> Result<Self, Fault> {
        Part::BlockType.check(block_type)?;
        Part::BlockId.check(block_id)?;
        fields.set(Part::BlockType, block_type);
        fields.set(Part::BlockId, block_id);
        Ok(Self::from_fields(class, fields, ""))
    }

    fn from_fields(class: CourseClass, mut fields: KeyFields<'_>, input: &str) -> Self {
        let kept = class.kept(fields.present());
        if !kept.has(Part::BlockType) {
            fields.set(Part::BlockType, "None");
        }
        let shown = class.shown(kept).with(Part::BlockType);
        let namespace = UsageClass::In(class).namespace();
        Self::block_of(KeyText::from_fields(input, namespace, &fields, shown, kept))
    }

    pub(super) fn parse_location(text: &str, rest: &str) -> Result<Self, Fault> {
        let mut offset = 0;
        let mut values = rest.split('+');
        for part in LOCATION {
            let value = values.next().ok_or_else(|| part.missing(rest.len()))?;
            check(part.name(), value, &ID).map_err(|fault| fault.after(offset))?;
            offset += value.len() + 1;
        }
        if values.next().is_some() {
            return Err(Fault::key(offset - 1, "has too many parts"));
        }
        Ok(Self::block_of(KeyText::canonical(text)))
    }
}

/// The parts after `location:`, in order.
pub(super) const LOCATION: [Part; 5] = [Part::Org, Part::Course, Part::Run, Part::BlockType, Part::BlockId];
