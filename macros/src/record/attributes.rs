//! The attributes of a struct that are not ours: which go where.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, Field, Item, ItemStruct, Meta, Path, Token, Visibility,
    parse::{ParseStream, Parser},
    parse_quote,
    punctuated::Punctuated,
};

use super::{
    above::derives_above,
    refused::{refusal, stand_in},
    types::find_mention,
};

use crate::{
    args::list,
    diagnostics::{Problem, Problems},
    rules,
    waivers::{Place, Waivers, take_lint},
};

/// The attributes of a struct, sorted.
#[derive(Default)]
pub(crate) struct Attributes<'a> {
    /// Derives without those that the macro implements itself.
    pub(crate) derives: Vec<Path>,
    /// `#[allow(…)]` and its like. An `#[expect(…)]` is among them as an `#[allow(…)]`: what it expects may be
    /// found in one of several items only.
    pub(crate) lints: Vec<Attribute>,
    /// All others, documentation included.
    pub(crate) others: Vec<&'a Attribute>,
    /// What the macro implements, and is derived already.
    pub(crate) above: Vec<String>,
}

impl<'a> Attributes<'a> {
    /// Takes out the derives of what the macro implements, and refuses those of what it gives a meaning of its
    /// own: in a local-only event that is only `Debug`.
    pub(crate) fn parse(
        item: &'a ItemStruct,
        attribute: &str,
        local_only: bool,
        waivers: &mut Waivers,
        problems: &mut Problems,
    ) -> Self {
        let implemented = if local_only { &["Debug"][..] } else { IMPLEMENTED };
        let place = if attribute == "#[event]" { Place::Event } else { Place::Payload };
        let mut sorted = Self { above: conflicts_above(attribute, implemented, problems), ..Self::default() };
        for one in &item.attrs {
            let path = one.path();
            if path.is_ident("derive") {
                match one.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated) {
                    Ok(paths) => {
                        sorted.derives.extend(
                            paths.into_iter().filter(|path| !is_ours(path, attribute, implemented, problems)),
                        );
                    }
                    Err(error) => problems.error(error),
                }
            } else if take_lint(one, place, waivers, problems) {
                // It is one of ours, and was refused.
            } else if ["allow", "warn", "deny", "forbid", "expect"].iter().any(|name| path.is_ident(name)) {
                sorted.lints.push(allow_expected(one));
            } else if path.is_ident("serde") {
                problems.push(serde_attribute(one));
            } else if attribute == "#[event]" && path.is_ident("deprecated") {
                problems.push(deprecated_attribute(one));
            } else if path.is_ident("repr") && place == Place::Payload {
                let what = "`#[repr(…)]` beside `#[payload]` has nothing to lay out: the fields are in another struct";
                problems.push(Problem::new(one, what).help("remove it"));
            } else if is_named(one, "receiver") {
                let what = "`#[receiver(…)]` stands on the function that receives the event, not on a struct";
                problems.push(Problem::new(&path, what).help("write `#[receiver(…)] fn …(…) { … }`"));
            } else if is_named(one, "payload") || is_named(one, "event") {
                let what = "a struct has one `#[payload]` or one `#[event]`";
                problems.push(Problem::new(&path, what).help(
                    "remove one of the two: a payload is part of events, and an event is sent as a whole",
                ));
            } else {
                sorted.others.push(one);
            }
        }
        sorted
    }
}

/// `#[expect(…)]` as `#[allow(…)]`, others as they are.
pub(crate) fn allow_expected(attribute: &Attribute) -> Attribute {
    let mut attribute = attribute.clone();
    if let Meta::List(list) = &mut attribute.meta
        && list.path.is_ident("expect")
    {
        list.path = parse_quote!(allow);
    }
    attribute
}

const IMPLEMENTED: &[&str] = &["Clone", "PartialEq", "Debug", "Serialize", "Deserialize"];

