//! The parts of keys whose parts are joined with `+`.

use super::{
    chars::{self, CharSet},
    error::{Fault, KeyProblem},
};

/// A part. The variants have the order in which the parts appear in a key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
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

/// The pattern that a key must match: Python has one for CCXs, and one for all other keys.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Plain,
    Ccx,
}

impl Part {
    pub(super) const COUNT: usize = 8;

    /// The parts without a prefix.
    pub(super) const NAMES: [Self; 3] = [Self::Org, Self::Course, Self::Run];
    /// The parts with a prefix.
    const PREFIXED: [Self; 5] = [Self::Branch, Self::Version, Self::Ccx, Self::BlockType, Self::BlockId];

    pub(super) fn all() -> impl Iterator<Item = Self> {
        Self::NAMES.into_iter().chain(Self::PREFIXED)
    }

    /// Returns the name of the accessor.
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

    /// Returns the prefix of its value.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Org | Self::Course | Self::Run => "",
            Self::Branch => "branch@",
            Self::Version => "version@",
            Self::Ccx => "ccx@",
            Self::BlockType => "type@",
            Self::BlockId => "block@",
        }
    }

    /// Returns the part with this prefix, given without its `@`.
    pub(super) fn from_prefix(prefix: &str, dialect: Dialect) -> Option<Self> {
        Self::PREFIXED.into_iter().find(|part| {
            let own = &part.prefix()[..part.prefix().len() - 1];
            match dialect {
                Dialect::Plain => prefix == own && *part != Self::Ccx,
                Dialect::Ccx => chars::is_ignoring_case(prefix, own),
            }
        })
    }

    /// Returns the characters that its value may have in a key.
    pub(super) fn char_set(self, dialect: Dialect) -> &'static CharSet {
        match (self, dialect) {
            (Self::Version, Dialect::Plain) => &chars::LOWER_HEX,
            (Self::Version, Dialect::Ccx) => &chars::HEX,
            (Self::Ccx, _) => &chars::DIGITS,
            (Self::BlockId, Dialect::Plain) => &chars::OLD_ID,
            _ => &chars::ID,
        }
    }

    /// Checks an argument of a constructor. Python's constructors use the pattern of CCXs for every kind of key.
    pub(super) fn check(self, value: &str) -> Result<(), Fault> {
        check(self.name(), value, self.char_set(Dialect::Ccx))?;
        self.check_length(value)
    }

    pub(super) fn check_length(self, value: &str) -> Result<(), Fault> {
        if value.is_empty() {
            return Err(Fault::new(self.name(), 0, KeyProblem::Empty));
        }
        if self == Self::Version && value.len() != 24 {
            return Err(Fault::new(self.name(), 0, KeyProblem::Other("does not have 24 hexadecimal digits")));
        }
        Ok(())
    }

    #[cold]
    pub(super) fn missing(self, offset: usize) -> Fault {
        Fault::new(self.name(), offset, KeyProblem::Missing)
    }
}

/// Checks that `value` is not empty and has only characters in `set`.
pub(super) fn check(name: &'static str, value: &str, set: &CharSet) -> Result<(), Fault> {
    if value.is_empty() {
        return Err(Fault::new(name, 0, KeyProblem::Empty));
    }
    match set.first_outside(value) {
        Some((offset, character)) => Err(Fault::new(name, offset, KeyProblem::Character(character))),
        None => Ok(()),
    }
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct PartSet(u8);

impl PartSet {
    pub(super) const fn of(parts: &[Part]) -> Self {
        let mut set = 0;
        let mut index = 0;
        while index < parts.len() {
            set |= 1 << parts[index] as u8;
            index += 1;
        }
        Self(set)
    }

    pub(super) fn has(self, part: Part) -> bool {
        self.0 & (1 << part as u8) != 0
    }

    pub(super) fn with(self, part: Part) -> Self {
        Self(self.0 | 1 << part as u8)
    }

    pub(super) fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }
}
