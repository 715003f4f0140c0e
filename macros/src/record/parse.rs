//! From syntax to the model.
//!
//! ```text
//! #[payload(pii, default, default = expression, allow(rule, reason = "…"))]
//! ```
//!
//! on a field, or the same with `event`.

use quote::ToTokens;
use syn::{Attribute, Fields, Item, ItemStruct, Meta, Type, ext::IdentExt};

use super::{
    Default, Docs, Field, attributes::serde_attribute, find_borrow, find_no_value, first_word, is_named,
};
use crate::{
    args::{self, Known},
    diagnostics::{Problem, Problems},
    rules::{self, Rule},
    waivers::Waivers,
};

const OWN_THE_DATA: &str = "own the data: `String` for `&str`, `Vec<_>` for a slice";

/// The struct, if the item has the shape of a record; `rule` refuses any other.
pub(crate) fn check_shape<'a>(
    item: &'a Item,
    kind: &str,
    rule: &'static Rule,
    problems: &mut Problems,
) -> Option<&'a ItemStruct> {
    let mut refuse = |at: &dyn ToTokens, what: &str, help: &str| {
        let what = format!("{kind} cannot be {what}");
        problems.push(Problem::of(rule, &at.to_token_stream(), what).help(help));
        None
    };
    let item = match item {
        Item::Struct(item) => item,
        Item::Enum(item) => {
            return refuse(
                &item.enum_token,
                "an enum",
                "write a struct with named fields; for one of several texts, a `String` field",
            );
        }
        Item::Union(item) => return refuse(&item.union_token, "a union", "write a struct with named fields"),
        other => {
            return refuse(
                &first_word(other.to_token_stream()),
                "anything but a struct",
                "put the attribute on a struct with named fields",
            );
        }
    };
    match &item.fields {
        Fields::Named(fields) if fields.named.is_empty() => {
            return refuse(&item.ident, "empty", "add a field: a record without any tells nothing");
        }
        Fields::Named(_) => {}
        Fields::Unnamed(fields) => {
            return refuse(
                fields,
                "a tuple struct",
                "name the fields, as in `{ pub course_key: CourseKey }`",
            );
        }
        Fields::Unit => return refuse(&item.ident, "a unit struct", "give it named fields"),
    }
    if !item.generics.params.is_empty() {
        let lifetime = matches!(item.generics.params.first(), Some(syn::GenericParam::Lifetime(_)));
        return if lifetime {
            refuse(&item.generics, "borrowed", OWN_THE_DATA)
        } else {
            refuse(&item.generics, "generic", "write the types out: the schema has no parameters")
        };
    }
    if let Some(clause) = &item.generics.where_clause {
        return refuse(clause, "generic", "remove the `where` clause");
    }
    if !item.ident.unraw().to_string().is_ascii() {
        return refuse(
            &item.ident,
            "called that, since Avro names are ASCII",
            "name it with letters from `A` to `Z`, digits and underscores",
        );
    }
    Some(item)
}

/// The fields; `attribute` is `payload` or `event`.
pub(crate) fn parse_fields<'a>(
    item: &'a ItemStruct,
    attribute: &str,
    all_pii: bool,
    problems: &mut Problems,
) -> Vec<Field<'a>> {
    let mut fields = Vec::new();
    for (index, source) in item.fields.iter().enumerate() {
        // Every field of a struct with named fields has a name.
        let Some(ident) = &source.ident else { continue };
        let mut field = Field {
            ident,
            index,
            name: ident.unraw().to_string(),
            vis: &source.vis,
            ty: &source.ty,
            docs: Docs::of(&source.attrs),
            attributes: Vec::new(),
            pii: all_pii,
            default: None,
            waivers: Waivers::default(),
            is_refused: false,
        };
        for one in &source.attrs {
            if is_named(one, attribute) {
                field.parse_attribute(one, attribute, problems);
            } else if one.path().is_ident("cfg") || one.path().is_ident("cfg_attr") {
                let what = format!("field `{}` is not there in every build", field.name);
                problems.push(
                    Problem::of(&rules::FIELD_CFG, one, what).help(
                        "keep the field in every build; make it an `Option` if it has no value in some",
                    ),
                );
            } else if one.path().is_ident("serde") {
                problems.push(serde_attribute(one));
            } else if is_named(one, "payload") || is_named(one, "event") {
                let other = if attribute == "event" { "payload" } else { "event" };
                let what = format!("`#[{other}(…)]` does not go on a field of `#[{attribute}]`");
                let help = format!("write `{attribute}` in place of `{other}`");
                problems.push(Problem::new(one.path(), what).help(help));
            } else {
                field.attributes.push(one);
            }
        }
        check_field(&field, problems);
        fields.push(field);
    }
    fields
}

