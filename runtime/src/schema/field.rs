//! Fields of records.

use super::{Schema, message::text_eq};

/// A field of a payload, or a data key of an event.
pub struct Field {
    /// The name.
    pub name: &'static str,
    /// The schema of its type.
    pub schema: Schema,
    /// Its type, as the user wrote it.
    pub type_name: &'static str,
    /// Its documentation.
    pub docs: &'static str,
    /// Whether it holds personal data.
    pub pii: bool,
    /// Why its type is refused, if there is a better reason than the missing Avro form.
    pub refusal: Option<Refusal>,
    /// Whether its type is `Send` and `Sync`.
    pub is_shared: bool,
    /// Appends the Avro bytes of its default, if it has one.
    pub default: Option<fn(&mut Vec<u8>)>,
}

/// The facts about the type of a field, as far as `Wire` and `Shared` know them.
#[derive(Clone, Copy)]
pub struct TypeFacts {
    schema: Schema,
    refusal: Option<Refusal>,
    is_shared: bool,
}

impl TypeFacts {
    /// Makes the facts about any type.
    #[must_use]
    pub const fn new(schema: Option<Schema>, refusal: Option<Refusal>, is_shared: bool) -> Self {
        let schema = match schema {
            Some(schema) => schema,
            None => Schema::Unknown,
        };
        Self { schema, refusal, is_shared }
    }

    /// Makes a field with this type. Expansions call this for each field, so the arguments are positional: fewer tokens
    /// mean less compile time.
    #[must_use]
    pub const fn of(self, name: &'static str, type_name: &'static str, docs: &'static str) -> Field {
        let Self { schema, refusal, is_shared } = self;
        let pii = schema.is_personal();
        Field { name, schema, type_name, docs, pii, refusal, is_shared, default: None }
    }
}

/// The properties that few fields have.
impl Field {
    /// Notes that it holds personal data.
    #[must_use]
    pub const fn personal(mut self) -> Self {
        self.pii = true;
        self
    }

    /// Sets the function that appends the Avro bytes of the default.
    #[must_use]
    pub const fn with_default(mut self, default: fn(&mut Vec<u8>)) -> Self {
        self.default = Some(default);
        self
    }
}

/// Why a type is refused, in the words of the message.
#[derive(Clone, Copy)]
pub struct Refusal {
    /// The type, without its parameters.
    pub type_name: &'static str,
    /// The mistake. It follows the type's name in the message.
    pub what: &'static str,
    /// Why that is wrong.
    pub note: &'static str,
    /// The help: what to write instead.
    pub help: &'static str,
}

impl Refusal {
    /// Refuses an event as a field; `#[event]` implements `Refused` with it.
    #[must_use]
    pub const fn event(type_name: &'static str) -> Self {
        Self {
            type_name,
            what: "is an event",
            note: "an event is sent as a whole, and cannot be part of another event (ADR-3)",
            help: "use the payload inside it",
        }
    }

    /// Refuses the struct that holds the fields of a payload as a field; `#[payload]` implements `Refused` with it.
    #[must_use]
    pub const fn fields(type_name: &'static str, help: &'static str) -> Self {
        Self {
            type_name,
            what: "holds the fields of a payload, and is not a payload itself",
            note: "its fields can be assigned, but payloads are frozen (ADR-3)",
            help,
        }
    }
}

pub(super) const fn position(fields: &[Field], name: &str) -> Option<usize> {
    let mut index = 0;
    while index < fields.len() {
        if text_eq(fields[index].name, name) {
            return Some(index);
        }
        index += 1;
    }
    None
}
