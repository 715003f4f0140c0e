//! The differences between a contract and an event: one message for each path.

use super::{
    Contracts,
    message::{Change, Path},
    text::{ContractReader, Published, PublishedFields},
};
use crate::schema::{
    Field, Schema,
    field::position,
    message::{PanicMessage, text_eq},
};

/// How many times an expansion calls `assert_contract` for each data key.
const REPORTS: usize = 4;

/// A walk over a contract and an event that reports one difference below one data key.
struct Walk<'a> {
    contracts: &'a Contracts,
    minor_version: u32,
    key: &'a str,
    /// The number of the difference to report.
    wanted: usize,
    /// How many differences below the data key the walk has met.
    met: usize,
    /// How many there are, once that is known.
    broken: usize,
    /// Renamed records. Each is reported only at its first mention in the contract.
    renamed: [Option<(&'static str, &'static str)>; 8],
}

impl Contracts {
    /// Counts the differences below the data key `key`, in the newest contract that has any: the same mistakes
    /// break the older ones.
    #[must_use]
    pub const fn broken(&self, key: &str) -> usize {
        if self.are_kept() {
            return 0;
        }
        let mut newest = 0;
        while newest < self.published.len() {
            let walk = self.walk(newest, key, usize::MAX, 0);
            if walk.met > 0 {
                return walk.met;
            }
            newest += 1;
        }
        0
    }

    #[track_caller]
    const fn walk<'a>(&'a self, newest: usize, key: &'a str, wanted: usize, broken: usize) -> Walk<'a> {
        let (minor_version, text) = self.published[newest];
        let mut walk =
            Walk { contracts: self, minor_version, key, wanted, met: 0, broken, renamed: [None; 8] };
        walk.fields(None, &ContractReader::new(text).fields(), self.record.fields);
        walk
    }
}

/// Refuses an event whose data key `key` breaks a contract in `broken` places, as [`Contracts::broken`] counted.
///
/// Each call reports place number `index`. The last call also gives the number of further places.
#[track_caller]
pub const fn assert_contract(contracts: &Contracts, broken: usize, key: &str, index: usize) {
    let mut newest = 0;
    while index < broken && newest < contracts.published.len() {
        if contracts.walk(newest, key, index, broken).met > 0 {
            return;
        }
        newest += 1;
    }
}

