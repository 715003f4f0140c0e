//! Reads a contract's JSON into the short form that the compiler compares.
//!
//! A type that is valid Avro, but that no field can have, becomes a description, which the message about the changed
//! type repeats.

use serde_json::{Map, Value};

/// The name of the record in which Python wraps every event.
const EVENT_RECORD: &str = "CloudEvent";

/// Returns the event's schema in short form and its data keys, or an error that says what is wrong with the contract,
/// and where.
pub(super) fn read(json: &str, event_type: &str) -> Result<(String, Vec<String>), String> {
    if json.starts_with('\u{feff}') {
        return Err(
            "it begins with a byte order mark, which JSON does not allow: save it as UTF-8 without one"
                .to_owned(),
        );
    }
    let schema: Value =
        serde_json::from_str(json).map_err(|error| format!("it is not valid JSON: {error}"))?;
    let root = Position(String::new());
    let record = schema.as_object().ok_or_else(|| root.wrong("it is not a record"))?;
    if record.get("type").and_then(Value::as_str) != Some("record") {
        return Err(root.key("type").wrong("it is not a record"));
    }
    for (attribute, expected) in [("name", EVENT_RECORD), ("namespace", event_type)] {
        if record.get(attribute).and_then(Value::as_str) != Some(expected) {
            return Err(root.key(attribute).wrong(&format!("the {attribute} is not `{expected}`")));
        }
    }
    let mut records = Records { namespace: event_type, names: vec![EVENT_RECORD.to_owned()] };
    root.known(record, &["name", "type", "doc", "fields", "namespace"])?;
    let mut keys = Vec::new();
    let text = records.fields(record, &root, &mut keys)?;
    Ok((text, keys))
}

/// A position in the JSON, such as `fields[0].type.items`.
struct Position(String);

impl Position {
    fn key(&self, key: &str) -> Self {
        let dot = if self.0.is_empty() { "" } else { "." };
        Self(format!("{}{dot}{key}", self.0))
    }

    fn item(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    fn wrong(&self, what: &str) -> String {
        if self.0.is_empty() { what.to_owned() } else { format!("{what} (at `{}`)", self.0) }
    }

    /// Refuses unknown attributes, which the comparison would ignore.
    fn known(&self, object: &Map<String, Value>, known: &[&str]) -> Result<(), String> {
        match object.keys().find(|key| !known.contains(&key.as_str())) {
            Some(unknown) => Err(self.key(unknown).wrong(&format!("unknown attribute `{unknown}`"))),
            None => Ok(()),
        }
    }

    fn name<'a>(&self, object: &'a Map<String, Value>) -> Result<&'a str, String> {
        let name = object.get("name").and_then(Value::as_str).filter(|name| is_name(name));
        name.ok_or_else(|| self.key("name").wrong("expected an Avro name"))
    }
}

fn is_name(name: &str) -> bool {
    let is_word = |one: char| one.is_ascii_alphanumeric() || one == '_';
    name.starts_with(|first: char| is_word(first) && !first.is_ascii_digit()) && name.chars().all(is_word)
}

/// The records defined so far.
struct Records<'a> {
    namespace: &'a str,
    names: Vec<String>,
}

