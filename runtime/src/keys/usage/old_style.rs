//! The keys of old courses: `i4x://org/course/type/name@revision`.

use super::UsageKey;
use crate::keys::{
    chars::{OLD_ID, OLD_PART},
    course::CourseKey,
    error::{Fault, KeyProblem},
    fields::KeyFields,
    part::{Part, check},
    text::{KeyText, split_once},
};

const ORDER: [Part; 4] = [Part::Org, Part::Course, Part::BlockType, Part::BlockId];

impl UsageKey {
    /// Parses `rest`, which follows `i4x:` in `text`. The offset of an error is relative to `rest`.
    pub(super) fn parse_old_style(text: &str, rest: &str) -> Result<Self, Fault> {
        if !rest.starts_with("//") {
            return Err(Fault::key(0, "has no `//` after `i4x:`"));
        }
        let mut fields = KeyFields::default();
        set_fields(&mut fields, rest);
        let mut offset = 2;
        for part in ORDER {
            let value = fields.get(part).ok_or_else(|| part.missing(rest.len()))?;
            check_part(part, value).map_err(|fault| fault.after(offset))?;
            offset += value.len() + 1;
        }
        if let Some(branch) = fields.get(Part::Branch) {
            check_part(Part::Branch, branch).map_err(|fault| fault.after(offset))?;
        }
        Ok(Self::block_of(KeyText::canonical(text)))
    }

    /// Makes the key of a block in the old-style course `course`.
    pub(super) fn old_style_in(course: &CourseKey, block_type: &str, block_id: &str) -> Result<Self, Fault> {
        check_part(Part::BlockType, block_type)?;
        check_part(Part::BlockId, block_id)?;
        let fields = course.fields();
        let [org, course] = [Part::Org, Part::Course].map(|part| fields.get(part).unwrap_or_default());
        let pieces = ["i4x://", org, "/", course, "/", block_type, "/", block_id];
        let text = KeyText::new("", |out| pieces.into_iter().for_each(out));
        Ok(Self::block_of(text))
    }
}

/// Checks a part. Old courses allow anything as the type of a block, and are strict about the other parts.
fn check_part(part: Part, value: &str) -> Result<(), Fault> {
    match part {
        Part::BlockType if value.is_empty() => Err(Fault::new(part.name(), 0, KeyProblem::Empty)),
        Part::BlockType => match value.find('/') {
            Some(offset) => Err(Fault::new(part.name(), offset, KeyProblem::Character('/'))),
            None => Ok(()),
        },
        Part::Org | Part::Course => check(part.name(), value, &OLD_PART),
        _ => check(part.name(), value, &OLD_ID),
    }
}

/// Sets the parts in `rest`, which follows `i4x:`, valid or not.
pub(super) fn set_fields<'a>(fields: &mut KeyFields<'a>, rest: &'a str) {
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    fields.set_all(ORDER, rest.splitn(ORDER.len(), '/'));
    if let Some((name, revision)) = fields.get(Part::BlockId).and_then(|name| split_once(name, b'@')) {
        fields.set(Part::BlockId, name);
        fields.set(Part::Branch, revision);
    }
}