impl Walk<'_> {
    /// Compares the fields of a record, or of the event itself if there is no `parent`.
    #[track_caller]
    const fn fields(&mut self, parent: Option<&Path<'_>>, old: &PublishedFields, new: &'static [Field]) {
        let is_event = parent.is_none();
        let moved = moved(old, new);
        let mut index = 0;
        while let Some(Published { name, ty }) = old.get(index) {
            let path = Path { name, parent };
            if let Some(found) = position(new, name) {
                self.ty(&path, ty, &new[found].schema);
                if matches!(moved, Some(moved) if moved == index) {
                    self.meet(&path, Change::Moved);
                }
            } else if let Some(to) = renamed(old, new, index) {
                let at = if is_event { Path { name: to, parent } } else { path };
                self.meet_as(&at, &path, Change::RenamedTo(to));
            } else {
                self.meet(&path, Change::Removed);
            }
            index += 1;
        }
        let mut added = 0;
        while added < new.len() {
            let path = Path { name: new[added].name, parent };
            if !old.has(path.name) && renamed(old, new, added).is_none() {
                if is_event {
                    self.added_key(&path, old, new, added);
                } else {
                    self.meet(&path, Change::AddedInside);
                }
            }
            added += 1;
        }
    }

    #[track_caller]
    const fn added_key(
        &mut self,
        path: &Path<'_>,
        old: &PublishedFields,
        new: &'static [Field],
        index: usize,
    ) {
        let mut after = index + 1;
        while after < new.len() {
            if old.has(new[after].name) {
                return self.meet(path, Change::AddedBeforeTheEnd);
            }
            after += 1;
        }
        let is_raised = self.contracts.minor_version > self.minor_version;
        let can_be_missing = self.contracts.can_be_missing(index);
        if !is_raised || !can_be_missing {
            self.meet(path, Change::AddedAtTheEnd { is_raised, can_be_missing });
        }
    }

    /// Compares the contract's type at `old` with the field's.
    #[track_caller]
    const fn ty(&mut self, path: &Path<'_>, old: ContractReader, new: &'static Schema) {
        if { old }.accept_type(new) || self.contracts.is_reported(new) {
            return;
        }
        match (old.peek(), new) {
            (b'?', Schema::Optional(some)) => self.ty(path, old.after(1), some),
            (b'?', _) if old.after(1).accept_type(new) => self.meet(path, Change::MadeRequired),
            (_, Schema::Optional(some)) if { old }.accept_type(some) => self.meet(path, Change::MadeOptional),
            (b'[', Schema::Array(part)) | (b'{', Schema::Map(part)) => {
                self.ty(&Path { name: "[]", parent: Some(path) }, old.after(1), part);
            }
            (b'@', Schema::Record(record)) => {
                self.record(path, old, old.after(1).word(), record.get().name);
            }
            (_, Schema::Record(record)) => {
                let (record, name) = (record.get(), old.word());
                let fields = old.after(name.len());
                if fields.peek() != b'(' {
                    self.meet(path, Change::Retyped(old, new));
                } else if text_eq(name, record.name) {
                    self.fields(Some(path), &fields.fields(), record.fields);
                } else if has_fields(fields, record.fields) {
                    self.record(path, old, name, record.name);
                } else {
                    self.meet(path, Change::Retyped(old, new));
                }
            }
            _ => self.meet(path, Change::Retyped(old, new)),
        }
    }

    /// Compares two records that differ at most in their names.
    #[track_caller]
    const fn record(&mut self, path: &Path<'_>, old: ContractReader, from: &'static str, to: &'static str) {
        if text_eq(from, to) {
            return;
        }
        let mut free = 0;
        while free < self.renamed.len() {
            match self.renamed[free] {
                Some((one, other)) if text_eq(one, from) && text_eq(other, to) => return,
                Some(_) => free += 1,
                None => break,
            }
        }
        if old.peek() != b'@' && free < self.renamed.len() {
            self.renamed[free] = Some((from, to));
        }
        self.meet(path, Change::RecordRenamed(from, to));
    }

    #[track_caller]
    const fn meet(&mut self, path: &Path<'_>, change: Change<'_>) {
        self.meet_as(path, path, change);
    }

    /// Reports a change of `path` at the data key of `at`, if it is the one to report.
    #[track_caller]
    const fn meet_as(&mut self, at: &Path<'_>, path: &Path<'_>, change: Change<'_>) {
        let mut root = at;
        while let Some(parent) = root.parent {
            root = parent;
        }
        if !text_eq(root.name, self.key) {
            return;
        }
        if self.met == self.wanted {
            self.panic(path, change);
        }
        self.met += 1;
    }

    #[track_caller]
    const fn panic(&self, path: &Path<'_>, change: Change<'_>) -> ! {
        let Contracts { event_type, minor_version, .. } = *self.contracts;
        let next = if minor_version > self.minor_version { minor_version } else { minor_version + 1 };
        let mut message = PanicMessage::new()
            .fill("contract of event type `{}` is broken: ", &[event_type])
            .change(path, change)
            .text("\nnote: `")
            .file(event_type, self.minor_version)
            .text("` was published; messages carry no schema, so services read the fields in the order and with the types given in that file (ADR-6)");
        if self.wanted + 1 == REPORTS && self.broken > REPORTS {
            #[allow(clippy::cast_possible_truncation)] // There are far fewer fields.
            let more = (self.broken - REPORTS) as u32;
            message = message
                .text("\nnote: ")
                .number(more)
                .fill(" more changes break the contract in `{}`", &[self.key]);
        }
        message = message.text("\nhelp: ");
        match change {
            Change::AddedAtTheEnd { is_raised: true, .. } => {
                message.text("make it an `Option<_>`, or give it a default with `#[event(default)]`")
            }
            Change::AddedAtTheEnd { can_be_missing: true, .. } => {
                message.text("add `minor_version = ").number(next).text("` to the arguments of `#[event]`")
            }
            Change::AddedAtTheEnd { .. } => message
                .text("make it an `Option<_>` or `#[event(default)]`, and add `minor_version = ")
                .number(next)
                .text("` to the arguments of `#[event]`"),
            Change::AddedBeforeTheEnd => message
                .text("move it to the end, as an `Option<_>` or `#[event(default)]`, and write `minor_version = ")
                .number(next)
                .text("`"),
            _ => message
                .text("undo the change, or write a new event ")
                .next_major_version(event_type)
                .text(", or add the data as a new data key at the end (an `Option<_>` or `#[event(default)]`, with `minor_version = ")
                .number(next)
                .text("`)"),
        }
        .panic()
    }
}

/// Returns whether a record with these fields has the contract's fields.
const fn has_fields(old: ContractReader, new: &[Field]) -> bool {
    let mut reader = old.after(1);
    let mut index = 0;
    while index < new.len() {
        if !reader.accept_field(index, &new[index]) {
            return false;
        }
        index += 1;
    }
    reader.peek() == b')'
}

/// Returns the new name of the contract's field `index`: the field at the same place with the same type and a name that
/// the contract lacks.
const fn renamed(old: &PublishedFields, new: &'static [Field], index: usize) -> Option<&'static str> {
    if index >= new.len() {
        return None;
    }
    let Some(Published { name, ty }) = old.get(index) else { return None };
    let is_renamed =
        position(new, name).is_none() && !old.has(new[index].name) && { ty }.accept_type(&new[index].schema);
    if is_renamed { Some(new[index].name) } else { None }
}

/// Returns the field that is out of order: the first one without which the common fields are in the same order, or else
/// the first that comes after a field that used to follow it.
const fn moved(old: &PublishedFields, new: &[Field]) -> Option<usize> {
    let Some(out_of_order) = out_of_order(old, new, None) else { return None };
    let mut index = 0;
    while let Some(field) = old.get(index) {
        if position(new, field.name).is_some() && self::out_of_order(old, new, Some(index)).is_none() {
            return Some(index);
        }
        index += 1;
    }
    Some(out_of_order)
}

/// Returns the first of the contract's fields, except `without`, that comes too early in the event.
const fn out_of_order(old: &PublishedFields, new: &[Field], without: Option<usize>) -> Option<usize> {
    let mut index = 0;
    let mut behind = 0;
    while let Some(field) = old.get(index) {
        let is_left_out = matches!(without, Some(left_out) if left_out == index);
        if let Some(found) = position(new, field.name)
            && !is_left_out
        {
            if found < behind {
                return Some(index);
            }
            behind = found;
        }
        index += 1;
    }
    None
}
