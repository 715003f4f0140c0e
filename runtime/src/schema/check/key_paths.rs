//! Paths in the data of an event that can be its partition key, for the help of messages.

use crate::schema::{
    Field, Schema,
    message::{PanicMessage, text_eq},
};

/// The deepest path that is suggested has this many segments.
const DEPTH: usize = 3;

/// The number of paths that are suggested.
const MOST: usize = 3;

/// The first paths that can identify what changed and are not personal data.
struct KeyPaths {
    paths: [[&'static str; DEPTH]; MOST],
    lengths: [usize; MOST],
    len: usize,
}

impl KeyPaths {
    /// Finds paths in the data; those that begin with the data key `first` come first.
    const fn find(data: &'static [Field], first: &str) -> Self {
        let mut found = Self { paths: [[""; DEPTH]; MOST], lengths: [0; MOST], len: 0 };
        let mut pass = 0;
        while pass < 2 {
            let mut index = 0;
            while index < data.len() {
                if text_eq(data[index].name, first) == (pass == 0) {
                    found.add(&data[index], [""; DEPTH], 0);
                }
                index += 1;
            }
            pass += 1;
        }
        found
    }

    /// Adds the paths that lead through `field`, whose parents are in `path`.
    const fn add(&mut self, field: &'static Field, mut path: [&'static str; DEPTH], depth: usize) {
        if field.pii || self.len == MOST {
            return;
        }
        path[depth] = field.name;
        match &field.schema {
            Schema::Record(record) if depth + 1 < DEPTH => {
                let fields = record.get().fields;
                let mut index = 0;
                while index < fields.len() {
                    self.add(&fields[index], path, depth + 1);
                    index += 1;
                }
            }
            // A time does not identify anything.
            _ if text_eq(field.type_name, "DateTime") => {}
            Schema::Long | Schema::String | Schema::Bytes => {
                self.paths[self.len] = path;
                self.lengths[self.len] = depth + 1;
                self.len += 1;
            }
            _ => {}
        }
    }
}

impl PanicMessage {
    /// Adds a help with paths that can be a key in place of `path`.
    pub(super) const fn key_paths(self, data: &'static [Field], path: &[&str]) -> Self {
        let found = KeyPaths::find(data, path[0]);
        if found.len == 0 {
            return self.text("add a field that identifies what changed, such as an id, or remove `key`");
        }
        let mut message = self.text("write a path that can be a key, such as `");
        let mut index = 0;
        while index < found.len {
            let separator = if index == 0 { "" } else { "` or `" };
            let (path, _) = found.paths[index].split_at(found.lengths[index]);
            message = message.text(separator).path(path);
            index += 1;
        }
        message.text("`")
    }
}
