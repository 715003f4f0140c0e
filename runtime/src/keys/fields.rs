//! The grammar of keys that are joined with `+`.
//!
//! ```text
//! org+course+run+branch@draft+version@519665f6223ebd6980884f2b+ccx@7+type@html+block@intro
//! ```
//!
//! All may be absent, but there is no course without an org, no run without a course, and the order is
//! fixed. In the keys of CCXs, and only there, `ccx@…` stands, and it must; and the case of what stands
//! before an `@` does not matter.

use super::{
    chars::ID,
    error::{Fault, Problem},
    part::{Dialect, Part, PartSet},
};

/// The parts of a key.
///
/// It is filled in place and handed on by reference: copies of it cost as much as reading a key does.
#[derive(Default)]
pub(super) struct Fields<'a> {
    values: [&'a str; Part::COUNT],
    present: PartSet,
}

impl<'a> Fields<'a> {
    /// Reads the parts in `text`; after an error, those before it are there.
    pub(super) fn parse(&mut self, text: &'a str, dialect: Dialect) -> Result<(), Fault> {
        let mut next = (!text.is_empty()).then_some(0);
        let mut last = None;
        while let Some(start) = next {
            // What may stand before an `@` may also stand in a plain value.
            let run = ID.run(&text[start..]);
            let (part, from, to) = if text.as_bytes().get(start + run) == Some(&b'@') {
                let prefix = &text[start..start + run];
                let part = Part::of_prefix(prefix, dialect).ok_or_else(|| unknown_prefix(start))?;
                let from = start + run + 1;
                (part, from, from + part.char_set(dialect).run(&text[from..]))
            } else {
                let name = Part::NAMES.into_iter().find(|&name| !self.present.has(name));
                (name.ok_or_else(|| fourth_name(start))?, start, start + run)
            };
            if last.is_some_and(|last| part <= last) {
                return Err(out_of_order(part, start));
            }
            next = match text[to..].chars().next() {
                None => None,
                Some('+') => Some(to + 1),
                Some(character) => return Err(Fault::new(part.name(), to, Problem::Character(character))),
            };
            let value = &text[from..to];
            part.check_length(value).map_err(|fault| fault.after(from))?;
            self.set(part, value);
            last = Some(part);
        }
        if self.present.has(Part::Org) && !self.present.has(Part::Course) {
            return Err(Part::Course.missing(text.len()));
        }
        if dialect == Dialect::Ccx && !self.present.has(Part::Ccx) {
            return Err(Part::Ccx.missing(text.len()));
        }
        Ok(())
    }

    /// Sets these parts, as far as there are values.
    pub(super) fn set_all<const N: usize>(
        &mut self,
        parts: [Part; N],
        values: impl Iterator<Item = &'a str>,
    ) {
        for (part, value) in parts.into_iter().zip(values) {
            self.set(part, value);
        }
    }

    #[inline]
    pub(super) fn set(&mut self, part: Part, value: &'a str) {
        self.values[part as usize] = value;
        self.present = self.present.with(part);
    }

    pub(super) fn remove(&mut self, part: Part) {
        self.present = self.present.without(PartSet::of(&[part]));
    }

    #[inline]
    pub(super) fn get(&self, part: Part) -> Option<&'a str> {
        self.present.has(part).then(|| self.values[part as usize])
    }

    pub(super) fn present(&self) -> PartSet {
        self.present
    }

    /// Hands out the pieces of the text of the parts `shown`; a version is in lower case.
    pub(super) fn join(&self, shown: PartSet, out: &mut dyn FnMut(&str)) {
        let mut is_first = true;
        for part in Part::all().filter(|&part| shown.has(part)) {
            let value = self.values[part as usize];
            if !is_first {
                out("+");
            }
            is_first = false;
            if !part.prefix().is_empty() {
                out(part.prefix());
            }
            if part == Part::Version && value.bytes().any(|byte| byte.is_ascii_uppercase()) {
                out(&value.to_ascii_lowercase());
            } else {
                out(value);
            }
        }
    }
}

#[cold]
fn unknown_prefix(offset: usize) -> Fault {
    Fault::new("key", offset, Problem::Other("has a part of an unknown name"))
}

#[cold]
fn fourth_name(offset: usize) -> Fault {
    Fault::new("key", offset, Problem::Other("has a fourth part without a name"))
}

#[cold]
fn out_of_order(part: Part, offset: usize) -> Fault {
    Fault::new(part.name(), offset, Problem::Other("stands twice or after a part that it comes before"))
}
