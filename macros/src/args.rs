//! The arguments of an attribute.
//!
//! ```text
//! name
//! name = expression
//! name(tokens)
//! ```
//!
//! separated by commas. Keywords are valid names (`type`, `crate`).

pub(crate) mod hints;
mod value;

use std::iter;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Expr, Ident, Lit, LitStr, Token,
    ext::IdentExt,
    parenthesized,
    parse::{ParseStream, Parser},
};

use crate::{
    diagnostics::{Problem, Problems, quoted},
    rules::{self, Rule},
};

pub(crate) struct Arg {
    /// Without `r#`.
    pub(crate) name: Ident,
    pub(crate) value: ArgValue,
    /// Whether its form was reported as a mistake.
    pub(crate) is_reported: bool,
}

pub(crate) enum ArgValue {
    /// `name`
    Flag,
    /// `name = expression`
    Is(Box<Expr>),
    /// `name(tokens)`
    List(TokenStream),
}

impl Arg {
    pub(crate) fn parse(input: ParseStream<'_>, problems: &mut Problems) -> syn::Result<Self> {
        if !input.peek(Ident::peek_any) {
            let at = input.parse::<TokenTree>()?;
            let problem = Problem::new(&at, "expected an argument name");
            let quoted = syn::parse2::<LitStr>(at.to_token_stream()).ok();
            let name = quoted.and_then(|literal| literal.parse_with(Ident::parse_any).ok());
            let problem = match name {
                Some(name) => problem.help(format!("write `{name}`, without quotes")),
                None => problem.help(
                    "write the arguments as `name`, `name = value` or `name(…)`, with commas between them",
                ),
            };
            return Err(problem.into_error());
        }
        let name = input.call(Ident::parse_any)?.unraw();
        if input.peek(Token![:]) || input.peek(Token![==]) || input.peek(Lit) {
            let sign = input.parse::<TokenTree>()?;
            let what = format!("expected `=` after `{name}`");
            return Err(Problem::new(&sign, what)
                .help("write `=` between an argument and its value")
                .into_error());
        }
        if input.peek(syn::token::Bracket) || input.peek(syn::token::Brace) {
            let list: Group = input.parse()?;
            let what = format!("expected `(` after `{name}`");
            problems.mistake(&list, what, "write it in parentheses");
            return Ok(Self { name, value: ArgValue::List(list.stream()), is_reported: true });
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
        Ok(Self { name, value, is_reported: false })
    }
}

impl Arg {
    /// Returns the rules that the argument names, as in `type_hyphen = "…"` or `waive(type_hyphen)`, each with its name.
    pub(crate) fn rules(&self) -> impl Iterator<Item = (&'static Rule, Ident)> {
        let list = match &self.value {
            ArgValue::List(tokens) => tokens.clone(),
            ArgValue::Flag | ArgValue::Is(_) => TokenStream::new(),
        };
        let inner = list.into_iter().filter_map(|token| match token {
            TokenTree::Ident(name) => Some(name),
            _ => None,
        });
        let names = iter::once(self.name.clone()).chain(inner);
        names.filter_map(|name| Some((rules::find(&name.to_string())?, name)))
    }
}

/// Parses the tokens between an attribute's parentheses. After a syntax error it continues with the next argument, so
/// that a rule is not reported because its waiver was not read.
pub(crate) fn parse(tokens: TokenStream, problems: &mut Problems) -> Vec<Arg> {
    let mut args = Vec::new();
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            match Arg::parse(input, problems) {
                Ok(arg) => args.push(arg),
                Err(error) => {
                    problems.error(error);
                    skip_to_comma(input);
                }
            }
            if !input.is_empty() && input.parse::<Option<Token![,]>>()?.is_none() {
                let at = input.fork().parse::<TokenTree>()?;
                problems.mistake(&at, "expected `,`", "write the arguments with commas between them");
                if !input.peek(Ident::peek_any) {
                    skip_to_comma(input);
                    input.parse::<Option<Token![,]>>()?;
                }
            }
        }
        Ok(())
    };
    if let Err(error) = parser.parse2(tokens) {
        problems.error(error);
    }
    args
}

fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) && input.parse::<TokenTree>().is_ok() {}
}