impl Records<'_> {
    /// `(user:UserData(id:long) mode:string)`
    fn fields(
        &mut self,
        record: &Map<String, Value>,
        position: &Position,
        names: &mut Vec<String>,
    ) -> Result<String, String> {
        let position = position.key("fields");
        let fields = record.get("fields").and_then(Value::as_array);
        let fields = fields.ok_or_else(|| position.wrong("expected a list of fields"))?;
        let mut texts = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            let position = position.item(index);
            let field = field.as_object().ok_or_else(|| position.wrong("expected a field"))?;
            position.known(field, &["name", "type", "default", "doc"])?;
            let name = position.name(field)?;
            if names.iter().any(|other| other == name) {
                return Err(position.key("name").wrong(&format!("field `{name}` is defined twice")));
            }
            names.push(name.to_owned());
            texts.push(format!("{name}:{}", self.field_type(field, &position)?));
        }
        Ok(format!("({})", texts.join(" ")))
    }

    /// Reads the type of a field. An optional type needs the default `null`.
    fn field_type(&mut self, field: &Map<String, Value>, position: &Position) -> Result<String, String> {
        let position = position.key("type");
        let ty = field.get("type").ok_or_else(|| position.wrong("expected a type"))?;
        let optional = match ty.as_array().map(Vec::as_slice) {
            Some([Value::String(null), some]) if null == "null" && !some.is_array() => Some(some),
            _ => None,
        };
        let text = match optional {
            Some(some) => self.ty(some, &position.item(1))?,
            None => self.ty(ty, &position)?,
        };
        Ok(match (optional, field.get("default")) {
            (Some(_), Some(Value::Null)) => format!("?{text}"),
            (None, None) => text,
            (_, None) => other(&format!("{} without a default", short(ty))),
            (_, Some(default)) => other(&format!("{} with the default {}", short(ty), short(default))),
        })
    }

    fn ty(&mut self, ty: &Value, position: &Position) -> Result<String, String> {
        match ty {
            Value::String(name) => self.named(name, position),
            Value::Array(branches) => {
                for (index, branch) in branches.iter().enumerate() {
                    self.ty(branch, &position.item(index))?;
                }
                Ok(other(&short(ty)))
            }
            Value::Object(object) => self.complex(ty, object, position),
            _ => Err(position.wrong("expected a type")),
        }
    }

    fn named(&self, name: &str, position: &Position) -> Result<String, String> {
        let short_name = name.strip_prefix(self.namespace).and_then(|name| name.strip_prefix('.'));
        let short_name = short_name.unwrap_or(name);
        match name {
            "boolean" | "long" | "double" | "string" | "bytes" => Ok(name.to_owned()),
            "null" | "int" | "float" => Ok(other(name)),
            _ if self.names.iter().any(|known| known == short_name) => Ok(format!("@{short_name}")),
            _ => {
                Err(position.wrong(&format!("`{name}` is neither a type nor the name of an earlier record")))
            }
        }
    }

    fn complex(
        &mut self,
        ty: &Value,
        object: &Map<String, Value>,
        position: &Position,
    ) -> Result<String, String> {
        let part = |key: &str| {
            position.known(object, &["type", key])?;
            object.get(key).ok_or_else(|| position.key(key).wrong(&format!("expected {key}")))
        };
        let kind = object.get("type").ok_or_else(|| position.key("type").wrong("expected a type"))?;
        match kind.as_str() {
            Some("array") => Ok(format!("[{}", self.ty(part("items")?, &position.key("items"))?)),
            Some("map") => Ok(format!("{{{}", self.ty(part("values")?, &position.key("values"))?)),
            Some("record") => {
                position.known(object, &["name", "type", "doc", "fields"])?;
                let name = self.define(object, position)?;
                Ok(format!("{name}{}", self.fields(object, position, &mut Vec::new())?))
            }
            Some(kind @ ("enum" | "fixed")) => {
                Ok(other(&format!("{kind} {}", self.define(object, position)?)))
            }
            // `{"type": "string"}` is `"string"`, unless it has a logical type.
            _ => {
                let text = self.ty(kind, &position.key("type"))?;
                Ok(if object.len() == 1 { text } else { other(&short(ty)) })
            }
        }
    }

    fn define<'a>(&mut self, object: &'a Map<String, Value>, position: &Position) -> Result<&'a str, String> {
        let name = position.name(object)?;
        if self.names.iter().any(|other| other == name) {
            return Err(position.key("name").wrong(&format!("record `{name}` is defined twice")));
        }
        self.names.push(name.to_owned());
        Ok(name)
    }
}

/// Writes a description in place of a type. `!` ends it.
fn other(words: &str) -> String {
    format!("!{}!", words.replace('!', "."))
}

/// Formats JSON for a message, and shortens it.
fn short(value: &Value) -> String {
    const MOST: usize = 60;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if text.chars().count() > MOST {
        format!("{}…", text.chars().take(MOST).collect::<String>())
    } else {
        text
    }
}

#[cfg(test)]
mod tests;
