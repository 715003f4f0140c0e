//! Reads the values of arguments, one method for each form.

use std::{fmt::Display, str::FromStr};

use quote::ToTokens;
use syn::{Expr, ExprLit, ExprUnary, Lit, LitStr, UnOp};

use super::{Arg, ArgValue, parse};
use crate::{
    diagnostics::{Problem, Problems},
    syntax::ungrouped,
};

impl Arg {
    /// Refuses a value of another form; `takes` names the right one, such as "a path".
    fn wrong_form(&self, takes: &str, example: &str, problems: &mut Problems) {
        let at: &dyn ToTokens = match &self.value {
            ArgValue::Is(value) => value,
            ArgValue::Flag | ArgValue::List(_) => &self.name,
        };
        let what = format!("`{}` takes {takes}", self.name);
        problems.mistake(&at.to_token_stream(), what, format!("write `{example}`"));
    }

    /// Does the same for an argument that takes a literal.
    fn no_literal(&self, takes: &str, example: &str, problems: &mut Problems) {
        match &self.value {
            // Only the compiler knows the value of a constant, and the result of another macro.
            ArgValue::Is(value) if matches!(ungrouped(value), Expr::Path(_) | Expr::Macro(_)) => problems.push(
                Problem::new(value, format!("`{}` takes {takes}", self.name))
                    .note("the macro reads the attribute before the compiler evaluates constants and other macros")
                    .help(format!("write `{example}`")),
            ),
            _ => self.wrong_form(takes, example, problems),
        }
    }

    /// Returns what `read` finds in the value of `name = value`.
    fn read<T>(&self, read: impl FnOnce(&Expr) -> Option<T>) -> Option<T> {
        match &self.value {
            ArgValue::Is(value) => read(value),
            ArgValue::Flag | ArgValue::List(_) => None,
        }
    }

    /// Reads `name`.
    pub(crate) fn flag(&self, problems: &mut Problems) -> bool {
        let is_flag = matches!(self.value, ArgValue::Flag);
        if self.read(is_false) == Some(()) {
            let what = format!("`{}` takes no value", self.name);
            problems.mistake(&self.name, what, "remove it: without it, the value is `false`");
        } else if !is_flag {
            self.wrong_form("no value", &self.name.to_string(), problems);
        }
        is_flag
    }

    /// Reads `name = "string"`, and refuses an empty string.
    pub(crate) fn string(&self, example: &str, problems: &mut Problems) -> Option<LitStr> {
        match self.read(string_literal) {
            Some(string) if !string.value().trim().is_empty() => return Some(string),
            Some(string) => {
                problems.mistake(&string, format!("`{}` is empty", self.name), format!("write `{example}`"));
            }
            None => self.no_literal("a string literal", example, problems),
        }
        None
    }

    /// Reads `name = expression`.
    pub(crate) fn expression(&self, takes: &str, example: &str, problems: &mut Problems) -> Option<&Expr> {
        match &self.value {
            ArgValue::Is(value) => return Some(value),
            ArgValue::List(tokens) if !tokens.is_empty() => {
                self.wrong_form(takes, &format!("{} = {tokens}", self.name), problems);
            }
            _ => self.wrong_form(takes, example, problems),
        }
        None
    }

    /// Reads `name = 1`, and refuses a number that is not from `min` to `max`.
    pub(crate) fn integer<T: FromStr + Display + PartialOrd + Copy>(
        &self,
        min: T,
        max: T,
        example: &str,
        problems: &mut Problems,
    ) -> Option<T> {
        let within = |digits: &str| digits.parse().ok().filter(|number| (min..=max).contains(number));
        let number = self.read(integer_digits).and_then(|digits| within(&digits));
        if number.is_none() {
            let takes = format!("an integer literal from {min} to {max}, without a suffix");
            let written = self.read(number_within).filter(|digits| within(digits).is_some());
            let example =
                written.map_or_else(|| example.to_owned(), |digits| format!("{} = {digits}", self.name));
            self.no_literal(&takes, &example, problems);
        }
        number
    }

    /// Reads `name = some::path`.
    pub(crate) fn path(&self, example: &str, problems: &mut Problems) -> Option<syn::Path> {
        let path = self.read(path);
        if path.is_none() {
            self.wrong_form("a path", example, problems);
        }
        path
    }

    /// Reads the arguments in `name(…)`.
    pub(crate) fn list(&self, example: &str, problems: &mut Problems) -> Vec<Arg> {
        if let ArgValue::List(tokens) = &self.value {
            return parse(tokens.clone(), problems);
        }
        self.wrong_form("a list in parentheses", example, problems);
        Vec::new()
    }
}

fn path(value: &Expr) -> Option<syn::Path> {
    match ungrouped(value) {
        Expr::Path(path) if path.qself.is_none() && path.attrs.is_empty() => Some(path.path.clone()),
        _ => None,
    }
}

fn string_literal(value: &Expr) -> Option<LitStr> {
    match ungrouped(value) {
        Expr::Lit(ExprLit { lit: Lit::Str(string), .. }) => Some(string.clone()),
        _ => None,
    }
}

fn is_false(value: &Expr) -> Option<()> {
    match ungrouped(value) {
        Expr::Lit(ExprLit { lit: Lit::Bool(literal), .. }) if !literal.value => Some(()),
        _ => None,
    }
}

/// Returns the digits in a value of another form: `5i32`, `"5"`, `(5)`, `5 as i32`.
fn number_within(value: &Expr) -> Option<String> {
    match ungrouped(value) {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => Some(number.base10_digits().to_owned()),
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
        Expr::Paren(paren) => number_within(&paren.expr),
        Expr::Cast(cast) => number_within(&cast.expr),
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => {
            number_within(expr).map(|digits| format!("-{digits}"))
        }
        _ => None,
    }
}

fn integer_digits(value: &Expr) -> Option<String> {
    match ungrouped(value) {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) if number.suffix().is_empty() => {
            Some(number.base10_digits().to_owned())
        }
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => {
            integer_digits(expr).map(|digits| format!("-{digits}"))
        }
        _ => None,
    }
}