/// Parses the value of `name`. If the value is incomplete, the parser would report the end of the input, which is
/// the whole attribute; this reports the value.
fn expression(input: ParseStream<'_>, name: &Ident) -> syn::Result<Expr> {
    if let Some(dictionary) = dictionary(input) {
        skip_to_comma(input);
        let help = match name.to_string().as_str() {
            "data" => "remove `data`: the fields of the struct are the data keys".to_owned(),
            _ => format!("write a Rust value after `{name} =`, or remove `{name}`"),
        };
        let what = format!("the value of `{name}` is a Python dictionary");
        return Err(Problem::new(&dictionary, what).help(help).into_error());
    }
    let start = input.fork();
    input.parse().map_err(|error| {
        let is_incomplete = error.to_string().starts_with("unexpected end of input");
        let written: Vec<TokenTree> = written(&start);
        if let Some((keyword, raw)) = keyword(&written).filter(|_| !is_incomplete) {
            return Problem::new(&keyword, format!("`{keyword}` is a Rust keyword"))
                .help(format!("write `{name} = {raw}`"))
                .into_error();
        }
        let what = if is_incomplete { "is incomplete" } else { "is not an expression" };
        let written: TokenStream = written.into_iter().collect();
        Problem::new(&written, format!("the value of `{name}` {what}"))
            .help(format!("complete the value of `{name}`, or remove it"))
            .into_error()
    })
}

/// Returns the value if it is written as `{"key": value}`. The parser would take it for an incomplete block.
fn dictionary(input: ParseStream<'_>) -> Option<Group> {
    let group = input.fork().parse::<Group>().ok().filter(|group| group.delimiter() == Delimiter::Brace)?;
    let mut tokens = group.stream().into_iter();
    let is_key = matches!(tokens.next(), Some(TokenTree::Literal(_)));
    let is_pair = matches!(tokens.next(), Some(TokenTree::Punct(colon)) if colon.as_char() == ':');
    (is_key && is_pair).then_some(group)
}

/// Returns the tokens up to the next comma.
fn written(input: ParseStream<'_>) -> Vec<TokenTree> {
    let mut tokens = Vec::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        tokens.extend(input.parse::<TokenTree>());
    }
    tokens
}

/// Returns the first keyword in a path such as `block.type`, and the path with `r#` before its keywords.
fn keyword(path: &[TokenTree]) -> Option<(Ident, String)> {
    let mut first = None;
    let mut raw = String::new();
    for token in path {
        match token {
            TokenTree::Ident(ident) if syn::parse2::<Ident>(ident.to_token_stream()).is_err() => {
                // `self` and a few others cannot be raw.
                syn::parse_str::<Ident>(&format!("r#{ident}")).ok()?;
                first.get_or_insert_with(|| ident.clone());
                raw.extend(["r#", &ident.to_string()]);
            }
            TokenTree::Ident(_) => raw.push_str(&token.to_string()),
            TokenTree::Punct(dot) if dot.as_char() == '.' => raw.push('.'),
            _ => return None,
        }
    }
    first.map(|first| (first, raw))
}

/// The arguments that an attribute knows; refuses unknown and repeated ones.
pub(crate) struct KnownArguments<'a> {
    /// As in "`#[event]`".
    attribute: &'a str,
    names: &'a [&'a str],
    /// Returns what to write in place of an unknown argument, if its name says what it is for.
    hint: fn(&str) -> Option<String>,
    seen: Vec<String>,
}

impl<'a> KnownArguments<'a> {
    pub(crate) fn new(attribute: &'a str, names: &'a [&'a str], hint: fn(&str) -> Option<String>) -> Self {
        Self { attribute, names, hint, seen: Vec::new() }
    }

    /// Returns whether the argument is known and new. `allow` can be repeated, for several rules.
    pub(crate) fn accept(&mut self, arg: &Arg, problems: &mut Problems) -> bool {
        let name = arg.name.to_string();
        if !self.names.contains(&name.as_str()) {
            let closest = closest(&name, self.names);
            let closest = closest.map(|known| format!("write `{known}`; ")).unwrap_or_default();
            let what = format!("{} has no argument `{name}`", self.attribute);
            let list = quoted(self.names);
            let rule = arg.rules().next().filter(|_| self.names.contains(&"allow"));
            let help = match (rule, (self.hint)(&name), self.names) {
                (Some((rule, _)), ..) => format!("write `allow({}, reason = \"…\")`", rule.name),
                (None, Some(hint), _) => hint,
                (None, None, [_]) => format!("its only argument is {list}"),
                (None, None, _) => format!("{closest}its arguments are {list}"),
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
