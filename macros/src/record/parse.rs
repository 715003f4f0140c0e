//! Turns the syntax of a struct into the model.
//!
//! ```text
//! #[payload(pii, default, default = expression, allow(rule, reason = "…"))]
//! ```
//!
//! on a field, or the same with `event`.

use proc_macro2::Span;
use quote::{ToTokens, format_ident, quote};
use syn::{Attribute, Expr, Fields, Item, ItemStruct, Meta, ext::IdentExt, spanned::Spanned};

use super::{
    Attributes, DefaultValue, Docs, Field, Owner, Record,
    alias::{Alias, is_well_known},
    attributes::serde_attribute,
    docs::is_doc,
    refused::{OWN_THE_DATA, refusal},
    types::{find_recursion, name_self},
};
use crate::{
    args::{self, KnownArguments, hints},
    diagnostics::Problems,
    record_kind::RecordKind,
    rules,
    syntax::{conditional, first_word, is_condition, is_named},
    waivers::{Place, Waivers, refuse_lint},
};

/// Returns the struct if the item has the shape of a record.
pub(crate) fn check_shape<'a>(
    item: &'a Item,
    kind: RecordKind,
    problems: &mut Problems,
) -> Option<&'a ItemStruct> {
    let mut refuse = |at: &dyn ToTokens, what: &str, help: &str| {
        let what = format!("{} {what}", kind.with_article());
        problems.refuse(kind.shape_rule(), &at.to_token_stream(), what, help);
        None
    };
    let item = match item {
        Item::Struct(item) => item,
        Item::Enum(item) => {
            return refuse(
                &item.enum_token,
                "cannot be an enum",
                "write a struct with named fields; the type of a field can be a `#[payload]` enum",
            );
        }
        Item::Union(item) => {
            return refuse(&item.union_token, "cannot be a union", "write a struct with named fields");
        }
        other => {
            return refuse(
                &first_word(other.to_token_stream()),
                "must be a struct",
                "put the attribute on a struct with named fields",
            );
        }
    };
    match &item.fields {
        Fields::Named(fields) if fields.named.is_empty() => {
            return refuse(&item.ident, "needs at least one field", "add a field");
        }
        Fields::Named(_) => {}
        Fields::Unnamed(fields) => {
            let help = match kind {
                RecordKind::Payload if fields.unnamed.len() == 1 => {
                    "name the field, as in `{ pub course_key: CourseKey }`, or write `#[payload(text)]` if it is a string on the wire"
                }
                _ => "name the fields, as in `{ pub course_key: CourseKey }`",
            };
            return refuse(fields, "cannot be a tuple struct", help);
        }
        Fields::Unit => return refuse(&item.ident, "cannot be a unit struct", "add named fields"),
    }
    if !item.generics.params.is_empty() {
        let lifetime = matches!(item.generics.params.first(), Some(syn::GenericParam::Lifetime(_)));
        return if lifetime {
            refuse(&item.generics, "cannot borrow its data", OWN_THE_DATA)
        } else {
            let help = "write the types of the fields: a schema has no type parameters";
            refuse(&item.generics, "cannot be generic", help)
        };
    }
    if let Some(clause) = &item.generics.where_clause {
        return refuse(clause, "cannot be generic", "remove the `where` clause");
    }
    // The name of an event is not on the wire.
    if kind == RecordKind::Payload && !item.ident.unraw().to_string().is_ascii() {
        return refuse(
            &item.ident,
            "must have an ASCII name, because Avro names are ASCII",
            "use letters from `A` to `Z`, digits and underscores",
        );
    }
    Some(item)
}

impl<'a> Record<'a> {
    /// Parses the struct. In a local-only event (`is_local`), types need no wire form. `waivers` are those in the
    /// attribute.
    pub(crate) fn parse(
        item: &'a ItemStruct,
        kind: RecordKind,
        is_local: bool,
        all_pii: bool,
        waivers: &mut Waivers,
        problems: &mut Problems,
    ) -> Self {
        let owner = match kind {
            RecordKind::Payload => Owner::Payload,
            RecordKind::Event if is_local => Owner::LocalEvent,
            RecordKind::Event => Owner::Event,
        };
        let attributes = Attributes::parse(&item.attrs, owner, waivers, problems);
        let mut fields = parse_fields(item, kind, is_local, all_pii, problems);
        for field in &mut fields {
            field.waivers.take_misplaced(waivers);
            field.is_type_reported |= waivers.are_types_refused();
        }
        let holder = match kind {
            RecordKind::Payload => format_ident!("{}Fields", item.ident),
            RecordKind::Event => item.ident.clone(),
        };
        Self { kind, item, holder, attributes, docs: Docs::of(&item.attrs), fields }
    }
}

