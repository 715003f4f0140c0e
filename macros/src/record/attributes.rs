//! The attributes of a struct that are not ours, sorted by their place in the expansion.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Field, Item, Path, parse_quote};

use super::{
    docs::is_doc,
    refused::{refusal, stand_in},
    types::find_mention,
};
use crate::{
    diagnostics::{Problem, Problems, quoted},
    record_kind::RecordKind,
    rules,
    surroundings::Surroundings,
    syntax::{allow_expected, derived, is_named},
    waivers::{Place, Waivers, refuse_lint},
};

/// The attributes of a struct, sorted.
#[derive(Default)]
pub(crate) struct Attributes<'a> {
    /// Derives without those that the macro implements.
    derives: Vec<Path>,
    /// `#[allow(…)]` and the like, with `#[allow(…)]` in place of `#[expect(…)]`: an expansion repeats them on
    /// several items, and only one of these may fulfil the expectation.
    pub(crate) lints: Vec<Attribute>,
    /// All others, documentation included.
    pub(crate) others: Vec<&'a Attribute>,
    /// Traits of the macro that a derive above the attribute already implements.
    pub(crate) derived_above: Vec<String>,
}

impl<'a> Attributes<'a> {
    /// Drops the derives of traits that the macro implements, and refuses those to which the macro gives another
    /// meaning.
    pub(crate) fn parse(
        attributes: &'a [Attribute],
        owner: Owner,
        waivers: &mut Waivers,
        problems: &mut Problems,
    ) -> Self {
        let kind = owner.kind();
        let mut sorted = Self { derived_above: conflicts_above(owner, problems), ..Self::default() };
        for one in attributes {
            if is_doc(one) {
                sorted.others.push(one);
                continue;
            }
            if refuse_lint(one, Place::Struct(kind), waivers, problems) {
                continue;
            }
            let path = one.path();
            if path.is_ident("derive") {
                match derived(one) {
                    Ok(paths) => {
                        let others = paths.into_iter().filter(|path| !is_ours(path, owner, problems));
                        sorted.derives.extend(others);
                    }
                    Err(error) => problems.error(error),
                }
            } else if ["allow", "warn", "deny", "forbid", "expect"].iter().any(|name| path.is_ident(name)) {
                sorted.lints.push(allow_expected(one));
            } else if path.is_ident("serde") {
                problems.push(serde_attribute(one));
            } else if path.is_ident("deprecated") && kind == RecordKind::Event {
                problems.mistake(
                    one,
                    "`#[deprecated]` on an event does not deprecate the event's constant",
                    "write `deprecated(since = \"…\", note = \"use …_V2\")` in `#[event(…)]`, which deprecates both",
                );
            } else if path.is_ident("repr") && owner == Owner::Payload {
                let what = "`#[repr(…)]` has no effect on a payload, because another struct holds the fields";
                problems.mistake(one, what, "remove it");
            } else if is_named(one, "receiver") {
                let what =
                    "`#[receiver(…)]` belongs on the function that receives the event, not on a struct";
                problems.mistake(&path, what, "write `#[receiver(…)] fn …(…) { … }`");
            } else if is_named(one, "payload") || is_named(one, "event") {
                problems.mistake(
                    &path,
                    "a struct is either a `#[payload]` or an `#[event]`",
                    "remove one of the two: an event is sent, and a payload is a part of events",
                );
            } else {
                sorted.others.push(one);
            }
        }
        if owner == Owner::Payload {
            sorted.check_order(problems);
        }
        sorted
    }

    /// Refuses `Ord` without the traits that it requires: the compiler would report them for the twin as well.
    fn check_order(&mut self, problems: &mut Problems) {
        let is = |path: &Path, name: &str| path.segments.last().is_some_and(|last| last.ident == name);
        let Some(place) = self.derives.iter().position(|path| is(path, "Ord")) else { return };
        let above = Surroundings::of_attribute().derives_above();
        let mut lacking = vec!["Eq", "PartialOrd"];
        lacking.retain(|name| {
            !above.iter().any(|derived| derived == name) && !self.derives.iter().any(|path| is(path, name))
        });
        if lacking.is_empty() {
            return;
        }
        let ord = self.derives.remove(place);
        problems.push(
            Problem::new(&ord, format!("`Ord` is derived without {}", quoted(&lacking)))
                .note("a type with an order must have them, too")
                .help(format!("write `{}, Ord`", lacking.join(", "))),
        );
    }

