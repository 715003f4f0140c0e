//! The arguments, and what they stand on.
//!
//! ```text
//! #[event(
//!     type = "org.openedx.learning.course.enrollment.created.v1",
//!     key = enrollment.course.course_key,
//!     minor_version = 1, repository = "…", warning = "…", name = "COURSE_ENROLLMENT_CREATED",
//!     deprecated(since = "…", note = "…"), local_only = "reason",
//!     allow(rule, reason = "…"), crate = path,
//! )]
//! ```

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Ident, Item, ItemStruct, LitStr, ext::IdentExt};

use super::key;
use crate::{
    args::{self, Arg, Known},
    diagnostics::{Problem, Problems},
    event_type::EventType,
    names,
    record::{self, Attributes, Docs, Field},
    rules,
    runtime_path::RuntimePath,
    waivers::{Place, Waivers},
};

const ARGUMENTS: &[&str] = &[
    "type",
    "key",
    "minor_version",
    "repository",
    "warning",
    "deprecated",
    "local_only",
    "name",
    "allow",
    "crate",
];

/// An event as the checks and the expansion need it.
pub(crate) struct Event<'a> {
    pub(crate) item: &'a ItemStruct,
    pub(crate) attributes: Attributes<'a>,
    pub(crate) docs: Docs,
    pub(crate) fields: Vec<Field<'a>>,
    pub(crate) arguments: Arguments,
    /// The name of the static.
    pub(crate) constant: Ident,
}

#[derive(Default)]
pub(crate) struct Arguments {
    pub(crate) event_type: Option<EventType>,
    /// The path; empty where there is none, or one of a form that was refused.
    pub(crate) key: Vec<Ident>,
    pub(crate) has_key: bool,
    /// Whether an argument was refused, which may have been meant as the event type.
    has_unknown: bool,
    pub(crate) minor_version: u32,
    pub(crate) repository: Option<LitStr>,
    pub(crate) warning: Option<LitStr>,
    pub(crate) deprecated: Option<Deprecated>,
    pub(crate) local_only: Option<LitStr>,
    pub(crate) name: Option<LitStr>,
    pub(crate) waivers: Waivers,
    pub(crate) path: RuntimePath,
}

pub(crate) struct Deprecated {
    pub(crate) since: Option<LitStr>,
    pub(crate) note: LitStr,
}

