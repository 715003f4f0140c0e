//! A contract's JSON, read into the short form that the compiler walks.
//!
//! What is legal Avro, but no field of an event can have, is kept in words: an event that is compared with it
//! is told what it was retyped from.

use serde_json::{Map, Value};

/// The names of the record that Python puts every event into.
const EVENT_RECORD: &str = "CloudEvent";

/// The event's schema in short form, and its data keys; or what is wrong with it, and where.
pub(super) fn read(json: &str, event_type: &str) -> Result<(String, Vec<String>), String> {
    if json.starts_with('\u{feff}') {
        return Err("it begins with a byte order mark, which JSON has none of: save it as UTF-8 without one"
            .to_owned());
    }
    let schema: Value = serde_json::from_str(json).map_err(|error| format!("it is no JSON: {error}"))?;
    let root = Place(String::new());
    let record = schema.as_object().ok_or_else(|| root.wrong("it is no record"))?;
    if record.get("type").and_then(Value::as_str) != Some("record") {
        return Err(root.key("type").wrong("it is no record"));
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

/// A place in the JSON, as in `fields[0].type.items`.
struct Place(String);

impl Place {
    fn key(&self, key: &str) -> Self {
        let dot = if self.0.is_empty() { "" } else { "." };
        Self(format!("{}{dot}{key}", self.0))
    }

    fn item(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    fn wrong(&self, what: &str) -> String {
        if self.0.is_empty() { what.to_owned() } else { format!("{what} at `{}`", self.0) }
    }

    /// Refuses attributes that would be overlooked.
    fn known(&self, object: &Map<String, Value>, known: &[&str]) -> Result<(), String> {
        match object.keys().find(|key| !known.contains(&key.as_str())) {
            Some(unknown) => {
                Err(self.key(unknown).wrong(&format!("contracts have no attribute `{unknown}`")))
            }
            None => Ok(()),
        }
    }

    fn name<'a>(&self, object: &'a Map<String, Value>) -> Result<&'a str, String> {
        let name = object.get("name").and_then(Value::as_str).filter(|name| is_name(name));
        name.ok_or_else(|| self.key("name").wrong("there is no Avro name"))
    }
}

fn is_name(name: &str) -> bool {
    let is_word = |one: char| one.is_ascii_alphanumeric() || one == '_';
    name.starts_with(|first: char| is_word(first) && !first.is_ascii_digit()) && name.chars().all(is_word)
}

/// The records that were defined so far.
struct Records<'a> {
    namespace: &'a str,
    names: Vec<String>,
}

impl Records<'_> {
    /// `(user:UserData(id:long) mode:string)`
    fn fields(
        &mut self,
        record: &Map<String, Value>,
        place: &Place,
        names: &mut Vec<String>,
    ) -> Result<String, String> {
        let place = place.key("fields");
        let fields = record.get("fields").and_then(Value::as_array);
        let fields = fields.ok_or_else(|| place.wrong("there is no list of fields"))?;
        let mut texts = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            let place = place.item(index);
            let field = field.as_object().ok_or_else(|| place.wrong("there is no field"))?;
            place.known(field, &["name", "type", "default", "doc"])?;
            let name = place.name(field)?;
            if names.iter().any(|other| other == name) {
                return Err(place.key("name").wrong(&format!("there is a second field `{name}`")));
            }
            names.push(name.to_owned());
            texts.push(format!("{name}:{}", self.field_type(field, &place)?));
        }
        Ok(format!("({})", texts.join(" ")))
    }

    /// A type, with the default that an optional one has.
    fn field_type(&mut self, field: &Map<String, Value>, place: &Place) -> Result<String, String> {
        let place = place.key("type");
        let ty = field.get("type").ok_or_else(|| place.wrong("there is no type"))?;
        let optional = match ty.as_array().map(Vec::as_slice) {
            Some([Value::String(null), some]) if null == "null" && !some.is_array() => Some(some),
            _ => None,
        };
        let text = match optional {
            Some(some) => self.ty(some, &place.item(1))?,
            None => self.ty(ty, &place)?,
        };
        Ok(match (optional, field.get("default")) {
            (Some(_), Some(Value::Null)) => format!("?{text}"),
            (None, None) => text,
            (_, None) => other(&format!("{} without a default", short(ty))),
            (_, Some(default)) => other(&format!("{} with the default {}", short(ty), short(default))),
        })
    }

    fn ty(&mut self, ty: &Value, place: &Place) -> Result<String, String> {
        match ty {
            Value::String(name) => self.named(name, place),
            Value::Array(branches) => {
                for (index, branch) in branches.iter().enumerate() {
                    self.ty(branch, &place.item(index))?;
                }
                Ok(other(&short(ty)))
            }
            Value::Object(object) => self.complex(ty, object, place),
            _ => Err(place.wrong("there is no type")),
        }
    }

    fn named(&self, name: &str, place: &Place) -> Result<String, String> {
        let short_name = name.strip_prefix(self.namespace).and_then(|name| name.strip_prefix('.'));
        let short_name = short_name.unwrap_or(name);
        match name {
            "boolean" | "long" | "double" | "string" | "bytes" => Ok(name.to_owned()),
            "null" | "int" | "float" => Ok(other(name)),
            _ if self.names.iter().any(|known| known == short_name) => Ok(format!("@{short_name}")),
            _ => Err(place.wrong(&format!("`{name}` is no type, and no record was defined under that name"))),
        }
    }

    fn complex(&mut self, ty: &Value, object: &Map<String, Value>, place: &Place) -> Result<String, String> {
        let part = |key: &str| {
            place.known(object, &["type", key])?;
            object.get(key).ok_or_else(|| place.key(key).wrong(&format!("there are no {key}")))
        };
        let kind = object.get("type").ok_or_else(|| place.key("type").wrong("there is no type"))?;
        match kind.as_str() {
            Some("array") => Ok(format!("[{}", self.ty(part("items")?, &place.key("items"))?)),
            Some("map") => Ok(format!("{{{}", self.ty(part("values")?, &place.key("values"))?)),
            Some("record") => {
                place.known(object, &["name", "type", "doc", "fields"])?;
                let name = self.define(object, place)?;
                Ok(format!("{name}{}", self.fields(object, place, &mut Vec::new())?))
            }
            Some(kind @ ("enum" | "fixed")) => Ok(other(&format!("{kind} {}", self.define(object, place)?))),
            // `{"type": "string"}` is `"string"`; with a logical type it is another one.
            _ => {
                let text = self.ty(kind, &place.key("type"))?;
                Ok(if object.len() == 1 { text } else { other(&short(ty)) })
            }
        }
    }

    fn define<'a>(&mut self, object: &'a Map<String, Value>, place: &Place) -> Result<&'a str, String> {
        let name = place.name(object)?;
        if self.names.iter().any(|other| other == name) {
            return Err(place.key("name").wrong(&format!("there is a second record `{name}`")));
        }
        self.names.push(name.to_owned());
        Ok(name)
    }
}

/// Words in place of a type: `!` ends them.
fn other(words: &str) -> String {
    format!("!{}!", words.replace('!', "."))
}

/// JSON as it fits into a message.
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