/// What is derived above the attribute and breaks with what the macro makes of the struct: also what needs the
/// fields of a payload in the struct itself.
fn conflicts_above(attribute: &str, implemented: &[&str], problems: &mut Problems) -> Vec<String> {
    let is_payload = attribute == "#[payload]";
    let mut above = derives_above();
    above.retain(|name| implemented.contains(&name.as_str()) || (is_payload && name == "Default"));
    if !above.is_empty() {
        let names: Vec<&str> = above.iter().map(String::as_str).collect();
        let what =
            format!("{} cannot be derived above `{attribute}`, which changes the struct", list(&names));
        let help = format!(
            "put `{attribute}` above `#[derive(…)]`, and leave out what it implements: {}",
            list(implemented)
        );
        problems.push(Problem::of(&rules::DERIVE_CONFLICT, &TokenStream::new(), what).help(help));
    }
    above
}

fn is_ours(path: &Path, attribute: &str, implemented: &[&str], problems: &mut Problems) -> bool {
    let Some(last) = path.segments.last() else {
        return false;
    };
    let name = last.ident.to_string();
    match name.as_str() {
        name if !implemented.contains(&name) => false,
        "Clone" | "PartialEq" => true,
        _ => {
            let what = format!("`{name}` is derived, but `{attribute}` implements it");
            let why = if name == "Debug" {
                "hides personal data"
            } else {
                "is the Avro record dictionary, the JSON that all services share"
            };
            problems.push(
                Problem::of(&rules::DERIVE_CONFLICT, path, what)
                    .help(format!("remove `{name}` from the derives: that of `{attribute}` {why}")),
            );
            true
        }
    }
}

pub(crate) fn serde_attribute(attribute: &impl ToTokens) -> Problem {
    Problem::of(&rules::SERDE_ATTRIBUTE, attribute, "serde's attributes have no meaning here")
        .help("remove it; a type with another form on the wire implements `openedx_events::AvroType`")
}

/// It would be on the struct only.
fn deprecated_attribute(attribute: &Attribute) -> Problem {
    Problem::new(attribute, "`#[deprecated]` beside `#[event]` leaves the event's constant as it was").help(
        "write `deprecated(since = \"…\", note = \"use …_V2\")` in `#[event(…)]`: it goes to both, and to the registry",
    )
}

/// Whether the attribute is `#[name]`, also under a path such as `openedx_events::name`.
pub(crate) fn is_named(attribute: &Attribute, name: &str) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == name)
}

/// The item as it can stand without the macro: our attributes on its fields are taken away, and serde's; types
/// that were refused are replaced by some that the compiler has nothing more to say about.
pub(crate) fn without_attributes(item: &Item, name: &str) -> TokenStream {
    let mut item = item.clone();
    let (ident, generics, attributes, fields): (_, _, &mut Vec<Attribute>, Vec<&mut Field>) = match &mut item
    {
        Item::Struct(item) => {
            (&item.ident, &item.generics, &mut item.attrs, item.fields.iter_mut().collect())
        }
        Item::Union(item) => {
            (&item.ident, &item.generics, &mut item.attrs, item.fields.named.iter_mut().collect())
        }
        Item::Enum(item) => {
            let fields = item.variants.iter_mut().flat_map(|variant| variant.fields.iter_mut());
            (&item.ident, &item.generics, &mut item.attrs, fields.collect())
        }
        other => return other.to_token_stream(),
    };
    attributes.retain(|attribute| !attribute.path().is_ident("serde"));
    for derive in attributes.iter_mut().filter(|attribute| attribute.path().is_ident("derive")) {
        let Ok(paths) = derive.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated) else {
            continue;
        };
        let is_other = |path: &&Path| {
            let last = path.segments.last().map(|last| last.ident.to_string());
            !matches!(last.as_deref(), Some("Serialize" | "Deserialize"))
        };
        let others = paths.iter().filter(is_other);
        *derive = parse_quote!(#[derive(#(#others),*)]);
    }
    // Those have to be used.
    let has_lifetimes = generics.lifetimes().next().is_some();
    for field in fields {
        field.attrs.retain(|attribute| !is_named(attribute, name) && !attribute.path().is_ident("serde"));
        if find_mention(&field.ty, ident).is_some() || (!has_lifetimes && refusal(&field.ty, true).is_some())
        {
            stand_in(&mut field.ty, ident);
        }
    }
    item.into_token_stream()
}

/// The keyword that says what an item is.
pub(crate) fn first_word(item: TokenStream) -> TokenStream {
    let parser = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        let word = input.parse::<TokenTree>()?;
        input.parse::<TokenStream>()?;
        Ok(word.into())
    };
    parser.parse2(item).unwrap_or_default()
}
