//! The grammar of keys whose parts are joined with `+`.
//!
//! ```text
//! org+course+run+branch@draft+version@519665f6223ebd6980884f2b+ccx@7+type@html+block@intro
//! ```
//!
//! Every part is optional, but a course needs an org, a run needs a course, and the order is fixed. The keys of CCXs,
//! and only these, must have `ccx@…`, and ignore the case of the prefixes before an `@`.

use super::{
    chars::ID,
    error::{Fault, KeyProblem},
    part::{Dialect, Part, PartSet},
};

/// The parts of a key.
///
/// It is filled in place and passed by reference, because a copy costs as much as parsing a key.
#[derive(Default)]
pub(super) struct KeyFields<'a> {
    values: [&'a str; Part::COUNT],
    present: PartSet,
}

impl<'a> KeyFields<'a> {
    /// Parses the parts in `text`. After an error, the parts before it are set.
    pub(super) fn parse(&mut self, text: &'a str, dialect: Dialect) -> Result<(), Fault> {
        let mut next = (!text.is_empty()).then_some(0);
        let mut last = None;
        while let Some(start) = next {
            // A prefix before an `@` has the same characters as a plain value.
            let run = ID.run(&text[start..]);
            let (part, from, to) = if text.as_bytes().get(start + run) == Some(&b'@') {
                let prefix = &text[start..start + run];
                let part = Part::from_prefix(prefix, dialect)
                    .ok_or_else(|| Fault::key(start, "has a part with an unknown name"))?;
                let from = start + run + 1;
                (part, from, from + part.char_set(dialect).run(&text[from..]))
            } else {
                let name = Part::NAMES.into_iter().find(|&name| !self.present.has(name));
                let name = name.ok_or_else(|| Fault::key(start, "has a fourth part without a name"))?;
                (name, start, start + run)
            };
            if last.is_some_and(|last| part <= last) {
                return Err(Fault::new(part.name(), start, KeyProblem::Other("is repeated or out of order")));
            }
            next = match text[to..].chars().next() {
                None => None,
                Some('+') => Some(to + 1),
                Some(character) => return Err(Fault::new(part.name(), to, KeyProblem::Character(character))),
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

    /// Sets the parts in order, until the values end.
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

    /// Passes the text of the parts `shown` to `out`, piece by piece, with the version in lower case.
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
