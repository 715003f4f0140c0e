//! The arguments, and what they stand on.
//!
//! ```text
//! #[payload(pii, crate = path)]
//! ```

use proc_macro2::TokenStream;
use syn::{Item, ItemStruct, Type, ext::IdentExt};

use crate::{
    args::{self, Known},
    diagnostics::{Problem, Problems},
    record::{self, Attributes, Docs, Field},
    rules,
    runtime_path::RuntimePath,
};

/// A payload as the expansion needs it.
pub(crate) struct Payload<'a> {
    pub(crate) item: &'a ItemStruct,
    pub(crate) path: RuntimePath,
    pub(crate) attributes: Attributes<'a>,
    pub(crate) fields: Vec<Field<'a>>,
}

/// `None` where the item has not the shape of a payload.
pub(crate) fn parse<'a>(
    arguments: TokenStream,
    item: &'a Item,
    problems: &mut Problems,
) -> Option<Payload<'a>> {
    let mut path = RuntimePath::default();
    let mut all_pii = false;
    let mut known = Known::new("`#[payload]`", &["pii", "crate"]);
    for arg in args::parse(arguments, problems) {
        if known.accept(&arg, problems) {
            match arg.name.to_string().as_str() {
                "pii" => all_pii = arg.flag(problems),
                _ => path.set(arg.path("crate = path::to::openedx_events", problems)),
            }
        }
    }

    let item = record::check_shape(item, "a payload", &rules::PAYLOAD_SHAPE, problems)?;
    let docs = Docs::of(&item.attrs);
    if !docs.exist {
        let what = format!("payload `{}` is not documented", item.ident);
        problems.push(
            Problem::of(&rules::EVENT_UNDOCUMENTED, &item.ident, what)
                .help("add a `/// …` comment that says what it describes"),
        );
    }
    let attributes = Attributes::parse(item, "#[payload]", problems);
    let fields = record::parse_fields(item, "payload", all_pii, problems);
    let mut contains_itself = false;
    for field in &fields {
        check_builder_name(field, problems);
        contains_itself |= check_recursion(item, field, problems);
        field.waivers.check_needed(problems);
    }
    (!contains_itself).then_some(Payload {
        item,
        path,
        attributes,
        fields,
    })
}

/// The builder's own method would be hidden by the setter.
fn check_builder_name(field: &Field<'_>, problems: &mut Problems) {
    if field.name == "build" {
        problems.push(
            Problem::of(
                &rules::FIELD_RESERVED,
                field.ident,
                "field `build` has the name of the builder's last method",
            )
            .help("name it after what it holds, as in `build_number`"),
        );
    }
}

/// A payload that names itself: the schemas of such types would not even compile to a message. What leads
/// back through other payloads is found by `assert_field`.
fn check_recursion(item: &ItemStruct, field: &Field<'_>, problems: &mut Problems) -> bool {
    let Some(at) = mention(field.ty, &item.ident) else {
        return false;
    };
    let what = format!(
        "payload `{}` contains itself through its field `{}`",
        item.ident.unraw(),
        field.name
    );
    problems.push(
        Problem::of(&rules::RECORD_RECURSIVE, &at, what).help("refer to the other value by its key or id"),
    );
    true
}

/// Where `ty` says `Self` or the struct's name.
fn mention(ty: &Type, ident: &syn::Ident) -> Option<syn::Ident> {
    let path = match ty {
        Type::Path(path) => &path.path,
        Type::Group(group) => return mention(&group.elem, ident),
        Type::Paren(paren) => return mention(&paren.elem, ident),
        Type::Array(array) => return mention(&array.elem, ident),
        Type::Slice(slice) => return mention(&slice.elem, ident),
        Type::Reference(reference) => return mention(&reference.elem, ident),
        Type::Tuple(tuple) => return tuple.elems.iter().find_map(|part| mention(part, ident)),
        _ => return None,
    };
    if let Some(only) = path.get_ident()
        && (only == ident || only == "Self")
    {
        return Some(only.clone());
    }
    path.segments.iter().find_map(|segment| match &segment.arguments {
        syn::PathArguments::AngleBracketed(arguments) => {
            arguments.args.iter().find_map(|argument| match argument {
                syn::GenericArgument::Type(ty) => mention(ty, ident),
                _ => None,
            })
        }
        _ => None,
    })
}