impl Field<'_> {
    fn parse_attribute(&mut self, attribute: &Attribute, name: &str, problems: &mut Problems) {
        let Meta::List(list) = &attribute.meta else {
            problems.push(
                Problem::new(attribute, format!("`#[{name}]` on a field needs an argument"))
                    .help(format!("write `#[{name}(pii)]` or `#[{name}(default)]`")),
            );
            return;
        };
        let label = format!("`#[{name}(…)]` on a field");
        let mut known = Known::new(&label, &["pii", "default", "allow"]);
        for arg in args::parse(list.tokens.clone(), problems) {
            if !known.accept(&arg, problems) {
                continue;
            }
            match arg.name.to_string().as_str() {
                "pii" => self.pii |= arg.flag(problems),
                "allow" => arg.waiver(&mut self.waivers, problems),
                _ => {
                    let expression = match &arg.value {
                        args::Value::Flag => None,
                        _ => arg
                            .expression("a value", "default = expression", problems)
                            .map(ToTokens::to_token_stream),
                    };
                    let span = arg.name.span();
                    self.default = Some(Default { expression, span });
                }
            }
        }
    }
}

fn check_field(field: &Field<'_>, problems: &mut Problems) {
    if !field.docs.exist {
        let what = format!("field `{}` is not documented", field.name);
        problems.push(
            Problem::of(&rules::FIELD_UNDOCUMENTED, field.ident, what)
                .help("add a `/// …` comment that says what it holds"),
        );
    }
    if field.name.starts_with("__") {
        let what = format!("field `{}` begins with two underscores", field.name);
        problems.push(Problem::of(&rules::FIELD_RESERVED, field.ident, what).help(format!(
            "call it `{}`: such names are those of generated code",
            field.name.trim_start_matches('_')
        )));
    }
    if !field.name.is_ascii() {
        let what = format!("field `{}` has a name that is not ASCII", field.name);
        problems.push(
            Problem::of(&rules::FIELD_RESERVED, field.ident, what).help(
                "name it with letters from `a` to `z`, digits and underscores: Avro has no other names",
            ),
        );
    }
}

/// What an event holds is its own; what stays in the process may be a `&'static`.
pub(crate) fn check_owned(field: &Field<'_>, is_local: bool, problems: &mut Problems) {
    if let Some((at, why)) = find_no_value(field.ty) {
        let what = format!("field `{}` {why}, and so cannot be stored", field.name);
        let help = match at {
            Type::TraitObject(_) => "write the type that it has, or a `#[payload]` struct",
            Type::Never(_) => "remove the field",
            _ => OWN_THE_DATA,
        };
        problems.push(Problem::of(&rules::FIELD_TYPE, at, what).help(help));
    }
    let Some(borrow) = find_borrow(field.ty, is_local) else {
        return;
    };
    let (what, help) = if borrow.mutability.is_some() {
        (format!("field `{}` could be changed, but payloads are frozen", field.name), "hold the value itself")
    } else {
        (format!("field `{}` borrows its value", field.name), OWN_THE_DATA)
    };
    problems.push(Problem::of(&rules::FIELD_TYPE, borrow, what).help(help));
}
