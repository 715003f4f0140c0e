//! Signals that are not written as paths: what is wrong with the form, and which signals are meant.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Path, ext::IdentExt, parse::Parser};

use crate::names;

/// A wrong form of one or more signals.
pub(super) struct SignalForm {
    /// The mistake.
    pub(super) what: &'static str,
    /// The paths to write instead, as far as they are known.
    paths: Vec<String>,
}

impl SignalForm {
    pub(super) fn of(tokens: &TokenStream) -> Self {
        let paths = signals_in(tokens.clone()).iter().map(constant).collect();
        let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
        let is_punct =
            |token: &TokenTree, sign| matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign);
        let has = |sign| tokens.iter().any(|token| is_punct(token, sign));
        let is_group = |token: &TokenTree, of: &[Delimiter]| matches!(token, TokenTree::Group(group) if of.contains(&group.delimiter()));
        let what = if tokens.last().is_some_and(|last| is_punct(last, '*')) {
            "a receiver names each of its signals, and cannot take all signals of a module"
        } else if tokens.iter().any(|token| is_group(token, &[Delimiter::Brace])) {
            "signals are listed one by one, without braces"
        } else if has('<') {
            "this is the type of a signal, not a signal"
        } else if tokens.iter().any(|token| is_group(token, &[Delimiter::Bracket, Delimiter::Parenthesis])) {
            "signals are listed without brackets or parentheses"
        } else if has('.') {
            "a signal is the path of a static, with `::`"
        } else if has('&') || has('*') {
            "a signal is named without `&` or `*`"
        } else if matches!(tokens.first(), Some(TokenTree::Literal(_))) {
            "expected the path of a signal, found a literal"
        } else {
            "expected the path of a signal"
        };
        Self { what, paths }
    }

    /// Returns the help: `unknown` if the signals are unknown.
    pub(super) fn help(&self, unknown: &str) -> String {
        match &self.paths[..] {
            [] => unknown.to_owned(),
            [path] => format!("write the path `{path}`"),
            paths => format!("write the paths `{}`", paths.join(", ")),
        }
    }
}

/// Returns the path, with the constant's name in place of the struct's.
fn constant(path: &Path) -> String {
    let mut path = path.clone();
    if is_struct(&path)
        && let Some(last) = path.segments.last_mut()
    {
        last.ident = Ident::new(&names::constant_name(&last.ident.unraw().to_string()), last.ident.span());
    }
    text(&path)
}

/// Finds the signals in `tokens`: paths that end in the name of a constant, or of the struct of an event. `a::{B, C}` is
/// `a::B` and `a::C`.
pub(super) fn signals_in(tokens: TokenStream) -> Vec<Path> {
    let mut found = Vec::new();
    search(tokens, &[], &mut found);
    found
}

fn search(tokens: TokenStream, prefix: &[Ident], found: &mut Vec<Path>) {
    let mut path = prefix.to_vec();
    let mut is_joined = true;
    for token in tokens {
        match token {
            TokenTree::Ident(name) => {
                if !is_joined {
                    finish(&mut path, prefix, found);
                }
                path.push(name);
                is_joined = false;
            }
            TokenTree::Punct(punct) if matches!(punct.as_char(), ':' | '.') => is_joined = true,
            TokenTree::Group(group) => {
                search(group.stream(), if is_joined { &path } else { &[] }, found);
                finish(&mut path, prefix, found);
            }
            _ => finish(&mut path, prefix, found),
        }
    }
    finish(&mut path, prefix, found);
}

fn finish(path: &mut Vec<Ident>, prefix: &[Ident], found: &mut Vec<Path>) {
    let mut segments = std::mem::replace(path, prefix.to_vec());
    let is_constant = |name: &Ident| {
        let name = name.to_string();
        name.len() > 1
            && name.chars().all(|one| one.is_ascii_uppercase() || one.is_ascii_digit() || one == '_')
    };
    // `SIGNAL.connect`
    segments.truncate(segments.iter().rposition(is_constant).map_or(segments.len(), |last| last + 1));
    let Some(last) = segments.last().filter(|last| segments.len() > prefix.len() && *last != "Signal") else {
        return;
    };
    if let Ok(path) = Path::parse_mod_style.parse2(quote!(#(#segments)::*))
        && (is_constant(last) || (is_struct(&path) && !is_payload(&path)))
    {
        found.push(path);
    }
}

/// Returns whether the path ends in a name that looks like a type.
pub(super) fn is_struct(path: &Path) -> bool {
    let name = path.segments.last().map(|last| last.ident.unraw().to_string()).unwrap_or_default();
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.contains(|one: char| one.is_ascii_lowercase())
}

/// Returns whether the path ends in a name that looks like a payload's, such as `UserData`.
pub(super) fn is_payload(path: &Path) -> bool {
    is_struct(path) && path.segments.last().is_some_and(|last| last.ident.to_string().ends_with("Data"))
}

pub(super) fn text(signal: &Path) -> String {
    signal.to_token_stream().to_string().replace(' ', "")
}
