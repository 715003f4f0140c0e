//! Parses the attribute and its struct.
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

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, ExprField, ExprLit, Ident, Item, ItemStruct, Lit, LitStr, Member, Type, ext::IdentExt};

use crate::{
    args::{self, Arg, ArgValue, KnownArguments, hints},
    ascii::Foreign,
    diagnostics::{Problem, Problems},
    event_type::{EventType, subject_and_action},
    names,
    record::{self, Record},
    record_kind::RecordKind,
    rules,
    runtime_path::RuntimePath,
    syntax::{is_key_value, ungrouped},
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
#[expect(clippy::struct_field_names, reason = "`type` is a keyword")]
pub(crate) struct Event<'a> {
    pub(crate) record: Record<'a>,
    pub(crate) arguments: EventArguments,
    pub(crate) event_type: EventType,
    /// The name of the static.
    pub(crate) constant: Ident,
    /// Whether a data key has a name that receivers use for something else.
    pub(crate) has_reserved_key: bool,
}

#[derive(Default)]
pub(crate) struct EventArguments {
    event_type: Option<EventType>,
    /// The path; empty if there is none, or if it was refused.
    pub(crate) key: Vec<Ident>,
    pub(crate) has_key: bool,
    /// Whether an argument was refused. It may have been the event type.
    has_unknown: bool,
    pub(crate) minor_version: u32,
    pub(crate) repository: Option<LitStr>,
    pub(crate) warning: Option<LitStr>,
    pub(crate) deprecated: Option<Deprecated>,
    pub(crate) local_only: Option<LitStr>,
    pub(crate) name: Option<LitStr>,
    /// Whether `name` was given in a form that was refused.
    pub(crate) is_name_refused: bool,
    pub(crate) waivers: Waivers,
    pub(crate) path: RuntimePath,
}

pub(crate) struct Deprecated {
    pub(crate) since: Option<LitStr>,
    pub(crate) note: LitStr,
}

