//! What stands in the attribute's parentheses.
//!
//! ```text
//! SIGNAL, other::SIGNAL, order = 10, crate = path
//! ```

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, Ident, LitStr, Path, Token,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    token::{Bracket, Paren},
};

use crate::{
    args::{self, Arg, Known, Value},
    diagnostics::{Problem, Problems},
    names,
    record::is_named,
    rules,
    runtime_path::RuntimePath,
};

const AS_LIST: &str = "write the signals with commas between them, as in `#[receiver(A, B)]`";

#[derive(Default)]
pub(super) struct Arguments {
    pub(super) signals: Vec<Path>,
    pub(super) order: i32,
    pub(super) path: RuntimePath,
}

impl Arguments {
    /// Whether all is as it should be.
    pub(super) fn parse(&mut self, tokens: TokenStream, problems: &mut Problems) -> bool {
        let before = problems.len();
        let mut known = Known::new("`#[receiver]`", &["order", "crate"]);
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                self.part(input, &mut known, problems)?;
                if input.peek(Token![;]) {
                    let sign = input.parse::<Token![;]>()?;
                    problems.push(Problem::new(&sign, "expected `,`").help(AS_LIST));
                } else if input.peek(Token![.]) {
                    let sign = input.parse::<Token![.]>()?;
                    return Err(Problem::new(&sign, "the parts of a path stand with `::` between them")
                        .help("write the path of the event's static, as in `signals::COURSE_ENROLLMENT_CREATED`")
                        .into_error());
                } else if !input.is_empty() {
                    args::comma(input, AS_LIST)?;
                }
            }
            Ok(())
        };
        if let Err(error) = parser.parse2(tokens) {
            problems.error(error);
        }
        if self.signals.is_empty() && problems.len() == before {
            problems.push(
                Problem::new(&TokenStream::new(), "`#[receiver]` names no signal")
                    .help("write `#[receiver(COURSE_ENROLLMENT_CREATED)]`, with the event's static"),
            );
        }
        problems.len() == before
    }

    /// A signal or an argument.
    fn part(
        &mut self,
        input: ParseStream<'_>,
        known: &mut Known<'_>,
        problems: &mut Problems,
    ) -> syn::Result<()> {
        if input.peek(LitStr) {
            signal_as_text(&input.parse()?, problems);
            return Ok(());
        }
        if input.peek(Bracket) || input.peek(Paren) {
            self.signals_in(&input.parse()?, problems);
            return Ok(());
        }
        if input.peek(Token![&]) {
            let sign = input.parse::<Token![&]>()?;
            problems.push(Problem::new(&sign, "a signal is named without `&`").help("remove the `&`"));
        }
        if input.peek(Ident::peek_any) && (input.peek2(Token![=]) || input.peek2(Paren)) {
            self.argument(&input.parse()?, known, problems);
        } else {
            self.signal(input.call(Path::parse_mod_style)?, problems);
        }
        Ok(())
    }

    /// `[A, B]`, which still says which signals are meant.
    fn signals_in(&mut self, group: &Group, problems: &mut Problems) {
        let brackets = if group.delimiter() == Delimiter::Bracket { "brackets" } else { "parentheses" };
        let what = format!("signals stand in no {brackets} of their own");
        problems.push(Problem::new(&TokenTree::from(group.clone()), what).help(AS_LIST));
        let parser = syn::punctuated::Punctuated::<Path, Token![,]>::parse_terminated;
        self.signals.extend(parser.parse2(group.stream()).into_iter().flatten());
    }

    fn argument(&mut self, arg: &Arg, known: &mut Known<'_>, problems: &mut Problems) {
        if arg.name == "signal" {
            let what = "the signals of `#[receiver]` come without a name";
            let help = "write `#[receiver(COURSE_ENROLLMENT_CREATED)]`";
            problems.push(Problem::of(&rules::ARGUMENT_UNKNOWN, &arg.name, what).help(help));
            if let Value::Is(value) = &arg.value {
                self.signals.extend(args::path(value));
            }
        } else if matches!(arg.value, Value::List(_)) && is_constant(&arg.name) {
            let what = "a signal is named, not called";
            problems.push(Problem::new(&arg.name, what).help(format!("write `#[receiver({})]`", arg.name)));
            self.signals.push(arg.name.clone().into());
        } else if known.accept(arg, problems) {
            match arg.name.to_string().as_str() {
                "order" => self.order = arg.integer("order = 10", problems).unwrap_or_default(),
                _ => self.path.set(arg.path("crate = path::to::openedx_events", problems)),
            }
        }
    }

    fn signal(&mut self, signal: Path, problems: &mut Problems) {
        if let Some(last) = signal.segments.last().filter(|_| is_struct(&signal)) {
            let what = format!("`{}` is the struct of an event, not its signal", last.ident);
            let constant = names::constant_name(&last.ident.unraw().to_string());
            let help = format!("write the event's static, as in `#[receiver({constant})]`");
            problems.push(Problem::new(&signal, what).help(help));
            self.signals.push(signal);
        } else if self.signals.iter().any(|other| text(other) == text(&signal)) {
            problems.push(given_twice(&signal));
        } else {
            self.signals.push(signal);
        }
    }
}

/// Whether the name is one that types have.
pub(super) fn is_struct(path: &Path) -> bool {
    let name = path.segments.last().map(|last| last.ident.unraw().to_string()).unwrap_or_default();
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.contains(|one: char| one.is_ascii_lowercase())
}

fn is_constant(name: &Ident) -> bool {
    name.to_string().chars().all(|one| one.is_ascii_uppercase() || one.is_ascii_digit() || one == '_')
}

fn signal_as_text(written: &LitStr, problems: &mut Problems) {
    let what = "a signal is named as the static that it is, not as a text";
    let signal = Some(written.value()).filter(|text| syn::parse_str::<Path>(text).is_ok());
    let signal = signal.as_deref().unwrap_or("COURSE_ENROLLMENT_CREATED");
    let help = format!("write the event's static, as in `#[receiver({signal})]`");
    problems.push(Problem::new(written, what).help(help));
}

fn text(signal: &Path) -> String {
    signal.to_token_stream().to_string().replace(' ', "")
}

/// The beginning of the message, also of the compiler's, which tells two names of one signal.
pub(super) fn given_twice_text(signal: &Path) -> String {
    format!("signal `{}` is given twice", text(signal))
}

pub(super) const RUNS_TWICE: &str = "remove one of the two: the receiver would run twice";

fn given_twice(signal: &Path) -> Problem {
    Problem::of(&rules::ARGUMENT_DUPLICATE, signal, given_twice_text(signal)).help(RUNS_TWICE)
}

/// The signals of the function's other `#[receiver(…)]`, which come after this one; refuses those that this one
/// has, too.
pub(super) fn later_signals(
    attributes: &[Attribute],
    signals: &[Path],
    problems: &mut Problems,
) -> Vec<Path> {
    let mut later = Vec::new();
    for attribute in attributes.iter().filter(|attribute| is_named(attribute, "receiver")) {
        let Ok(list) = attribute.meta.require_list() else { continue };
        let mut parsed = Arguments::default();
        // It reports its own mistakes.
        crate::diagnostics::without_reports(|problems| parsed.parse(list.tokens.clone(), problems));
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
