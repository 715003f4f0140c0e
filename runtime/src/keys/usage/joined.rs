//! `block-v1:`, `lib-block-v1:` and `ccx-block-v1:`, the course's parts and then the block's, and
//! `location:`, which was written for a short time.

use super::{UsageClass, UsageKey};
use crate::keys::{
    chars::ID,
    course_class::CourseClass,
    error::{Fault, Problem},
    fields::Fields,
    part::{Part, check},
    text::KeyText,
};

impl UsageKey {
    /// `rest` is what follows the namespace in `text`; the offset of an error is in it.
    pub(super) fn parse_joined(class: CourseClass, text: &str, rest: &str) -> Result<Self, Fault> {
        let mut fields = Fields::default();
        fields.parse(rest, class.dialect())?;
        class.check(fields.present(), rest.len())?;
        if class == CourseClass::Library && fields.get(Part::BlockType).is_none() {
            return Err(Part::BlockType.missing(rest.len()));
        }
        let Some(block_id) = fields.get(Part::BlockId) else {
            return Err(Part::BlockId.missing(rest.len()));
        };
        // The pattern that reads the text takes a `%` here, and Python's class refuses it then.
        check(Part::BlockId.name(), block_id, &ID)
            .map_err(|fault| fault.after(rest.len() - block_id.len()))?;
        Ok(Self::of_fields(class, fields, text))
    }

    /// Returns the key of a block in the course of those `fields`.
    pub(super) fn joined_in<'a>(
        class: CourseClass,
        mut fields: Fields<'a>,
        block_type: &'a str,
        block_id: &'a str,
    ) -> Result<Self, Fault> {
        Part::BlockType.check(block_type)?;
        Part::BlockId.check(block_id)?;
        fields.set(Part::BlockType, block_type);
        fields.set(Part::BlockId, block_id);
        Ok(Self::of_fields(class, fields, ""))
    }

    fn of_fields(class: CourseClass, mut fields: Fields<'_>, input: &str) -> Self {
        let kept = class.kept(fields.present());
        if !kept.has(Part::BlockType) {
            fields.set(Part::BlockType, "None");
        }
        let shown = class.shown(kept).with(Part::BlockType);
        let namespace = UsageClass::in_course(class).namespace();
        Self::block_of(KeyText::of_fields(input, namespace, &fields, shown, kept))
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
            return Err(Fault::new("key", offset - 1, Problem::Other("has more parts than it can have")));
        }
        Ok(Self::block_of(KeyText::canonical(text)))
    }
}

/// The order of the parts after `location:`.
pub(super) const LOCATION: [Part; 5] = [Part::Org, Part::Course, Part::Run, Part::BlockType, Part::BlockId];
