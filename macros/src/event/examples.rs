//! Examples of arguments that fit an event.

use syn::{Ident, Item, ItemStruct, Type, ext::IdentExt};

use crate::{event_type::subject_and_action, names};

/// Examples of arguments that fit the name of the struct.
pub(super) struct Examples {
    pub(super) event_type: String,
    pub(super) name: String,
    pub(super) key: String,
}

impl Examples {
    pub(super) fn for_item(item: &Item) -> Self {
        let name = match item {
            Item::Struct(item) => names::constant_name(&item.ident.unraw().to_string()),
            _ => String::new(),
        };
        let name = if names::is_constant(&name) { name } else { "COURSE_ENROLLMENT_CREATED".to_owned() };
        let version = names::split_version(&name).1.unwrap_or("1");
        let event_type = format!("type = \"com.example.learning.{}.v{version}\"", subject_and_action(&name));
        let key = match item {
            Item::Struct(item) => example_key(item),
            _ => None,
        };
        let key = key.map_or_else(|| EXAMPLE_KEY.to_owned(), |key| format!("key = {key}"));
        Self { event_type, name: format!("name = \"{name}\""), key }
    }
}

pub(super) const EXAMPLE_KEY: &str = "key = enrollment.course.course_key";

/// Returns a data key that can be a key, judging by the name of its type.
fn example_key(item: &ItemStruct) -> Option<&Ident> {
    let can_be_key = |ty: &Type| match ty {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            let name = last.ident.to_string();
            ["String", "Uuid", "i64", "i32", "i16", "u32", "u16"].contains(&name.as_str())
                || ["Key", "Locator"].iter().any(|end| name.ends_with(end))
        }),
        _ => false,
    };
    item.fields.iter().find(|field| can_be_key(&field.ty))?.ident.as_ref()
}