/// `None` where the item has not the shape of an event.
pub(crate) fn parse<'a>(tokens: TokenStream, item: &'a Item, problems: &mut Problems) -> Option<Event<'a>> {
    let mut arguments = parse_arguments(tokens, problems);
    let item = record::check_shape(item, "an event", &rules::EVENT_SHAPE, problems)?;
    if arguments.event_type.is_none() && !arguments.has_unknown {
        problems.push(
            Problem::of(
                &rules::TYPE_MISSING,
                &item.ident,
                format!("event `{}` has no event type", item.ident.unraw()),
            )
            .help("write `#[event(type = \"com.example.learning.course.enrollment.created.v1\")]`"),
        );
    }
    let constant = match &arguments.name {
        Some(name) if is_constant(&name.value()) => Ident::new(&name.value(), name.span()),
        Some(name) => {
            let what = format!("`{}` is no name of a constant", name.value());
            let better = names::constant_name(&item.ident.unraw().to_string());
            problems.push(
                Problem::new(name, what)
                    .help(format!("write it in capitals, digits and underscores, as in `{better}`")),
            );
            derived_constant(item, arguments.event_type.as_ref(), problems)
        }
        None => derived_constant(item, arguments.event_type.as_ref(), problems),
    };
    let is_local = arguments.local_only.is_some();
    let waivers = &mut arguments.waivers;
    let attributes = Attributes::parse(item, "#[event]", is_local, waivers, problems);
    let mut fields = record::parse_fields(item, "event", false, problems);
    for field in &fields {
        waivers.take_misplaced(&field.waivers);
    }
    for field in &mut fields {
        field.waivers.take_misplaced(waivers);
        field.is_refused |= waivers.are_types_refused();
    }
    if [&rules::KEY_UNKNOWN, &rules::KEY_TYPE].iter().any(|rule| waivers.is_refused(rule)) {
        arguments.key.clear();
    }
    if is_local && !arguments.key.is_empty() {
        let key = &arguments.key;
        problems.push(
            Problem::new(&quote!(#(#key).*), "an event that is `local_only` has no key")
                .note("a key keeps messages on an event bus in order, which this event never reaches")
                .help("remove `key`, or `local_only`"),
        );
        arguments.key.clear();
    }
    Some(Event { item, attributes, docs: Docs::of(&item.attrs), fields, arguments, constant })
}

/// Stands in for a name that was refused, so that nothing else is said of it.
pub(crate) const UNNAMED: &str = "__UNNAMED";

fn derived_constant(item: &ItemStruct, event_type: Option<&EventType>, problems: &mut Problems) -> Ident {
    let words = event_type.map(EventType::words).unwrap_or_default();
    let derived = names::constant_name_of(&item.ident.unraw().to_string(), &words);
    if is_constant(&derived) {
        return Ident::new(&derived, item.ident.span());
    }
    let what = format!("no name of a constant follows from `{}`", item.ident);
    let help = "give it one, as in `name = \"COURSE_ENROLLMENT_CREATED\"`";
    problems.push(Problem::new(&item.ident, what).help(help));
    Ident::new(UNNAMED, item.ident.span())
}

fn is_constant(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.chars().all(|one| one.is_ascii_uppercase() || one.is_ascii_digit() || one == '_')
}

fn parse_arguments(tokens: TokenStream, problems: &mut Problems) -> Arguments {
    let mut parsed = Arguments::default();
    let mut known = Known::new("`#[event]`", ARGUMENTS);
    if let Ok(literal) = syn::parse2::<LitStr>(tokens.clone()) {
        let help = format!("write `type = \"{}\"`", literal.value());
        // The compiler refuses such an attribute itself.
        if !is_key_value() {
            let what = "the event type comes with its name";
            problems.push(Problem::of(&rules::TYPE_MISSING, &literal, what).help(help));
        }
        parsed.event_type = Some(EventType::refused(&Ident::new("type", literal.span())));
        return parsed;
    }
    let before = problems.len();
    let args = args::parse(tokens, problems);
    parsed.has_unknown = problems.len() > before;
    for arg in args {
        if known.accept(&arg, problems) {
            parsed.take(&arg, problems);
        } else {
            parsed.has_unknown |= !ARGUMENTS.contains(&arg.name.to_string().as_str());
        }
    }
    parsed
}

/// Whether the attribute is `#[event = "…"]`, which the compiler hands over as it does `#[event("…")]`.
fn is_key_value() -> bool {
    let attribute = Span::call_site().source_text().unwrap_or_default();
    attribute.split('"').next().is_some_and(|before| before.contains('='))
}

impl Arguments {
    /// The key as it is written, without `r#`.
    pub(crate) fn key_path(&self) -> String {
        let names: Vec<String> = self.key.iter().map(|name| name.unraw().to_string()).collect();
        names.join(".")
    }

    fn take(&mut self, arg: &Arg, problems: &mut Problems) {
        match arg.name.to_string().as_str() {
            "type" => {
                let example = "type = \"com.example.learning.course.enrollment.created.v1\"";
                match arg.text(example, problems) {
                    Some(text) => self.event_type = Some(EventType::new(&text)),
                    // It is there, if only in a form that was refused.
                    None => self.event_type = Some(EventType::refused(&arg.name)),
                }
            }
            "key" => {
                self.has_key = true;
                self.key = key::parse(arg, problems);
            }
            "minor_version" => {
                self.minor_version = arg.integer("minor_version = 1", problems).unwrap_or_default();
            }
            "repository" => self.repository = arg.text("repository = \"openedx/openedx-platform\"", problems),
            "warning" => self.warning = arg.text("warning = \"what to know first\"", problems),
            "deprecated" => self.deprecated = deprecated(arg, problems),
            "local_only" => {
                self.local_only = arg.text("local_only = \"why it cannot leave the process\"", problems);
            }
            "name" => self.name = name(arg, problems),
            "allow" => arg.waiver(Place::Event, &mut self.waivers, problems),
            _ => self.path.set(arg.path("crate = path::to::openedx_events", problems)),
        }
    }
}

/// `"COURSE_ENROLLMENT_CREATED"`, or the same without quotation marks, of which the rules need say nothing more.
fn name(arg: &Arg, problems: &mut Problems) -> Option<LitStr> {
    let constant = match &arg.value {
        args::Value::Is(value) => args::path(value).and_then(|path| path.get_ident().cloned()),
        _ => None,
    };
    let constant = constant.filter(|constant| is_constant(&constant.to_string()));
    let Some(constant) = constant else {
        return arg.text("name = \"COURSE_ENROLLMENT_CREATED\"", problems);
    };
    let what = "`name` takes a text in quotation marks";
    problems.push(Problem::new(&constant, what).help(format!("write `name = \"{constant}\"`")));
    Some(LitStr::new(&constant.to_string(), constant.span()))
}

fn deprecated(arg: &Arg, problems: &mut Problems) -> Option<Deprecated> {
    const EXAMPLE: &str = "deprecated(since = \"1.2.0\", note = \"use COURSE_ENROLLMENT_CREATED_V2\")";
    let mut since = None;
    let mut note = None;
    let mut known = Known::new("`deprecated(…)`", &["since", "note"]);
    if let Some(note) = note_alone(arg) {
        let what = "what to use instead comes with its name";
        let help = format!("write `deprecated(note = \"{}\")`", note.value());
        problems.push(Problem::new(&note, what).help(help));
        return None;
    }
    let args = arg.list(EXAMPLE, problems);
    let is_list = matches!(arg.value, args::Value::List(_));
    for inner in args {
        if known.accept(&inner, problems) {
            let text = inner.text(EXAMPLE, problems);
            if inner.name == "since" {
                since = text;
            } else {
                note = Some(text);
            }
        }
    }
    match note {
        Some(note) => note.map(|note| Deprecated { since, note }),
        None => {
            if is_list {
                problems.push(
                    Problem::new(&arg.name, "`deprecated` does not say what to use instead")
                        .help(format!("write `{EXAMPLE}`")),
                );
            }
            None
        }
    }
}

/// The text of `deprecated("…")` and `deprecated = "…"`.
fn note_alone(arg: &Arg) -> Option<LitStr> {
    match &arg.value {
        args::Value::List(tokens) => syn::parse2(tokens.clone()).ok(),
        args::Value::Is(value) => args::text_literal(value),
        args::Value::Flag => None,
    }
}
