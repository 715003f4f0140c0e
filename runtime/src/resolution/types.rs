//! The types in a writer's schema.

use std::sync::Arc;

/// A type in a writer's schema.
#[derive(Clone)]
pub(super) enum Type {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    String,
    Bytes,
    /// This number of bytes.
    Fixed(usize),
    Enum,
    Array(Arc<Type>),
    Map(Arc<Type>),
    Union(Arc<[Type]>),
    /// The record with this index. Records refer to each other, so they have a table.
    Record(usize),
}

pub(super) struct WriterRecord {
    /// The name without its namespace.
    pub(super) name: String,
    pub(super) fields: Vec<WriterField>,
}

pub(super) struct WriterField {
    pub(super) name: String,
    pub(super) ty: Type,
}

impl Type {
    /// Returns whether the values of this type take no bytes, so that a message can claim any number of them.
    pub(super) fn is_empty(&self, records: &[WriterRecord]) -> bool {
        // A record that contains itself, and not through a union, has no values.
        fn within(ty: &Type, records: &[WriterRecord], depth: usize) -> bool {
            match ty {
                Type::Null | Type::Fixed(0) => true,
                Type::Record(index) => {
                    let fields = &records[*index].fields;
                    depth > 0 && fields.iter().all(|field| within(&field.ty, records, depth - 1))
                }
                _ => false,
            }
        }
        within(self, records, records.len())
    }

    /// Returns the type as messages name it.
    pub(super) fn description(&self, records: &[WriterRecord]) -> String {
        let word = match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Int => "int",
            Self::Long => "long",
            Self::Float => "float",
            Self::Double => "double",
            Self::String => "string",
            Self::Bytes => "bytes",
            Self::Fixed(_) => "fixed",
            Self::Enum => "enum",
            Self::Array(items) => return format!("array of {}", items.description(records)),
            Self::Map(values) => return format!("map of {}", values.description(records)),
            Self::Record(index) => return format!("record `{}`", records[*index].name),
            Self::Union(branches) => {
                let branches: Vec<_> = branches.iter().map(|branch| branch.description(records)).collect();
                return format!("union of {}", branches.join(", "));
            }
        };
        word.to_owned()
    }
}