fn parse_fields<'a>(
    item: &'a ItemStruct,
    kind: RecordKind,
    is_local: bool,
    all_pii: bool,
    problems: &mut Problems,
) -> Vec<Field<'a>> {
    let (attribute, place) = (kind.attribute(), Place::Field(kind));
    let mut fields = Vec::new();
    for (index, source) in item.fields.iter().enumerate() {
        // Every field of a struct with named fields has a name.
        let Some(ident) = &source.ident else { continue };
        let mut ty = source.ty.clone();
        // The types of a local event are not checked, so its simple types could be others.
        let alias = if is_local { Alias::new(index) } else { Alias::of(&ty, index, &fields) };
        // A simple type has no part to refuse, and leads to the record only if the record hides a standard type.
        let is_searched = !alias.is_simple() || is_well_known(&item.ident);
        if is_searched {
            name_self(&mut ty, &item.ident);
        }
        let recursion = || find_recursion(&ty, &item.ident, kind).cloned();
        let mut field = Field {
            ident,
            text: ident.to_string(),
            index,
            name: ident.unraw().to_string(),
            vis: &source.vis,
            refusal: if is_searched { refusal(&ty, is_local) } else { None },
            recursion: if is_searched && !is_local { recursion() } else { None },
            alias,
            ty,
            is_type_reported: false,
            docs: Docs::of(&source.attrs),
            attributes: Vec::new(),
            pii: all_pii,
            default: None,
            waivers: Waivers::default(),
        };
        let label = format!("`#[{attribute}(…)]` on a field");
        // An argument is given once, even if the field has several attributes.
        let hint = match kind {
            RecordKind::Payload => hints::of_field,
            RecordKind::Event => hints::of_data_key,
        };
        let mut known = KnownArguments::new(&label, ARGUMENTS, hint);
        for one in &source.attrs {
            if is_doc(one) {
                field.attributes.push(one);
                continue;
            }
            if refuse_lint(one, place, &mut field.waivers, problems) {
                continue;
            }
            if is_named(one, attribute) {
                field.parse_attribute(one, kind, &mut known, problems);
            } else if one.path().is_ident("serde") || find_conditional(one, "serde").is_some() {
                problems.push(serde_attribute(one));
            } else if is_condition(one) {
                let what = format!("field `{}` is missing in some builds", field.name);
                let help = "keep the field in every build; make it an `Option` if some builds have no value";
                problems.refuse(&rules::FIELD_CFG, one, what, help);
                // A builder that leaves it out would be a second error.
                field.make_optional(one.span());
            } else if let Some(meta) = find_conditional(one, attribute) {
                let written = meta.to_token_stream().to_string().replace(" (", "(");
                let what = format!("`#[{written}]` on field `{}` applies only in some builds", field.name);
                problems.refuse(
                    &rules::FIELD_CFG,
                    one,
                    what,
                    format!("write `#[{written}]`, without a condition"),
                );
                field.make_optional(one.span());
            } else if let Some(name) =
                ARGUMENTS.iter().find(|name| one.path().is_ident(name) && **name != "allow")
            {
                field.bare_attribute(one, name, attribute, problems);
            } else if is_named(one, kind.other().attribute()) {
                let other = kind.other().attribute();
                let what = format!("`#[{other}(…)]` does not belong on a field of `#[{attribute}]`");
                problems.mistake(one.path(), what, format!("replace `{other}` with `{attribute}`"));
            } else {
                field.attributes.push(one);
            }
        }
        if let Some((_, value)) = &source.default {
            field.refuse_default(value, attribute, problems);
        }
        field.is_type_reported |= field.waivers.are_types_refused();
        fields.push(field);
    }
    fields
}

const ARGUMENTS: &[&str] = &["pii", "default", "allow"];

/// Returns the attribute called `name` in a `cfg_attr`.
pub(crate) fn find_conditional(attribute: &Attribute, name: &str) -> Option<Meta> {
    let is_meant = |meta: &Meta| meta.path().segments.last().is_some_and(|last| last.ident == name);
    conditional(attribute)?.into_iter().find(is_meant)
}

impl Field<'_> {
    /// Refuses `#[pii]` in place of `#[payload(pii)]`.
    fn bare_attribute(&mut self, attribute: &Attribute, name: &str, owner: &str, problems: &mut Problems) {
        let inner = attribute.meta.to_token_stream();
        let what = format!("`{name}` is not an attribute on its own");
        let help = format!("write `#[{owner}({})]`", inner.to_string().replace(" (", "("));
        problems.mistake(attribute, what, help);
        match name {
            "pii" => self.pii = true,
            _ => self.make_optional(attribute.span()),
        }
    }

    /// Refuses `pub copies: u32 = 1`, the compiler's own syntax of default values, which is unstable.
    fn refuse_default(&mut self, value: &Expr, owner: &str, problems: &mut Problems) {
        let what = format!("the default value of field `{}` is not in an attribute", self.name);
        let help = format!("write `#[{owner}(default = {})]` above the field", value.to_token_stream());
        problems.mistake(value, what, help);
        self.make_optional(value.span());
    }

    /// Lets builders leave out the field after a mistake.
    fn make_optional(&mut self, span: Span) {
        let expression = Some(quote!(::core::unreachable!()));
        self.default.get_or_insert(DefaultValue { expression, span });
    }

    fn parse_attribute(
        &mut self,
        attribute: &Attribute,
        kind: RecordKind,
        known: &mut KnownArguments<'_>,
        problems: &mut Problems,
    ) {
        let Meta::List(list) = &attribute.meta else {
            let name = kind.attribute();
            let what = format!("`#[{name}]` on a field needs an argument");
            problems.mistake(attribute, what, format!("write `#[{name}(pii)]` or `#[{name}(default)]`"));
            return;
        };
        let before = problems.len();
        let args = args::parse(list.tokens.clone(), problems);
        if problems.len() > before {
            // The user may have meant `default`.
            self.make_optional(attribute.span());
        }
        for arg in args {
            if !known.accept(&arg, problems) {
                // The user may have meant `default`.
                self.make_optional(arg.name.span());
                // The wire form of its type would be a second error.
                self.is_type_reported |= arg.name == "text";
                arg.mistaken_waiver(&mut self.waivers);
                continue;
            }
            match arg.name.to_string().as_str() {
                "pii" => self.pii |= arg.flag(problems),
                "allow" => arg.waiver(Place::Field(kind), &mut self.waivers, problems),
                _ => {
                    let expression = match &arg.value {
                        args::ArgValue::Flag => None,
                        _ => arg
                            .expression("a value", "default = expression", problems)
                            .map(ToTokens::to_token_stream),
                    };
                    let span = arg.name.span();
                    self.default = Some(DefaultValue { expression, span });
                }
            }
        }
    }
}