    /// The derives as an attribute.
    pub(crate) fn derive(&self) -> Option<TokenStream> {
        let derives = &self.derives;
        (!derives.is_empty()).then(|| quote!(#[derive(#(#derives),*)]))
    }

    /// Removes the derive of a trait that the macro implements only if it is derived. Returns whether there was one.
    pub(crate) fn take_derive(&mut self, name: &str) -> bool {
        let before = self.derives.len();
        self.derives.retain(|path| path.segments.last().is_none_or(|last| last.ident != name));
        self.derives.len() < before
    }

    /// Returns whether the macro has to implement the trait.
    pub(super) fn lack(&self, name: &str) -> bool {
        !self.derived_above.iter().any(|derived| derived == name)
    }
}

/// The item with the attributes.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Owner {
    /// A payload with fields.
    Payload,
    Event,
    LocalEvent,
    /// An enum of strings.
    Choice,
    /// A struct that is one string.
    Text,
}

impl Owner {
    fn kind(self) -> RecordKind {
        match self {
            Self::Event | Self::LocalEvent => RecordKind::Event,
            Self::Payload | Self::Choice | Self::Text => RecordKind::Payload,
        }
    }

    /// Returns the derivable traits that the macro implements.
    fn implemented(self) -> &'static [&'static str] {
        match self {
            Self::LocalEvent => &["Debug"],
            Self::Choice => &["Clone", "PartialEq", "Eq", "Hash", "Debug", "Serialize", "Deserialize"],
            _ => &["Clone", "PartialEq", "Debug", "Serialize", "Deserialize"],
        }
    }
}

/// Refuses derives above the attribute that conflict with the expansion: derives of implemented traits, `Default`, which
/// needs a payload's fields in the struct itself, and the order of an enum, which the macro derives.
fn conflicts_above(owner: Owner, problems: &mut Problems) -> Vec<String> {
    let (kind, implemented) = (owner.kind(), owner.implemented());
    let mut above = Surroundings::of_attribute().derives_above();
    above.retain(|name| {
        implemented.contains(&name.as_str())
            || (owner == Owner::Payload && name == "Default")
            || (owner == Owner::Choice && (name == "PartialOrd" || name == "Ord"))
    });
    if !above.is_empty() {
        let names: Vec<&str> = above.iter().map(String::as_str).collect();
        let (names, implemented, attribute) = (quoted(&names), quoted(implemented), kind.attribute());
        let why = match owner {
            Owner::Choice | Owner::Text => "because the macro must see the derives",
            _ => "because the macro changes the struct",
        };
        let what = format!("{names} cannot be derived above `#[{attribute}]`, {why}");
        let help = format!(
            "put `#[{attribute}]` above `#[derive(…)]`, and remove the traits that it implements: {implemented}"
        );
        problems.refuse(&rules::DERIVE_CONFLICT, &TokenStream::new(), what, help);
    }
    above
}

fn is_ours(path: &Path, owner: Owner, problems: &mut Problems) -> bool {
    let Some(last) = path.segments.last() else {
        return false;
    };
    let name = last.ident.to_string();
    match name.as_str() {
        name if !owner.implemented().contains(&name) => false,
        "Clone" | "PartialEq" | "Eq" | "Hash" => true,
        _ => {
            let attribute = owner.kind().attribute();
            let why = match owner {
                _ if name == "Debug" => "hides personal data",
                Owner::Choice | Owner::Text => "writes the string that all services share",
                _ => "writes the Avro record dictionary, the JSON that all services share",
            };
            problems.refuse(
                &rules::DERIVE_CONFLICT,
                path,
                format!("`{name}` is derived, but `#[{attribute}]` implements it"),
                format!("remove `{name}`: the implementation of `#[{attribute}]` {why}"),
            );
            true
        }
    }
}

pub(crate) fn serde_attribute(attribute: &impl ToTokens) -> Problem {
    Problem::of(
        &rules::SERDE_ATTRIBUTE,
        attribute,
        "serde attributes are not supported on payloads and events",
    )
    .help("remove it; a type with another wire form implements `openedx_events::AvroType`")
}

/// Returns the item as it compiles without the macro: without our attributes on its fields and serde's, and with
/// replacements for refused types.
pub(crate) fn without_attributes(item: &Item, kind: RecordKind) -> TokenStream {
    let mut item = item.clone();
    if let Item::Enum(item) = &mut item {
        for variant in &mut item.variants {
            variant.attrs.retain(|one| !is_named(one, kind.attribute()) && !one.path().is_ident("serde"));
        }
    }
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
        let Ok(paths) = derived(derive) else { continue };
        let is_other = |path: &&Path| {
            let last = path.segments.last().map(|last| last.ident.to_string());
            !matches!(last.as_deref(), Some("Serialize" | "Deserialize"))
        };
        let others = paths.iter().filter(is_other);
        *derive = parse_quote!(#[derive(#(#others),*)]);
    }
    // The fields must still use the lifetimes.
    let has_lifetimes = generics.lifetimes().next().is_some();
    for field in fields {
        field.attrs.retain(|one| !is_named(one, kind.attribute()) && !one.path().is_ident("serde"));
        if find_mention(&field.ty, ident).is_some() || (!has_lifetimes && refusal(&field.ty, true).is_some())
        {
            stand_in(&mut field.ty, ident);
        }
    }
    item.into_token_stream()
}
