//! Parses the JSON of a schema.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{
    ResolutionError,
    types::{Type, WriterField, WriterRecord},
};

/// The named types read so far.
#[derive(Default)]
pub(super) struct Parser {
    /// By full name.
    named: HashMap<String, Type>,
    records: Vec<WriterRecord>,
}

impl Parser {
    /// Returns the type that the schema describes, and the table of its records.
    pub(super) fn parse(json: &str) -> Result<(Type, Vec<WriterRecord>), ResolutionError> {
        let json: Value = serde_json::from_str(json)
            .map_err(|error| ResolutionError::new("", format!("the schema is not valid JSON: {error}")))?;
        let mut parser = Self::default();
        let root = parser.ty(&json, &Position::default(), "")?;
        Ok((root, parser.records))
    }

    fn ty(&mut self, json: &Value, at: &Position, namespace: &str) -> Result<Type, ResolutionError> {
        match json {
            Value::String(name) => self.reference(name, at, namespace),
            Value::Array(branches) if branches.is_empty() => Err(at.wrong("a union needs a branch")),
            Value::Array(branches) => {
                let branches = branches.iter().enumerate().map(|(index, branch)| match branch {
                    Value::Array(_) => Err(at.item(index).wrong("a union cannot be a branch of a union")),
                    branch => self.ty(branch, &at.item(index), namespace),
                });
                Ok(Type::Union(branches.collect::<Result<_, _>>()?))
            }
            Value::Object(object) => self.object(object, at, namespace),
            _ => Err(at.wrong("expected a type")),
        }
    }

    /// Reads a primitive type, or the name of a type that was defined before.
    fn reference(&self, name: &str, at: &Position, namespace: &str) -> Result<Type, ResolutionError> {
        if let Some(primitive) = primitive(name) {
            return Ok(primitive);
        }
        let named = self.named.get(&full_name(name, namespace)).or_else(|| self.named.get(name));
        named.cloned().ok_or_else(|| at.wrong(format!("no type `{name}` is defined before this place")))
    }

    fn object(
        &mut self,
        object: &Map<String, Value>,
        at: &Position,
        namespace: &str,
    ) -> Result<Type, ResolutionError> {
        let ty = object.get("type").ok_or_else(|| at.wrong("expected a `type`"))?;
        let part = |parser: &mut Self, key: &str| {
            let part = object.get(key).ok_or_else(|| at.wrong(format!("expected `{key}`")))?;
            parser.ty(part, &at.key(key), namespace)
        };
        match ty.as_str() {
            Some("array") => Ok(Type::Array(part(self, "items")?.into())),
            Some("map") => Ok(Type::Map(part(self, "values")?.into())),
            Some("record" | "error") => self.record(object, at, namespace),
            Some("enum") => Ok(self.define(&Named::of(object, at, namespace)?, Type::Enum)),
            Some("fixed") => {
                let size =
                    object.get("size").and_then(Value::as_u64).and_then(|size| usize::try_from(size).ok());
                let size = size.ok_or_else(|| at.key("size").wrong("expected a number of bytes"))?;
                Ok(self.define(&Named::of(object, at, namespace)?, Type::Fixed(size)))
            }
            // `{"type": "string", "logicalType": …}`, and types in braces.
            _ => self.ty(ty, &at.key("type"), namespace),
        }
    }

    fn record(
        &mut self,
        object: &Map<String, Value>,
        at: &Position,
        namespace: &str,
    ) -> Result<Type, ResolutionError> {
        let named = Named::of(object, at, namespace)?;
        let index = self.records.len();
        self.records.push(WriterRecord { name: named.short.to_owned(), fields: Vec::new() });
        let namespace = named.namespace.to_owned();
        // The fields may refer to their own record.
        let ty = self.define(&named, Type::Record(index));

        let at = at.key("fields");
        let fields = object.get("fields").and_then(Value::as_array);
        let fields = fields.ok_or_else(|| at.wrong("expected a list of fields"))?;
        for (number, field) in fields.iter().enumerate() {
            let at = at.item(number);
            let name = field.get("name").and_then(Value::as_str);
            let name = name.ok_or_else(|| at.key("name").wrong("expected the name of a field"))?;
            if self.records[index].fields.iter().any(|other| other.name == name) {
                return Err(at.key("name").wrong(format!("field `{name}` is defined twice")));
            }
            let at = at.key("type");
            let ty = field.get("type").ok_or_else(|| at.wrong("expected a type"))?;
            let ty = self.ty(ty, &at, &namespace)?;
            self.records[index].fields.push(WriterField { name: name.to_owned(), ty });
        }
        Ok(ty)
    }

    fn define(&mut self, named: &Named<'_>, ty: Type) -> Type {
        self.named.insert(full_name(named.short, named.namespace), ty.clone());
        ty
    }
}

fn primitive(name: &str) -> Option<Type> {
    Some(match name {
        "null" => Type::Null,
        "boolean" => Type::Boolean,
        "int" => Type::Int,
        "long" => Type::Long,
        "float" => Type::Float,
        "double" => Type::Double,
        "string" => Type::String,
        "bytes" => Type::Bytes,
        _ => return None,
    })
}

/// The name of a record, an enum or a fixed.
struct Named<'a> {
    namespace: &'a str,
    short: &'a str,
}

impl<'a> Named<'a> {
    /// A name with a dot contains its namespace, and the attribute `namespace` is ignored. A name without a dot and without
    /// that attribute is in the enclosing namespace.
    fn of(object: &'a Map<String, Value>, at: &Position, around: &'a str) -> Result<Self, ResolutionError> {
        let name = object.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| at.key("name").wrong("expected a name"))?;
        Ok(match name.rsplit_once('.') {
            Some((namespace, short)) => Self { namespace, short },
            None => Self {
                namespace: object.get("namespace").and_then(Value::as_str).unwrap_or(around),
                short: name,
            },
        })
    }
}

fn full_name(name: &str, namespace: &str) -> String {
    if name.contains('.') || namespace.is_empty() { name.to_owned() } else { format!("{namespace}.{name}") }
}

/// A position in the JSON, such as `fields[0].type.items`.
#[derive(Default)]
struct Position(String);

impl Position {
    fn key(&self, key: &str) -> Self {
        let dot = if self.0.is_empty() { "" } else { "." };
        Self(format!("{}{dot}{key}", self.0))
    }

    fn item(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    fn wrong(&self, problem: impl Into<String>) -> ResolutionError {
        ResolutionError::new(self.0.clone(), problem)
    }
}
