//! What is written in `allow(…)`, also where it is not as it should be: it still says what is meant.
//!
//! ```text
//! allow(rule, reason = "…")
//! ```

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, Ident, LitStr, Token, ext::IdentExt, parse::Parser};

use crate::{
    args::{self, Arg, Value},
    diagnostics::Problem,
    rules,
};

/// One `allow(…)`.
#[derive(Default)]
pub(super) struct Written {
    /// The rules; all but the first are a mistake.
    pub(super) rules: Vec<Ident>,
    pub(super) reason: Option<LitStr>,
    /// The first thing that is wrong with its form.
    pub(super) mistake: Option<Problem>,
}

impl Written {
    pub(super) fn new(arg: &Arg) -> Self {
        let mut written = Self::default();
        match &arg.value {
            Value::List(tokens) => {
                for part in parts(tokens.clone()) {
                    written.take(part);
                }
                written.check_complete(&arg.name);
            }
            Value::Is(value) => {
                written.rules.extend(rule_in(value.to_token_stream()));
                written.refuse(value, "`allow` takes a rule and a reason in parentheses");
            }
            Value::Flag => written.refuse(&arg.name, "`allow` takes a rule and a reason in parentheses"),
        }
        // Only now is everything known that the example gives back.
        let example = written.example();
        written.mistake =
            written.mistake.map(|mistake| mistake.help_if_none(|| format!("write `{example}`")));
        written
    }

    /// How it should be written.
    pub(super) fn example(&self) -> String {
        let rule = self.rules.first().map_or_else(|| "type_hyphen".to_owned(), Ident::to_string);
        allow(&rule, self.reason.as_ref())
    }

    fn refuse(&mut self, at: &impl ToTokens, what: impl Into<String>) {
        self.mistake.get_or_insert_with(|| Problem::new(at, what));
    }

    fn take(&mut self, part: TokenStream) {
        if let Ok(rule) = Ident::parse_any.parse2(part.clone()) {
            self.rule(rule);
        } else if let Ok(text) = syn::parse2::<LitStr>(part.clone()) {
            match rule_in(part).filter(|_| self.rules.is_empty()) {
                Some(rule) => {
                    self.refuse(&text, "a rule is named without quotation marks");
                    self.rules.push(rule);
                }
                None => {
                    self.refuse(&text, "the reason of `allow(…)` comes with its name");
                    self.reason.get_or_insert(text);
                }
            }
        } else {
            self.named(&part);
        }
    }

    fn rule(&mut self, rule: Ident) {
        if self.reason.is_some() && self.rules.is_empty() {
            self.refuse(&rule, "`allow` takes the name of a rule first");
        } else if !self.rules.is_empty() {
            let help = format!("write another `{}` for this one", allow(&rule.to_string(), None));
            self.mistake.get_or_insert_with(|| Problem::new(&rule, "`allow(…)` waives one rule").help(help));
        }
        self.rules.push(rule);
    }

    /// `reason = "…"`, and what looks like it.
    fn named(&mut self, part: &TokenStream) {
        let mut tokens = part.clone().into_iter();
        let (Some(TokenTree::Ident(name)), sign) = (tokens.next(), tokens.next()) else {
            return self.refuse(part, "expected the name of a rule, or a reason");
        };
        let is_equal = matches!(&sign, Some(TokenTree::Punct(sign)) if sign.as_char() == '=');
        let value = match sign {
            Some(TokenTree::Group(group)) => group.stream(),
            _ => tokens.collect(),
        };
        let text = syn::parse2::<Expr>(value.clone()).ok().as_ref().and_then(args::text_literal);
        if name != "reason" {
            let what = format!("`allow(…)` has no argument `{name}`");
            self.mistake.get_or_insert_with(|| Problem::of(&rules::ARGUMENT_UNKNOWN, &name, what));
        } else if self.reason.is_some() {
            let problem = Problem::of(&rules::ARGUMENT_DUPLICATE, &name, "`reason` is given twice");
            self.mistake.get_or_insert_with(|| problem.help("remove one of the two"));
        } else if !is_equal {
            self.refuse(&name, "expected `=` after `reason`");
        } else if value.is_empty() {
            self.refuse(&name, "`reason` has no value");
        } else if text.is_none() {
            self.refuse(&value, "`reason` takes a text in quotation marks");
        }
        if let Some(text) = text {
            if text.value().trim().is_empty() {
                self.refuse(&text, "`reason` is empty");
            } else {
                self.reason.get_or_insert(text);
            }
        }
    }

    fn check_complete(&mut self, name: &Ident) {
        let Some(rule) = self.rules.first().cloned() else {
            return self.refuse(name, "`allow` takes the name of a rule first");
        };
        if self.reason.is_none() {
            let help = format!(
                "write `{}`: the reason is for whoever reads this next",
                allow(&rule.to_string(), None)
            );
            let what = format!("`allow({rule})` gives no reason");
            self.mistake.get_or_insert_with(|| Problem::new(&rule, what).help(help));
        }
    }
}

/// `allow(rule, reason = "…")`
fn allow(rule: &str, reason: Option<&LitStr>) -> String {
    let reason = reason.map_or_else(|| "…".to_owned(), LitStr::value);
    format!("allow({rule}, reason = \"{reason}\")")
}

/// What is between the commas.
fn parts(tokens: TokenStream) -> Vec<TokenStream> {
    let parser = syn::punctuated::Punctuated::<TokenStream, Token![,]>::parse_terminated_with;
    let part = |input: syn::parse::ParseStream<'_>| {
        let mut part = TokenStream::new();
        while !input.is_empty() && !input.peek(Token![,]) {
            part.extend([input.parse::<TokenTree>()?]);
        }
        Ok(part)
    };
    let parts = Parser::parse2(|input: syn::parse::ParseStream<'_>| parser(input, part), tokens);
    parts.map(|parts| parts.into_iter().filter(|part| !part.is_empty()).collect()).unwrap_or_default()
}

/// The rule that is named as a word or as a text.
fn rule_in(value: TokenStream) -> Option<Ident> {
    let name = match syn::parse2::<LitStr>(value.clone()) {
        Ok(text) => text.parse::<Ident>().ok()?,
        Err(_) => syn::parse2::<Ident>(value).ok()?,
    };
    rules::find(&name.to_string()).map(|_| name)
}