/// Parses the struct. Returns `None` if the item does not have the shape of an event.
pub(crate) fn parse<'a>(
    mut arguments: EventArguments,
    item: &'a Item,
    problems: &mut Problems,
) -> Option<Event<'a>> {
    let examples = Examples::for_item(item);
    let item = record::check_shape(item, RecordKind::Event, problems)?;
    let struct_name = item.ident.unraw().to_string();
    let event_type = arguments.event_type.take().unwrap_or_else(|| {
        if !arguments.has_unknown {
            let help = format!("add `{}` to the arguments of `#[event]`", examples.event_type);
            let what = format!("event `{struct_name}` has no event type");
            problems.refuse(&rules::TYPE_MISSING, &item.ident, what, help);
        }
        EventType::refused(&item.ident)
    });
    let constant = match &arguments.name {
        Some(name) if is_constant(&name.value()) => Ident::new(&name.value(), name.span()),
        Some(name) => {
            let words = name.value().replace(['-', ' ', '.'], "_");
            let capitals = names::constant_name_of(&words, &event_type.words());
            let better = Some(capitals).filter(|one| is_constant(one));
            let better = better.unwrap_or_else(|| names::constant_name(&struct_name));
            let what = match Foreign::find(&name.value()) {
                Some(Foreign { what, .. }) => {
                    format!("constant name `{}` {what}", name.value().escape_debug())
                }
                None => format!("`{}` is not a valid constant name", name.value()),
            };
            problems.mistake(
                name,
                what,
                format!("write `name = \"{better}\"`, in capital letters, digits and underscores"),
            );
            derived_constant(item, &event_type, problems)
        }
        None => derived_constant(item, &event_type, problems),
    };
    let is_local = arguments.local_only.is_some();
    let waivers = &mut arguments.waivers;
    let record = Record::parse(item, RecordKind::Event, is_local, false, waivers, problems);
    for field in &record.fields {
        waivers.take_misplaced(&field.waivers);
    }
    if [&rules::KEY_UNKNOWN, &rules::KEY_TYPE].iter().any(|rule| waivers.is_refused(rule)) {
        arguments.key.clear();
    }
    if is_local && !arguments.key.is_empty() {
        let key = &arguments.key;
        problems.push(
            Problem::new(&quote!(#(#key).*), "a `local_only` event cannot have a key")
                .note(
                    "a key keeps messages on an event bus in order, but this event never leaves the process",
                )
                .help("remove `key`, or remove `local_only`"),
        );
        arguments.key.clear();
    }
    Some(Event { record, arguments, event_type, constant, has_reserved_key: false })
}

/// Stands in for a name that was refused, so that nothing else is reported about it.
pub(crate) const UNNAMED: &str = "__UNNAMED";

fn derived_constant(item: &ItemStruct, event_type: &EventType, problems: &mut Problems) -> Ident {
    let derived = names::constant_name_of(&item.ident.unraw().to_string(), &event_type.words());
    if is_constant(&derived) {
        return Ident::new(&derived, item.ident.span());
    }
    let what = format!("`{}` cannot be turned into a constant name", item.ident);
    let words = event_type.words().join("_");
    let name = if words.is_empty() { "COURSE_ENROLLMENT_CREATED" } else { &words };
    problems.mistake(&item.ident, what, format!("add `name = \"{name}\"` to the arguments of `#[event]`"));
    Ident::new(UNNAMED, item.ident.span())
}

/// Examples of arguments that fit the name of the struct.
struct Examples {
    event_type: String,
    name: String,
    key: String,
}

impl Examples {
    fn for_item(item: &Item) -> Self {
        let name = match item {
            Item::Struct(item) => names::constant_name(&item.ident.unraw().to_string()),
            _ => String::new(),
        };
        let name = if is_constant(&name) { name } else { "COURSE_ENROLLMENT_CREATED".to_owned() };
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

const EXAMPLE_KEY: &str = "key = enrollment.course.course_key";

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

fn is_constant(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.chars().all(|one| one.is_ascii_uppercase() || one.is_ascii_digit() || one == '_')
}

pub(crate) fn parse_arguments(tokens: TokenStream, item: &Item, problems: &mut Problems) -> EventArguments {
    let examples = &Examples::for_item(item);
    let mut parsed = EventArguments::default();
    let mut known = KnownArguments::new("`#[event]`", ARGUMENTS, hints::of_event);
    if let Ok(literal) = syn::parse2::<LitStr>(tokens.clone()) {
        // The compiler refuses `#[event = "…"]` itself.
        if !is_key_value(&tokens) {
            let help = format!("write `type = \"{}\"`", literal.value());
            problems.refuse(
                &rules::TYPE_MISSING,
                &literal,
                "the event type needs the argument name `type`",
                help,
            );
        }
        parsed.event_type = Some(EventType::refused(&Ident::new("type", literal.span())));
        return parsed;
    }
    let before = problems.len();
    let args = args::parse(tokens, problems);
    parsed.has_unknown = problems.len() > before;
    for arg in args {
        if known.accept(&arg, problems) {
            parsed.take(&arg, examples, problems);
        } else {
            parsed.has_unknown |= !ARGUMENTS.contains(&arg.name.to_string().as_str());
            arg.mistaken_waiver(&mut parsed.waivers);
        }
    }
    if problems.len() > before {
        // The uses of the event would give warnings in addition to the error.
        parsed.deprecated = None;
    }
    parsed
}

impl EventArguments {
    /// Returns the key with dots, without `r#`.
    pub(crate) fn key_path(&self) -> String {
        let names: Vec<String> = self.key.iter().map(|name| name.unraw().to_string()).collect();
        names.join(".")
    }

    fn take(&mut self, arg: &Arg, examples: &Examples, problems: &mut Problems) {
        match arg.name.to_string().as_str() {
            "type" => {
                let example = written_type(arg).unwrap_or_else(|| examples.event_type.clone());
                let event_type = arg.string(&example, problems);
                let event_type = event_type.map(|literal| EventType::new(&literal));
                self.event_type = Some(event_type.unwrap_or_else(|| EventType::refused(&arg.name)));
            }
            "key" => {
                self.has_key = true;
                self.key = key(arg, &examples.key, problems);
            }
            "minor_version" => {
                self.minor_version =
                    arg.integer(u32::MIN, u32::MAX, "minor_version = 1", problems).unwrap_or_default();
            }
            "repository" => {
                self.repository = arg.string("repository = \"openedx/openedx-platform\"", problems);
            }
            "warning" => self.warning = arg.string("warning = \"what consumers need to know\"", problems),
            "deprecated" => self.deprecated = deprecated(arg, problems),
            "local_only" => {
                self.local_only = arg.string("local_only = \"why it cannot leave the process\"", problems);
            }
            "name" => {
                self.name = arg.string(&examples.name, problems);
                self.is_name_refused = self.name.is_none();
            }
            "allow" => arg.waiver(Place::Struct(RecordKind::Event), &mut self.waivers, problems),
            _ => self.path = RuntimePath::parse(arg, problems),
        }
    }
}

/// Returns the argument with the event type in a value of another form, such as `type("…")` and `type = b"…"`.
fn written_type(arg: &Arg) -> Option<String> {
    let text = match &arg.value {
        ArgValue::Is(value) => text_within(value),
        ArgValue::List(tokens) => text_within(&syn::parse2(tokens.clone()).ok()?),
        ArgValue::Flag => None,
    }?;
    let event_type = EventType::new(&LitStr::new(&text, arg.name.span()));
    event_type.is_well_formed().then(|| format!("type = \"{text}\""))
}

fn text_within(value: &Expr) -> Option<String> {
    match ungrouped(value) {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        Expr::Lit(ExprLit { lit: Lit::ByteStr(text), .. }) => String::from_utf8(text.value()).ok(),
        Expr::Lit(ExprLit { lit: Lit::CStr(text), .. }) => text.value().into_string().ok(),
        Expr::Reference(reference) => text_within(&reference.expr),
        Expr::MethodCall(call) => text_within(&call.receiver),
        Expr::Paren(paren) => text_within(&paren.expr),
        Expr::Call(call) if call.args.len() == 1 => text_within(&call.args[0]),
        other => {
            let names: Vec<String> = path(other)?.iter().map(Ident::to_string).collect();
            Some(names.join("."))
        }
    }
}

/// Parses `enrollment.course.course_key`; empty if the value has another form.
fn key(arg: &Arg, example: &str, problems: &mut Problems) -> Vec<Ident> {
    let Some(value) = arg.expression("the path of a field", example, problems) else {
        return Vec::new();
    };
    path(value).unwrap_or_else(|| {
        let what = "a key must be the path of a field in the event's data";
        let help = match path_within(value) {
            Some(path) => format!("write `key = {path}`"),
            None if example == EXAMPLE_KEY => format!("remove `key`, or write a path such as `{example}`"),
            None => format!("write `{example}`, for example"),
        };
        problems.mistake(value, what, help);
        Vec::new()
    })
}

/// Returns the path in an expression around it, such as `"course.id"`, `&course.id` or `course.id.to_string()`.
fn path_within(value: &Expr) -> Option<String> {
    match ungrouped(value) {
        Expr::Lit(ExprLit { lit: Lit::Str(literal), .. }) => path_within(&literal.parse().ok()?),
        Expr::Reference(reference) => path_within(&reference.expr),
        Expr::MethodCall(call) => path_within(&call.receiver),
        Expr::Paren(paren) => path_within(&paren.expr),
        other => {
            let names: Vec<String> = path(other)?.iter().map(Ident::to_string).collect();
            Some(names.join("."))
        }
    }
}

fn path(value: &Expr) -> Option<Vec<Ident>> {
    match ungrouped(value) {
        Expr::Field(ExprField { base, member: Member::Named(name), attrs, .. }) if attrs.is_empty() => {
            let mut path = path(base)?;
            path.push(name.clone());
            Some(path)
        }
        Expr::Path(first) => first.path.get_ident().map(|first| vec![first.clone()]),
        _ => None,
    }
}

fn deprecated(arg: &Arg, problems: &mut Problems) -> Option<Deprecated> {
    const EXAMPLE: &str = "deprecated(since = \"1.2.0\", note = \"use COURSE_ENROLLMENT_CREATED_V2\")";
    let before = problems.len();
    let mut since = None;
    let mut note = None;
    let mut known = KnownArguments::new("`deprecated(…)`", &["since", "note"], hints::of_deprecated);
    for inner in arg.list(EXAMPLE, problems) {
        if known.accept(&inner, problems) {
            let string = inner.string(EXAMPLE, problems);
            if inner.name == "since" {
                since = string;
            } else {
                note = string;
            }
        }
    }
    if note.is_none() && problems.len() == before {
        let what = "`deprecated` does not say what to use instead";
        problems.mistake(&arg.name, what, format!("write `{EXAMPLE}`"));
    }
    note.map(|note| Deprecated { since, note })
}
