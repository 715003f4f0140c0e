//! What is different between a contract and an event: one message a path.

use super::{
    Field, Schema,
    check::{Message, text_eq},
    contract::{Contracts, position},
    contract_text::{Fields, Published, Reader},
};

/// As many calls of `assert_contract` there are for each data key.
const REPORTS: usize = 4;

/// What happened to a path.
#[derive(Clone, Copy)]
enum Change<'a> {
    Removed,
    RenamedTo(&'a str),
    Retyped(Reader, &'a Schema),
    RecordRenamed(&'a str, &'a str),
    MadeOptional,
    MadeRequired,
    Moved,
    AddedInside,
    AddedBeforeTheEnd,
    AddedAtTheEnd { is_raised: bool, can_be_missing: bool },
}

/// Where a walk is: the names that lead there, the last one first.
#[derive(Clone, Copy)]
struct Path<'a> {
    name: &'a str,
    parent: Option<&'a Path<'a>>,
}

/// A walk over a contract and an event, which reports the difference of one number below one data key.
struct Walk<'a> {
    contracts: &'a Contracts,
    minor_version: u32,
    key: &'a str,
    wanted: usize,
    /// Differences below the data key that were met.
    met: usize,
    /// All of them, where that is known and said.
    total: usize,
    /// Records that were renamed where the contract defines them, which is reported there only.
    renamed: [Option<(&'static str, &'static str)>; 8],
}

impl Contracts {
    /// Reports what is broken below the data key `key` and has the number `wanted`; whether anything is.
    #[track_caller]
    pub(super) const fn report(
        &self,
        minor_version: u32,
        text: &'static str,
        key: &str,
        wanted: usize,
    ) -> bool {
        let mut walk = Walk {
            contracts: self,
            minor_version,
            key,
            wanted: usize::MAX,
            met: 0,
            total: 0,
            renamed: [None; 8],
        };
        walk.fields(None, Reader::new(text).fields(), self.record.fields);
        if walk.met > wanted {
            walk = Walk { wanted, met: 0, total: walk.met, renamed: [None; 8], ..walk };
            walk.fields(None, Reader::new(text).fields(), self.record.fields);
        }
        walk.met > 0
    }
}

