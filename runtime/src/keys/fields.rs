//! The grammar of the keys that are joined with `+`.
//!
//!     org+course+run+branch@draft+version@519665f6223ebd6980884f2b+ccx@7+type@html+block@intro
//!
//! All may be absent, but there is no course without an org, no run without a course, and the order is
//! fixed. In the keys of CCXs, and only there, `ccx@…` stands, and case is ignored but for what follows `@`.

use super::{
    chars::{self, CharSet},
    error::{Fault, Problem},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(super) enum Part {
    Org,
    Course,
    Run,
    Branch,
    Version,
    Ccx,
    BlockType,
    BlockId,
}

impl Part {
    const ALL: [Self; 8] = [
        Self::Org,
        Self::Course,
        Self::Run,
        Self::Branch,
        Self::Version,
        Self::Ccx,
        Self::BlockType,
        Self::BlockId,
    ];

    /// The name of the accessor.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Org => "org",
            Self::Course => "course",
            Self::Run => "run",
            Self::Branch => "branch",
            Self::Version => "version_guid",
            Self::Ccx => "ccx",
            Self::BlockType => "block_type",
            Self::BlockId => "block_id",
        }
    }

    /// What stands before the `@`; empty for the parts without one.
    fn prefix(self) -> &'static str {
        match self {
            Self::Org | Self::Course | Self::Run => "",
            Self::Branch => "branch",
            Self::Version => "version",
            Self::Ccx => "ccx",
            Self::BlockType => "type",
            Self::BlockId => "block",
        }
    }

    fn char_set(self, dialect: Dialect) -> &'static CharSet {
        match (self, dialect) {
            (Self::Version, Dialect::Plain) => &chars::LOWER_HEX,
            (Self::Version, Dialect::Ccx) => &chars::HEX,
            (Self::Ccx, _) => &chars::DIGITS,
            (Self::BlockId, Dialect::Plain) => &chars::OLD_ID,
            _ => &chars::ID,
        }
    }

    pub(super) fn missing(self, offset: usize) -> Fault {
        Fault::new(self.name(), offset, Problem::Missing)
    }

    /// Whether `value` can be this part.
    pub(super) fn check(self, value: &str, dialect: Dialect) -> Result<(), Fault> {
        check(self.name(), value, self.char_set(dialect))?;
        if self == Self::Version && value.len() != 24 {
            return Err(Fault::new(
                self.name(),
                0,
                Problem::Other("does not have 24 hexadecimal digits"),
            ));
        }
        Ok(())
    }
}

/// Whether `value` has characters, and only those of `set`.
pub(super) fn check(name: &'static str, value: &str, set: &CharSet) -> Result<(), Fault> {
    if value.is_empty() {
        return Err(Fault::new(name, 0, Problem::Empty));
    }
    match set.first_outside(value) {
        Some((offset, character)) => Err(Fault::new(name, offset, Problem::Character(character))),
        None => Ok(()),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Plain,
    Ccx,
}

/// The parts that are there, by `Part`.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) struct Fields<'a>([Option<&'a str>; Part::ALL.len()]);

impl<'a> Fields<'a> {
    pub(super) fn parse(text: &'a str, dialect: Dialect) -> Result<Self, Fault> {
        let mut fields = Self::default();
        let mut offset = 0;
        let mut last = None;
        for token in tokens(text) {
            let (part, value) = fields
                .next_part(token, dialect)
                .map_err(|fault| fault.after(offset))?;
            if last.is_some_and(|last| part <= last) {
                let problem = Problem::Other("stands twice or after a part that it comes before");
                return Err(Fault::new(part.name(), offset, problem));
            }
            let before = token.len() - value.len();
            part.check(value, dialect)
                .map_err(|fault| fault.after(offset + before))?;
            fields.set(part, value);
            last = Some(part);
            offset += token.len() + 1;
        }
        if fields.get(Part::Org).is_some() && fields.get(Part::Course).is_none() {
            return Err(Part::Course.missing(text.len()));
        }
        if dialect == Dialect::Ccx && fields.get(Part::Ccx).is_none() {
            return Err(Part::Ccx.missing(text.len()));
        }
        Ok(fields)
    }

    /// The parts of a text that `join` wrote.
    pub(super) fn read(text: &'a str) -> Self {
        let mut fields = Self::default();
        for token in tokens(text) {
            if let Ok((part, value)) = fields.next_part(token, Dialect::Ccx) {
                fields.set(part, value);
            }
        }
        fields
    }

    /// Which part `token` is, after those that were set.
    fn next_part(&self, token: &'a str, dialect: Dialect) -> Result<(Part, &'a str), Fault> {
        let Some((prefix, value)) = token.split_once('@') else {
            let free = [Part::Org, Part::Course, Part::Run]
                .into_iter()
                .find(|&part| self.get(part).is_none());
            let part = free.ok_or(Fault::new(
                "key",
                0,
                Problem::Other("has a fourth part without a name"),
            ))?;
            return Ok((part, token));
        };
        let is_named = |part: &Part| match dialect {
            Dialect::Plain => *part != Part::Ccx && part.prefix() == prefix,
            Dialect::Ccx => chars::is_ignoring_case(prefix, part.prefix()),
        };
        match Part::ALL[3..].iter().copied().find(is_named) {
            Some(part) => Ok((part, value)),
            None => Err(Fault::new(
                "key",
                0,
                Problem::Other("has a part of an unknown name"),
            )),
        }
    }

    #[inline]
    pub(super) fn get(&self, part: Part) -> Option<&'a str> {
        self.0[part as usize]
    }

    #[inline]
    pub(super) fn set(&mut self, part: Part, value: &'a str) {
        self.0[part as usize] = Some(value);
    }

    /// The same without some parts.
    #[must_use]
    pub(super) fn without(mut self, parts: &[Part]) -> Self {
        for part in parts {
            self.0[*part as usize] = None;
        }
        self
    }

    /// The same with that part, where there is one.
    #[must_use]
    pub(super) fn with(mut self, part: Part, value: Option<&'a str>) -> Self {
        self.0[part as usize] = value;
        self
    }

    /// Hands out the pieces of the text of these parts, its version in lower case.
    pub(super) fn join(&self, out: &mut dyn FnMut(&str)) {
        let mut is_first = true;
        for part in Part::ALL {
            let Some(value) = self.get(part) else { continue };
            if !is_first {
                out("+");
            }
            is_first = false;
            if !part.prefix().is_empty() {
                out(part.prefix());
                out("@");
            }
            if part == Part::Version && value.bytes().any(|byte| byte.is_ascii_uppercase()) {
                out(&value.to_ascii_lowercase());
            } else {
                out(value);
            }
        }
    }
}

/// What stands between the `+`; nothing for an empty text.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split('+').skip(usize::from(text.is_empty()))
}
