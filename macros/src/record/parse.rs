//! From syntax to the model.
//!
//! ```text
//! #[payload(pii, default, default = expression, allow(rule, reason = "…"))]
//! ```
//!
//! on a field, or the same with `event`.

use proc_macro2::Span;
use quote::{ToTokens, quote};
use syn::{Attribute, Fields, Item, ItemStruct, Meta, ext::IdentExt, spanned::Spanned};

use super::{
    Default, Docs, Field,
    attributes::serde_attribute,
    docs::conditional,
    first_word, is_named,
    refused::{OWN_THE_DATA, refusal},
};
use crate::{
    args::{self, Known},
    diagnostics::{Problem, Problems},
    rules::{self, Rule},
    waivers::{Place, Waivers, take_lint},
};

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
    let place = if attribute == "event" { Place::DataKey } else { Place::PayloadField };
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
        let label = format!("`#[{attribute}(…)]` on a field");
        // An argument is given once, in whichever of the attributes.
        let mut known = Known::new(&label, ARGUMENTS);
        for one in &source.attrs {
            if take_lint(one, place, &mut field.waivers, problems) {
                // It is one of ours, and was refused.
            } else if is_named(one, attribute) {
                field.parse_attribute(one, place, &mut known, problems);
            } else if one.path().is_ident("serde") || is_of_serde(one) {
                problems.push(serde_attribute(one));
            } else if is_condition(one) {
                let what = format!("field `{}` is not there in every build", field.name);
                problems.push(
                    Problem::of(&rules::FIELD_CFG, one, what).help(
                        "keep the field in every build; make it an `Option` if it has no value in some",
                    ),
                );
                // Builds without it are no second mistake.
                field.leave_out(one.span());
            } else if let Some(name) =
                ARGUMENTS.iter().find(|name| one.path().is_ident(name) && **name != "allow")
            {
                field.bare_attribute(one, name, attribute, problems);
            } else if is_named(one, "payload") || is_named(one, "event") {
                let other = if attribute == "event" { "payload" } else { "event" };
                let what = format!("`#[{other}(…)]` does not go on a field of `#[{attribute}]`");
                let help = format!("write `{attribute}` in place of `{other}`");
                problems.push(Problem::new(one.path(), what).help(help));
            } else {
                field.attributes.push(one);
            }
        }
        // Then the rule is what the waiver was refused for.
        field.is_refused = field.waivers.are_types_refused();
        check_field(&field, problems);
        fields.push(field);
    }
    fields
}

const ARGUMENTS: &[&str] = &["pii", "default", "allow"];

/// Whether the attribute can take the field away, or bring something that has a say in its schema.
fn is_condition(attribute: &Attribute) -> bool {
    const HARMLESS: &[&str] = &["doc", "allow", "warn", "deny", "forbid", "expect", "deprecated"];
    let is_harmless = |meta: &Meta| HARMLESS.iter().any(|name| meta.path().is_ident(name));
    attribute.path().is_ident("cfg")
        || (attribute.path().is_ident("cfg_attr")
            && !conditional(attribute).is_some_and(|inner| inner.iter().all(is_harmless)))
}

/// Whether it is one of serde's attributes, under a condition.
fn is_of_serde(attribute: &Attribute) -> bool {
    conditional(attribute).is_some_and(|inner| inner.iter().any(|meta| meta.path().is_ident("serde")))
}

impl Field<'_> {
    /// `#[pii]` in place of `#[payload(pii)]`.
    fn bare_attribute(&mut self, attribute: &Attribute, name: &str, owner: &str, problems: &mut Problems) {
        let inner = attribute.meta.to_token_stream();
        let what = format!("`{name}` is no attribute of its own");
        let help = format!("write `#[{owner}({})]`", inner.to_string().replace(" (", "("));
        problems.push(Problem::new(attribute, what).help(help));
        match name {
            "pii" => self.pii = true,
            _ => self.leave_out(attribute.span()),
        }
    }

    /// After a mistake: whoever builds the struct can do without the field.
    fn leave_out(&mut self, span: Span) {
        let expression = Some(quote!(::core::unreachable!()));
        self.default.get_or_insert(Default { expression, span });
    }

    fn parse_attribute(
        &mut self,
        attribute: &Attribute,
        place: Place,
        known: &mut Known<'_>,
        problems: &mut Problems,
    ) {
        let name = if place == Place::DataKey { "event" } else { "payload" };
        let Meta::List(list) = &attribute.meta else {
            problems.push(
                Problem::new(attribute, format!("`#[{name}]` on a field needs an argument"))
                    .help(format!("write `#[{name}(pii)]` or `#[{name}(default)]`")),
            );
            return;
        };
        for arg in args::parse(list.tokens.clone(), problems) {
            if !known.accept(&arg, problems) {
                let written = arg.name.to_string();
                if args::meant(&written, ARGUMENTS) == Some("default") {
                    self.leave_out(arg.name.span());
                }
                continue;
            }
            match arg.name.to_string().as_str() {
                "pii" => self.pii |= arg.flag(problems),
                "allow" => arg.waiver(place, &mut self.waivers, problems),
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
    if let Some(refusal) = refusal(field.ty, is_local) {
        let what = format!("field `{}` {}", field.name, refusal.what);
        let problem = if refusal.is_of_rule {
            Problem::of(&rules::FIELD_TYPE, &refusal.at, what)
        } else {
            Problem::new(&refusal.at, what)
        };
        let problem = match refusal.why {
            Some(why) => problem.note(why),
            None => problem,
        };
        problems.push(problem.help(refusal.help));
    }
}