impl Walk<'_> {
    /// The fields of a record; those of the event itself where there is no `parent`.
    #[track_caller]
    const fn fields(&mut self, parent: Option<&Path<'_>>, old: Fields, new: &'static [Field]) {
        let is_event = parent.is_none();
        let mut has_moved = false;
        let mut rest = old;
        let mut index = 0;
        while let Some(Published { name, ty }) = rest.next() {
            let path = Path { name, parent };
            if let Some(found) = position(new, name) {
                self.ty(&path, ty, &new[found].schema);
                if !has_moved && is_moved(old, new, index) {
                    has_moved = true;
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
            let is_new_name = match old.get(added) {
                Some(_) => old.position(path.name).is_none() && !is_renamed(old, new, added),
                None => old.position(path.name).is_none(),
            };
            if is_new_name && !is_event {
                self.meet(&path, Change::AddedInside);
            } else if is_new_name {
                self.added_key(&path, old, new, added);
            }
            added += 1;
        }
    }

    #[track_caller]
    const fn added_key(&mut self, path: &Path<'_>, old: Fields, new: &'static [Field], index: usize) {
        let mut after = index + 1;
        while after < new.len() {
            if old.position(new[after].name).is_some() {
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

    /// The type that the contract has at `old`, and the one that the field has.
    #[track_caller]
    const fn ty(&mut self, path: &Path<'_>, old: Reader, new: &'static Schema) {
        if self.contracts.is_reported(new) {
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
                    self.fields(Some(path), fields.fields(), record.fields);
                } else if has_fields(fields, record.fields) {
                    self.record(path, old, name, record.name);
                } else {
                    self.meet(path, Change::Retyped(old, new));
                }
            }
            _ if { old }.accept_type(new) => {}
            _ => self.meet(path, Change::Retyped(old, new)),
        }
    }

    /// Two records that differ at most in their names.
    #[track_caller]
    const fn record(&mut self, path: &Path<'_>, old: Reader, from: &'static str, to: &'static str) {
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

    /// Reports a change of `path` at the data key of `at`, if it is the wanted one.
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
        let mut message = Message::new()
            .text("contract of event type `")
            .text(event_type)
            .text("` is broken: ")
            .change(path, change)
            .text("\nnote: `")
            .file(event_type, self.minor_version)
            .text("` was published; messages carry no schema of their own, so services read the fields in the order and of the types of that file (ADR-6)");
        if self.wanted + 1 == REPORTS && self.total > REPORTS {
            #[allow(clippy::cast_possible_truncation)] // There are not so many fields.
            let more = (self.total - REPORTS) as u32;
            message =
                message.text("\nnote: ").number(more).text(" more breaks are in `").text(self.key).text("`");
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
                .text("undo the change; more data goes into a new data key at the end (an `Option<_>` or `#[event(default)]`, with `minor_version = ")
                .number(next)
                .text("`), any other change into a new event ")
                .next_major_version(event_type)
                .text(" beside this one"),
        }
        .panic()
    }
}

/// Whether the record with these fields has those of the contract.
const fn has_fields(old: Reader, new: &[Field]) -> bool {
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

/// The new name of the contract's field `index`, where the one at its place has its type and no place of its own.
const fn renamed(old: Fields, new: &'static [Field], index: usize) -> Option<&'static str> {
    if index < new.len() && is_renamed(old, new, index) { Some(new[index].name) } else { None }
}

const fn is_renamed(old: Fields, new: &[Field], index: usize) -> bool {
    let Some(Published { name, ty }) = old.get(index) else { return false };
    position(new, name).is_none() && old.position(new[index].name).is_none() && { ty }
        .accept_type(&new[index].schema)
}

/// Whether the contract's field `index`, which still exists, is what keeps the fields that both have from
/// being in the same order: the first field after which all is well.
const fn is_moved(old: Fields, new: &[Field], index: usize) -> bool {
    !in_order(old, new, None) && {
        let mut others = 0;
        while others < index {
            if in_order(old, new, Some(others)) {
                return false;
            }
            others += 1;
        }
        in_order(old, new, Some(index)) || !any_alone(old, new)
    }
}

/// Whether a single field was moved.
const fn any_alone(old: Fields, new: &[Field]) -> bool {
    let mut index = 0;
    while old.get(index).is_some() {
        if in_order(old, new, Some(index)) {
            return true;
        }
        index += 1;
    }
    false
}

/// Whether the fields that both have are in the same order, without the contract's field `without`.
const fn in_order(old: Fields, new: &[Field], without: Option<usize>) -> bool {
    let mut rest = old;
    let mut index = 0;
    let mut behind = 0;
    while let Some(field) = rest.next() {
        let is_left_out = matches!(without, Some(left_out) if left_out == index);
        if let Some(found) = position(new, field.name)
            && !is_left_out
        {
            if found < behind {
                return false;
            }
            behind = found;
        }
        index += 1;
    }
    true
}

impl Message {
    /// `` `enrollment.user.pii.email` was removed ``
    const fn change(self, path: &Path<'_>, change: Change<'_>) -> Self {
        if let Change::RecordRenamed(from, to) = change {
            let message = self.text("record `").text(from).text("` in `").path(path);
            return message.text("` was renamed to `").text(to).text("`");
        }
        let message = self.text("`").path(path).text("` was ");
        match change {
            Change::Removed => message.text("removed"),
            Change::RenamedTo(to) => message.text("renamed to `").text(to).text("`"),
            Change::Retyped(from, to) => {
                message.text("retyped from `").published_type(from).text("` to `").schema(to).text("`")
            }
            Change::MadeOptional => message.text("made optional"),
            Change::MadeRequired => message.text("optional, and was made required"),
            Change::Moved => message.text("moved"),
            Change::AddedInside => message.text("added inside a record that was published"),
            Change::AddedBeforeTheEnd => message.text("inserted before the end"),
            Change::AddedAtTheEnd { is_raised: false, .. } => {
                message.text("added without raising the minor version")
            }
            Change::AddedAtTheEnd { .. } => message.text("added without a value for events that have none"),
            Change::RecordRenamed(..) => message,
        }
    }

    const fn path(self, path: &Path<'_>) -> Self {
        match path.parent {
            None => self.text(path.name),
            Some(parent) => {
                let separator = if path.name.as_bytes()[0] == b'[' { "" } else { "." };
                self.path(parent).text(separator).text(path.name)
            }
        }
    }

    /// `schemas/com+example+learning+seat+taken+v1_schema.1.avsc`
    const fn file(self, event_type: &str, minor_version: u32) -> Self {
        let mut message = self.text("schemas/");
        let mut rest = event_type;
        loop {
            let mut end = 0;
            while end < rest.len() && rest.as_bytes()[end] != b'.' {
                end += 1;
            }
            let (segment, other) = rest.split_at(end);
            message = message.text(segment);
            if other.is_empty() {
                break;
            }
            message = message.text("+");
            rest = other.split_at(1).1;
        }
        message = message.text("_schema");
        if minor_version > 0 {
            message = message.text(".").number(minor_version);
        }
        message.text(".avsc")
    }

    /// `` `com.example.learning.seat.taken.v2` `` for one that ends in `.v1`.
    const fn next_major_version(self, event_type: &str) -> Self {
        let bytes = event_type.as_bytes();
        let mut digits = bytes.len();
        while digits > 0 && bytes[digits - 1].is_ascii_digit() {
            digits -= 1;
        }
        let mut version = 0;
        let mut index = digits;
        // A longer number is no major version.
        while index < bytes.len() && index < digits + 9 {
            version = version * 10 + (bytes[index] - b'0') as u32;
            index += 1;
        }
        if version == 0 {
            return self.text("type");
        }
        self.text("`").text(event_type.split_at(digits).0).number(version + 1).text("`")
    }

    const fn number(self, number: u32) -> Self {
        let message = if number > 9 { self.number(number / 10) } else { self };
        let digit = (number % 10) as usize;
        let (digits, _) = "0123456789".split_at(digit + 1);
        message.text(digits.split_at(digit).1)
    }
}
