//! `name = "…"` and `only = bus`: the arguments about one receiver, whatever its signals.

use proc_macro2::Span;
use quote::ToTokens;
use syn::{Expr, Ident, LitStr};

use crate::{
    args::{Arg, ArgValue},
    diagnostics::{Problem, Problems},
    syntax::ungrouped,
};

/// The origin whose events the receiver gets.
#[derive(Clone)]
pub(super) struct Only {
    pub(super) is_bus: bool,
    /// The place of the word.
    pub(super) span: Span,
}

impl Only {
    /// Reads `only = bus` or `only = process`.
    pub(super) fn parse(arg: &Arg, problems: &mut Problems) -> Option<Self> {
        let word = match &arg.value {
            ArgValue::Is(value) => word(value),
            ArgValue::Flag | ArgValue::List(_) => None,
        };
        match word {
            Some(word) if word == "bus" || word == "process" => {
                Some(Self { is_bus: word == "bus", span: word.span() })
            }
            _ => {
                let at = match &arg.value {
                    ArgValue::Is(value) => value.to_token_stream(),
                    ArgValue::Flag | ArgValue::List(_) => arg.name.to_token_stream(),
                };
                problems.push(
                    Problem::new(&at, "`only` takes `bus` or `process`")
                        .note(
                            "without `only`, a receiver gets events from an event bus and from this process",
                        )
                        .help("write `only = bus` or `only = process`"),
                );
                None
            }
        }
    }
}

fn word(value: &Expr) -> Option<&Ident> {
    match ungrouped(value) {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    }
}

/// Reads the stable name of a receiver.
pub(super) fn parse_name(arg: &Arg, problems: &mut Problems) -> Option<LitStr> {
    let name = arg.string("name = \"reminders.send\"", problems)?;
    let is_allowed = |one: char| one.is_alphanumeric() || "_-.:/".contains(one);
    if name.value().chars().all(is_allowed) {
        return Some(name);
    }
    let what = format!("`{}` is not a valid name of a receiver", name.value().escape_debug());
    problems.push(
        Problem::new(&name, what)
            .note("logs, dead letters and `dlq replay` show the name as one word")
            .help("write `name = \"reminders.send\"`, with no characters but letters, digits, `_`, `-`, `.`, `:` and `/`"),
    );
    None
}
