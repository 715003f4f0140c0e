//! The arguments of the attribute.
//!
//! ```text
//! SIGNAL, other::SIGNAL, order = 10, batch(max = 500, wait = "5s"), name = "stable.name", only = bus, crate = path
//! ```

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, Ident, LitStr, Path, Token,
    ext::IdentExt,
    parse::{ParseStream, Parser},
};

use super::{
    batch_argument::BatchArgument,
    only::{Only, parse_name},
    signal_forms::{SignalForm, is_payload, is_struct, signals_in, text},
};
use crate::{
    args::{Arg, ArgValue, KnownArguments, hints},
    diagnostics::{Problem, Problems, without_reports},
    names, rules,
    runtime_path::RuntimePath,
    syntax::{is_key_value, is_named},
};

const PATHS: &str = "write the paths of the events' statics, as in `#[receiver(SIGNAL, other::SIGNAL)]`";

const ARGUMENTS: &[&str] = &["order", "batch", "name", "only", "crate"];

#[derive(Default)]
pub(super) struct ReceiverArguments {
    pub(super) signals: Vec<Path>,
    pub(super) order: i32,
    /// The word `order`, if it is given.
    pub(super) order_name: Option<Ident>,
    pub(super) batch: Option<BatchArgument>,
    /// The stable name.
    pub(super) name: Option<LitStr>,
    pub(super) only: Option<Only>,
    pub(super) path: RuntimePath,
}

impl ReceiverArguments {
    /// Returns whether all arguments are correct.
    pub(super) fn parse(&mut self, tokens: TokenStream, problems: &mut Problems) -> bool {
        // The compiler refuses `#[receiver = "…"]` itself.
        if is_key_value(&tokens) {
            return false;
        }
        let before = problems.len();
        let mut known = KnownArguments::new("`#[receiver]`", ARGUMENTS, hints::of_receiver);
        let mut part = TokenStream::new();
        for token in tokens {
            match token {
                TokenTree::Punct(comma) if comma.as_char() == ',' => {
                    if part.is_empty() {
                        problems.mistake(&comma, "expected the path of a signal", "remove one of the commas");
                    }
                    self.part(std::mem::take(&mut part), &mut known, problems);
                }
                token => part.extend([token]),
            }
        }
        self.part(part, &mut known, problems);
        if self.signals.is_empty() && problems.len() == before {
            let help = "write `#[receiver(COURSE_ENROLLMENT_CREATED)]`, with the event's static";
            problems.mistake(&TokenStream::new(), "`#[receiver]` does not name a signal", help);
        }
        problems.len() == before
    }

    /// Parses what stands between two commas: a signal or an argument, or several of them without a comma.
    fn part(&mut self, part: TokenStream, known: &mut KnownArguments<'_>, problems: &mut Problems) {
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if is_argument(input) {
                    let arg = Arg::parse(input, problems)?;
                    self.argument(&arg, known, problems);
                } else if let Some(signal) = signal(input) {
                    self.signal(signal, problems);
                } else {
                    let rest: TokenStream = input.parse()?;
                    self.refuse(&rest, problems);
                }
                if !input.is_empty() {
                    let at: TokenTree = input.fork().parse()?;
                    problems.mistake(&at, "expected `,`", "separate the signals with commas");
                    while !input.is_empty() && !input.peek(Ident::peek_any) {
                        input.parse::<TokenTree>()?;
                    }
                }
            }
            Ok(())
        };
        if let Err(error) = parser.parse2(part) {
            problems.error(error);
        }
    }

    fn argument(&mut self, arg: &Arg, known: &mut KnownArguments<'_>, problems: &mut Problems) {
        let are_signals = ["signal", "signals", "event", "events"].iter().any(|name| arg.name == name);
        if let ArgValue::Is(value) = &arg.value
            && are_signals
        {
            let what = format!("`#[receiver]` has no argument `{}`", arg.name);
            let help = SignalForm::of(&value.to_token_stream()).help(PATHS);
            problems.refuse(&rules::ARGUMENT_UNKNOWN, &arg.name, what, help);
            self.signals.extend(signals_in(value.to_token_stream()));
            return;
        }
        if ["max", "wait"].iter().any(|name| arg.name == name) {
            // The function is a batch receiver all the same.
            self.batch.get_or_insert_with(BatchArgument::default);
        }
        if !known.accept(arg, problems) {
            return;
        }
        match arg.name.to_string().as_str() {
            "order" => {
                self.order = arg.integer(i32::MIN, i32::MAX, "order = 10", problems).unwrap_or_default();
                self.order_name = Some(arg.name.clone());
            }
            "batch" => self.batch = Some(BatchArgument::parse(arg, problems)),
            "name" => self.name = parse_name(arg, problems),
            "only" => self.only = Only::parse(arg, problems),
            _ => self.path = RuntimePath::parse(arg, problems),
        }
    }

    /// Refuses signals in another form.
    fn refuse(&mut self, tokens: &TokenStream, problems: &mut Problems) {
        let form = SignalForm::of(tokens);
        problems.mistake(tokens, form.what, form.help(PATHS));
        self.signals.extend(signals_in(tokens.clone()));
    }

    fn signal(&mut self, signal: Path, problems: &mut Problems) {
        if let Some(word) = signal.get_ident().filter(|word| *word == "bus" || *word == "process") {
            let what = format!("`{word}` is not a signal");
            problems.mistake(word, what, format!("write `only = {word}`"));
        } else if let Some(last) = signal.segments.last().filter(|_| is_payload(&signal)) {
            let what = format!("`{}` is a payload, not a signal", last.ident);
            let help = "write the event's static, as in `#[receiver(COURSE_ENROLLMENT_CREATED)]`";
            problems.mistake(&signal, what, help);
            self.signals.push(signal);
        } else if let Some(last) = signal.segments.last().filter(|_| is_struct(&signal)) {
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
    let has_value = input.peek2(Token![=]) && !input.peek2(Token![==]);
    input.peek(Ident::peek_any) && (has_value || (is_name && !input.peek2(Token![::])))
}

/// Parses the path of a signal, if nothing follows that could belong to it.
fn signal(input: ParseStream<'_>) -> Option<Path> {
    let ahead = input.fork();
    ahead.call(Path::parse_mod_style).ok()?;
    let is_over = ahead.is_empty()
        || (ahead.peek(Ident::peek_any) && !ahead.peek(Token![as]))
        || ahead.peek(Token![|])
        || ahead.peek(Token![;])
        || ahead.peek(Token![+])
        || ahead.peek(Token![&]);
    is_over.then(|| input.call(Path::parse_mod_style).ok())?
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
