//! The arguments of an attribute.
//!
//! ```text
//! name
//! name = expression
//! name(tokens)
//! ```
//!
//! separated by commas. Keywords are fine as names (`type`, `crate`).

mod meant;
mod value;

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Expr, Ident, Token,
    ext::IdentExt,
    parenthesized,
    parse::{Parse, ParseStream, Parser},
};

pub(crate) use self::{
    meant::meant,
    value::{path, text_literal},
};
use crate::{
    diagnostics::{Problem, Problems},
    rules,
};

/// One argument.
pub(crate) struct Arg {
    /// Without `r#`.
    pub(crate) name: Ident,
    pub(crate) value: Value,
}

pub(crate) enum Value {
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
            return Err(Problem::new(&at, "expected the name of an argument")
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
            // The parser would show the end of the input, which is the whole attribute.
            if input.is_empty() {
                let what = format!("`{name}` has no value");
                return Err(Problem::new(&name, what).into_error());
            }
            Value::Is(Box::new(expression(input, &name)?))
        } else if input.peek(syn::token::Paren) {
            let content;
            parenthesized!(content in input);
            Value::List(content.parse()?)
        } else {
            Value::Flag
        };
        Ok(Self { name, value })
    }
}

/// Parses what is between an attribute's parentheses; what follows a syntax error is left out.
pub(crate) fn parse(tokens: TokenStream, problems: &mut Problems) -> Vec<Arg> {
    let mut args = Vec::new();
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            args.push(input.parse::<Arg>()?);
            if !input.is_empty() {
                comma(input, "write the arguments with commas between them")?;
            }
        }
        Ok(())
    };
    if let Err(error) = parser.parse2(tokens) {
        problems.error(error);
    }
    args
}

/// What separates arguments.
pub(crate) fn comma(input: ParseStream<'_>, help: &str) -> syn::Result<()> {
    if input.peek(Token![,]) {
        return input.parse::<Token![,]>().map(|_| ());
    }
    let at = input.parse::<TokenTree>()?;
    Err(Problem::new(&at, "expected `,`").help(help).into_error())
}

/// The value of `name`. Of one that is cut off the parser would show the end of the input, which is the whole
/// attribute.
fn expression(input: ParseStream<'_>, name: &Ident) -> syn::Result<Expr> {
    let start = input.fork();
    if input.peek(syn::token::Brace) && start.fork().parse::<Expr>().is_err() {
        // What Python calls a dictionary; whoever takes the value refuses it.
        return input.parse::<TokenTree>().map(|group| Expr::Verbatim(group.into()));
    }
    input.parse().map_err(|error| {
        let is_cut_off = error.to_string().starts_with("unexpected end of input");
        match start.parse::<TokenStream>() {
            Ok(written) if is_cut_off => {
                Problem::new(&written, format!("the value of `{}` is cut off", name.unraw()))
                    .help("write the rest of it, or remove what is too much at its end")
                    .into_error()
            }
            _ => error,
        }
    })
}

/// Takes one argument after the other, and refuses what is unknown or there twice.
pub(crate) struct Known<'a> {
    /// As in "`#[event]`".
    pub(crate) attribute: &'a str,
    /// The names, for the message.
    pub(crate) names: &'a [&'a str],
    seen: Vec<String>,
}

impl<'a> Known<'a> {
    pub(crate) fn new(attribute: &'a str, names: &'a [&'a str]) -> Self {
        Self { attribute, names, seen: Vec::new() }
    }

    /// Whether to go on with this argument; `allow` may be there for several rules.
    pub(crate) fn accept(&mut self, arg: &Arg, problems: &mut Problems) -> bool {
        let name = arg.name.to_string();
        if !self.names.contains(&name.as_str()) {
            let known = list(self.names);
            let meant = meant(&name, self.names);
            let meant = meant.map(|known| format!("write `{known}`; ")).unwrap_or_default();
            problems.push(
                Problem::of(
                    &rules::ARGUMENT_UNKNOWN,
                    &arg.name,
                    format!("{} has no argument `{name}`", self.attribute),
                )
                .help(format!("{meant}its arguments are {known}")),
            );
            return false;
        }
        if name != "allow" && self.seen.contains(&name) {
            problems.push(
                Problem::of(&rules::ARGUMENT_DUPLICATE, &arg.name, format!("`{name}` is given twice"))
                    .help("remove one of the two"),
            );
            return false;
        }
        self.seen.push(name);
        true
    }
}

/// `` `a`, `b` and `c` ``
pub(crate) fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}
