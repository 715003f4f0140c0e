//! The arguments of the attribute.
//!
//! ```text
//! SIGNAL, other::SIGNAL, order = 10, name = "stable.name", only = bus, crate = path
//! ```

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, Ident, LitStr, Path, Token,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    punctuated::Punctuated,
    token::{Bracket, Paren},
};

use super::only::{Only, parse_name};
use crate::{
    args::{Arg, KnownArguments, separated},
    diagnostics::{Problem, Problems, without_reports},
    names, rules,
    runtime_path::RuntimePath,
    syntax::is_named,
};

const PATHS: &str = "write the paths of the events' statics, as in `#[receiver(SIGNAL, other::SIGNAL)]`";

const ARGUMENTS: &[&str] = &["order", "name", "only", "crate"];

#[derive(Default)]
pub(super) struct ReceiverArguments {
    pub(super) signals: Vec<Path>,
    pub(super) order: i32,
    /// The stable name.
    pub(super) name: Option<LitStr>,
    pub(super) only: Option<Only>,
    pub(super) path: RuntimePath,
}

impl ReceiverArguments {
    /// Returns whether all arguments are correct.
    pub(super) fn parse(&mut self, tokens: TokenStream, problems: &mut Problems) -> bool {
        let before = problems.len();
        let mut known = KnownArguments::new("`#[receiver]`", ARGUMENTS);
        separated(tokens, PATHS, problems, |input, problems| self.part(input, &mut known, problems));
        if self.signals.is_empty() && problems.len() == before {
            let help = "write `#[receiver(COURSE_ENROLLMENT_CREATED)]`, with the event's static";
            problems.mistake(&TokenStream::new(), "`#[receiver]` does not name a signal", help);
        }
        problems.len() == before
    }

    /// Parses a signal or an argument.
    fn part(
        &mut self,
        input: ParseStream<'_>,
        known: &mut KnownArguments<'_>,
        problems: &mut Problems,
    ) -> syn::Result<()> {
        let mut refuse = |at: TokenTree| problems.mistake(&at, "expected the path of a signal", PATHS);
        if input.peek(LitStr) {
            refuse(input.parse()?);
        } else if input.peek(Bracket) || input.peek(Paren) {
            let group: Group = input.parse()?;
            refuse(group.clone().into());
            let signals = Punctuated::<Path, Token![,]>::parse_terminated.parse2(group.stream());
            self.signals.extend(signals.into_iter().flatten());
        } else if input.peek(Token![&]) {
            refuse(input.parse()?);
            self.signals.push(input.call(Path::parse_mod_style)?);
        } else if is_argument(input) {
            let arg: Arg = input.parse()?;
            if known.accept(&arg, problems) {
                match arg.name.to_string().as_str() {
                    "order" => {
                        self.order =
                            arg.integer(i32::MIN, i32::MAX, "order = 10", problems).unwrap_or_default();
                    }
                    "name" => self.name = parse_name(&arg, problems),
                    "only" => self.only = Only::parse(&arg, problems),
                    _ => self.path = RuntimePath::parse(&arg, problems),
                }
            }
        } else {
            self.signal(input.call(Path::parse_mod_style)?, problems);
        }
        Ok(())
    }

    fn signal(&mut self, signal: Path, problems: &mut Problems) {
        if let Some(last) = signal.segments.last().filter(|_| is_struct(&signal)) {
            let what = format!("`{}` is the struct of an event, not its signal", last.ident);
            let constant = names::constant_name(&last.ident.unraw().to_string());
            let help = format!("write the event's static, as in `#[receiver({constant})]`");
            problems.mistake(&signal, what, help);
            self.signals.push(signal);
        } else if self.signals.iter().any(|other| text(other) == text(&signal)) {
            problems.push(given_twice(&signal));
        } else {
            self.signals.push(signal);
        }
    }
}

/// Returns whether an argument follows, and not the path of a signal. It may lack its value.
fn is_argument(input: ParseStream<'_>) -> bool {
    let is_known = |name: Ident| ARGUMENTS.iter().any(|known| name == known);
    let is_name = input.fork().call(Ident::parse_any).is_ok_and(is_known);
    input.peek(Ident::peek_any) && (input.peek2(Token![=]) || (is_name && !input.peek2(Token![::])))
}

/// Returns whether the path ends in a name that looks like a type.
pub(super) fn is_struct(path: &Path) -> bool {
    let name = path.segments.last().map(|last| last.ident.unraw().to_string()).unwrap_or_default();
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.contains(|one: char| one.is_ascii_lowercase())
}

fn text(signal: &Path) -> String {
    signal.to_token_stream().to_string().replace(' ', "")
}

/// Returns the beginning of the message about a repeated signal. The compiler shows it too, if the signal has two
/// names.
pub(super) fn given_twice_text(signal: &Path) -> String {
    format!("signal `{}` is given twice", text(signal))
}

pub(super) const RUNS_TWICE: &str = "remove one of the two; otherwise the receiver would run twice";

fn given_twice(signal: &Path) -> Problem {
    Problem::of(&rules::ARGUMENT_DUPLICATE, signal, given_twice_text(signal)).help(RUNS_TWICE)
}

/// Returns the signals of the function's later `#[receiver(…)]` attributes, and refuses those in `signals`.
pub(super) fn later_signals(
    attributes: &[Attribute],
    signals: &[Path],
    problems: &mut Problems,
) -> Vec<Path> {
    let mut later = Vec::new();
    for attribute in attributes.iter().filter(|attribute| is_named(attribute, "receiver")) {
        let Ok(list) = attribute.meta.require_list() else { continue };
        let mut parsed = ReceiverArguments::default();
        without_reports(|problems| parsed.parse(list.tokens.clone(), problems));
        for signal in parsed.signals {
            if signals.iter().any(|other| text(other) == text(&signal)) {
                problems.push(given_twice(&signal));
            } else {
                later.push(signal);
            }
        }
    }
    later
}
