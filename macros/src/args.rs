//! The arguments of an attribute.
//!
//! ```text
//! name
//! name = expression
//! name(tokens)
//! ```
//!
//! separated by commas. Keywords are valid names (`type`, `crate`).

mod value;

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Expr, Ident, Token,
    ext::IdentExt,
    parenthesized,
    parse::{Parse, ParseStream, Parser},
};

use crate::{
    diagnostics::{Problem, Problems, quoted},
    rules,
};

pub(crate) struct Arg {
    /// Without `r#`.
    pub(crate) name: Ident,
    pub(crate) value: ArgValue,
}

pub(crate) enum ArgValue {
    /// `name`
    Flag,
    /// `name = expression`
    Is(Box<Expr>),
    /// `name(tokens)`
    List(TokenStream),
}

impl Parse for Arg {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(Ident::peek_any) {
            let at = input.parse::<TokenTree>()?;
            return Err(Problem::new(&at, "expected an argument name")
                .help("write the arguments as `name`, `name = value` or `name(…)`, with commas between them")
                .into_error());
        }
        let name = input.call(Ident::parse_any)?.unraw();
        if input.peek(Token![:]) || input.peek(Token![==]) {
            let sign = input.parse::<TokenTree>()?;
            let what = format!("expected `=` after `{name}`");
            return Err(Problem::new(&sign, what)
                .help("write `=` between an argument and its value")
                .into_error());
        }
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            // The parser would report the end of the input, which is the whole attribute.
            if input.is_empty() {
                return Err(Problem::new(&name, format!("`{name}` has no value"))
                    .help(format!("write a value after `{name} =`, or remove it"))
                    .into_error());
            }
            ArgValue::Is(Box::new(expression(input, &name)?))
        } else if input.peek(syn::token::Paren) {
            let content;
            parenthesized!(content in input);
            ArgValue::List(content.parse()?)
        } else {
            ArgValue::Flag
        };
        Ok(Self { name, value })
    }
}

/// Parses the tokens between an attribute's parentheses, up to the first syntax error.
pub(crate) fn parse(tokens: TokenStream, problems: &mut Problems) -> Vec<Arg> {
    let mut args = Vec::new();
    let help = "write the arguments with commas between them";
    separated(tokens, help, problems, |input, _| {
        args.push(input.parse()?);
        Ok(())
    });
    args
}

/// Parses parts with commas between them, up to the first syntax error. `help` is that of a missing comma.
pub(crate) fn separated(
    tokens: TokenStream,
    help: &str,
    problems: &mut Problems,
    mut part: impl FnMut(ParseStream<'_>, &mut Problems) -> syn::Result<()>,
) {
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            part(input, problems)?;
            if !input.is_empty() && input.parse::<Option<Token![,]>>()?.is_none() {
                let at = input.parse::<TokenTree>()?;
                return Err(Problem::new(&at, "expected `,`").help(help).into_error());
            }
        }
        Ok(())
    };
    if let Err(error) = parser.parse2(tokens) {
        problems.error(error);
    }
}

/// Parses the value of `name`. If the value is incomplete, the parser would report the end of the input, which is
/// the whole attribute; this reports the value.
fn expression(input: ParseStream<'_>, name: &Ident) -> syn::Result<Expr> {
    let start = input.fork();
    input.parse().map_err(|error| {
        let is_incomplete = error.to_string().starts_with("unexpected end of input");
        match start.parse::<TokenStream>() {
            Ok(written) if is_incomplete => {
                Problem::new(&written, format!("the value of `{name}` is incomplete"))
                    .help(format!("complete the value of `{name}`, or remove it"))
                    .into_error()
            }
            _ => error,
        }
    })
}

/// The arguments that an attribute knows; refuses unknown and repeated ones.
pub(crate) struct KnownArguments<'a> {
    /// As in "`#[event]`".
    attribute: &'a str,
    names: &'a [&'a str],
    seen: Vec<String>,
}

impl<'a> KnownArguments<'a> {
    pub(crate) fn new(attribute: &'a str, names: &'a [&'a str]) -> Self {
        Self { attribute, names, seen: Vec::new() }
    }

    /// Returns whether the argument is known and new. `allow` can be repeated, for several rules.
    pub(crate) fn accept(&mut self, arg: &Arg, problems: &mut Problems) -> bool {
        let name = arg.name.to_string();
        if !self.names.contains(&name.as_str()) {
            let closest = closest(&name, self.names);
            let closest = closest.map(|known| format!("write `{known}`; ")).unwrap_or_default();
            let what = format!("{} has no argument `{name}`", self.attribute);
            let list = quoted(self.names);
            let help = match self.names {
                [_] => format!("its only argument is {list}"),
                _ => format!("{closest}its arguments are {list}"),
            };
            problems.refuse(&rules::ARGUMENT_UNKNOWN, &arg.name, what, help);
            return false;
        }
        if name != "allow" && self.seen.contains(&name) {
            let what = format!("`{name}` is given twice");
            problems.refuse(&rules::ARGUMENT_DUPLICATE, &arg.name, what, "remove one of the two");
            return false;
        }
        self.seen.push(name);
        true
    }
}

/// Returns the name that resembles `written`: it differs by one letter or shares a word.
pub(crate) fn closest<'a>(written: &str, names: &[&'a str]) -> Option<&'a str> {
    let written = written.to_ascii_lowercase();
    let has_word = |name: &str, word: &str| name.split('_').any(|one| one == word);
    let shares_word = |known: &str| has_word(&written, known) || has_word(known, &written);
    let typo = names.iter().find(|known| is_typo(&written, known));
    typo.or_else(|| names.iter().find(|known| shares_word(known))).copied()
}

/// Returns whether the two differ in one letter, or in two adjacent letters that are swapped.
fn is_typo(left: &str, right: &str) -> bool {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let same = |(left, right): &(&char, &char)| left == right;
    let front = left.iter().zip(&right).take_while(same).count();
    let back = left[front..].iter().rev().zip(right[front..].iter().rev()).take_while(same).count();
    match (&left[front..left.len() - back], &right[front..right.len() - back]) {
        ([] | [_], [] | [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}
