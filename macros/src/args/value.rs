//! Reads the values of arguments, one method for each form.

use quote::ToTokens;
use syn::{Expr, LitStr};

use super::{Arg, ArgValue, parse};
use crate::diagnostics::{Problem, Problems};

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
            ArgValue::Is(value) if is_evaluated_later(value) => problems.push(
                Problem::new(value, format!("`{}` takes {takes}", self.name))
                    .note("the macro reads the attribute before the compiler evaluates constants and other macros")
                    .help(format!("write `{example}`")),
            ),
            _ => self.wrong_form(takes, example, problems),
        }
    }

    /// Reads `name`.
    pub(crate) fn flag(&self, problems: &mut Problems) -> bool {
        let is_flag = matches!(self.value, ArgValue::Flag);
        if !is_flag {
            self.wrong_form("no value", &self.name.to_string(), problems);
        }
        is_flag
    }

    /// Reads `name = "string"`, and refuses an empty string.
    pub(crate) fn string(&self, example: &str, problems: &mut Problems) -> Option<LitStr> {
        let literal = match &self.value {
            ArgValue::Is(value) => string_literal(value),
            ArgValue::Flag | ArgValue::List(_) => None,
        };
        match literal {
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
        if let ArgValue::Is(value) = &self.value {
            return Some(value);
        }
        self.wrong_form(takes, example, problems);
        None
    }

    /// Reads `name = 1`, and refuses a number outside the range of `T`.
    pub(crate) fn integer<T: Integer>(&self, example: &str, problems: &mut Problems) -> Option<T> {
        let digits = match &self.value {
            ArgValue::Is(value) => integer_digits(value),
            ArgValue::Flag | ArgValue::List(_) => None,
        };
        let number = digits.and_then(|digits| digits.parse().ok());
        if number.is_none() {
            let takes = format!("an integer literal from {} to {}, without a suffix", T::MIN, T::MAX);
            self.no_literal(&takes, example, problems);
        }
        number
    }

    /// Reads `name = some::path`.
    pub(crate) fn path(&self, example: &str, problems: &mut Problems) -> Option<syn::Path> {
        let path = match &self.value {
            ArgValue::Is(value) => path(value),
            ArgValue::Flag | ArgValue::List(_) => None,
        };
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

/// A type of number that an argument can have.
pub(crate) trait Integer: std::str::FromStr + std::fmt::Display {
    const MIN: Self;
    const MAX: Self;
}

impl Integer for u32 {
    const MIN: Self = Self::MIN;
    const MAX: Self = Self::MAX;
}

impl Integer for i32 {
    const MIN: Self = Self::MIN;
    const MAX: Self = Self::MAX;
}

/// Returns the literal, even inside the invisible group that `macro_rules!` puts around an expression.
fn string_literal(value: &Expr) -> Option<LitStr> {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            syn::Lit::Str(string) => Some(string.clone()),
            _ => None,
        },
        Expr::Group(group) => string_literal(&group.expr),
        _ => None,
    }
}

fn path(value: &Expr) -> Option<syn::Path> {
    match value {
        Expr::Path(path) if path.qself.is_none() && path.attrs.is_empty() => Some(path.path.clone()),
        Expr::Group(group) => path(&group.expr),
        _ => None,
    }
}

fn integer_digits(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            syn::Lit::Int(number) if number.suffix().is_empty() => Some(number.base10_digits().to_owned()),
            _ => None,
        },
        Expr::Unary(syn::ExprUnary { op: syn::UnOp::Neg(_), expr, .. }) => {
            integer_digits(expr).map(|digits| format!("-{digits}"))
        }
        Expr::Group(group) => integer_digits(&group.expr),
        _ => None,
    }
}

/// Returns whether only the compiler knows the value: a constant, or the result of another macro.
fn is_evaluated_later(value: &Expr) -> bool {
    match value {
        Expr::Path(_) | Expr::Macro(_) => true,
        Expr::Group(group) => is_evaluated_later(&group.expr),
        _ => false,
    }
}
