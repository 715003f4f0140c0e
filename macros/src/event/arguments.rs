//! The arguments of the attribute.
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
use syn::{Expr, ExprLit, Ident, Item, Lit, LitStr, ext::IdentExt};

use super::{examples::Examples, key};
use crate::{
    args::{self, Arg, ArgValue, KnownArguments, hints},
    diagnostics::Problems,
    event_type::EventType,
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

#[derive(Default)]
pub(crate) struct EventArguments {
    pub(super) event_type: Option<EventType>,
    /// The path; empty if there is none, or if it was refused.
    pub(crate) key: Vec<Ident>,
    pub(crate) has_key: bool,
    /// Whether an argument was refused. It may have been the event type.
    pub(super) has_unknown: bool,
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
                self.key = key::parse(arg, &examples.key, problems);
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
            let names: Vec<String> = key::path(other)?.iter().map(Ident::to_string).collect();
            Some(names.join("."))
        }
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
