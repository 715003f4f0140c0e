//! The values of arguments, each in the form that its name takes.

use quote::ToTokens;
use syn::{Expr, LitStr};

use super::{Arg, Value, parse};
use crate::diagnostics::{Problem, Problems};

impl Arg {
    /// Refuses a value that is of another form; `takes` says which it should be, as in "a number".
    pub(crate) fn wrong_form(&self, takes: &str, example: &str, problems: &mut Problems) {
        let at: &dyn ToTokens = match &self.value {
            Value::Is(value) => value,
            Value::Flag | Value::List(_) => &self.name,
        };
        let mut problem = Problem::new(&at.to_token_stream(), format!("`{}` takes {takes}", self.name));
        if let Value::Is(value) = &self.value
            && is_evaluated_later(value)
        {
            problem = problem
                .note("the macro reads what is written here, before any constant or other macro has a value");
        }
        problems.push(problem.help(format!("write `{example}`")));
    }

    /// The value of `name`, which takes none.
    pub(crate) fn flag(&self, problems: &mut Problems) -> bool {
        let is_flag = matches!(self.value, Value::Flag);
        if !is_flag {
            self.wrong_form("no value", &self.name.to_string(), problems);
        }
        is_flag
    }

    /// The value of `name = "text"`, which is not empty.
    pub(crate) fn text(&self, example: &str, problems: &mut Problems) -> Option<LitStr> {
        let literal = match &self.value {
            Value::Is(value) => text_literal(value),
            Value::Flag | Value::List(_) => None,
        };
        match literal {
            Some(text) if !text.value().trim().is_empty() => return Some(text),
            Some(text) => {
                let name = &self.name;
                problems.push(
                    Problem::new(&text, format!("`{name}` is empty")).help(format!("write `{example}`")),
                );
            }
            None => {
                let name = &self.name;
                let own = self.meant_text().map(|text| format!("{name} = \"{text}\""));
                self.wrong_form("a text in quotation marks", own.as_deref().unwrap_or(example), problems);
            }
        }
        None
    }

    /// The text, where it stands in another form than `name = "text"`.
    fn meant_text(&self) -> Option<String> {
        match &self.value {
            Value::List(tokens) => syn::parse2::<LitStr>(tokens.clone()).ok().map(|text| text.value()),
            Value::Is(value) => match &**value {
                Expr::Lit(literal) => match &literal.lit {
                    syn::Lit::ByteStr(text) => String::from_utf8(text.value()).ok(),
                    syn::Lit::CStr(text) => text.value().into_string().ok(),
                    _ => None,
                },
                // An event type without its quotation marks.
                Expr::Field(path) => Some(path.to_token_stream().to_string().replace(' ', "")),
                _ => None,
            },
            Value::Flag => None,
        }
    }

    /// The value of `name = expression`.
    pub(crate) fn expression(&self, takes: &str, example: &str, problems: &mut Problems) -> Option<&Expr> {
        if let Value::Is(value) = &self.value {
            return Some(value);
        }
        self.wrong_form(takes, example, problems);
        None
    }

    /// The value of `name = 1`, which is in the range of `T`.
    pub(crate) fn integer<T: Integer>(&self, example: &str, problems: &mut Problems) -> Option<T> {
        let takes = format!("a plain number from {} to {}", T::MIN, T::MAX);
        let text = self.expression(&takes, example, problems)?;
        let number = integer_text(text).and_then(|text| text.parse().ok());
        if number.is_none() {
            let own = meant_number(text)
                .filter(|digits| digits.parse::<T>().is_ok())
                .map(|digits| format!("{} = {digits}", self.name));
            self.wrong_form(&takes, own.as_deref().unwrap_or(example), problems);
        }
        number
    }

    /// The value of `name = some::path`.
    pub(crate) fn path(&self, example: &str, problems: &mut Problems) -> Option<syn::Path> {
        let path = match &self.value {
            Value::Is(value) => path(value),
            Value::Flag | Value::List(_) => None,
        };
        if path.is_none() {
            self.wrong_form("a path", example, problems);
        }
        path
    }

    /// The arguments in `name(…)`.
    pub(crate) fn list(&self, example: &str, problems: &mut Problems) -> Vec<Arg> {
        if let Value::List(tokens) = &self.value {
            return parse(tokens.clone(), problems);
        }
        self.wrong_form("a list in parentheses", example, problems);
        Vec::new()
    }
}

/// The types of numbers that arguments have.
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

/// The literal, also inside the invisible group that `macro_rules!` puts around an expression.
pub(crate) fn text_literal(value: &Expr) -> Option<LitStr> {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            syn::Lit::Str(text) => Some(text.clone()),
            _ => None,
        },
        Expr::Group(group) => text_literal(&group.expr),
        _ => None,
    }
}

pub(crate) fn path(value: &Expr) -> Option<syn::Path> {
    match value {
        Expr::Path(path) if path.qself.is_none() && path.attrs.is_empty() => Some(path.path.clone()),
        Expr::Group(group) => path(&group.expr),
        _ => None,
    }
}

fn integer_text(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            syn::Lit::Int(number) if number.suffix().is_empty() => Some(number.base10_digits().to_owned()),
            _ => None,
        },
        Expr::Unary(syn::ExprUnary { op: syn::UnOp::Neg(_), expr, .. }) => {
            integer_text(expr).map(|digits| format!("-{digits}"))
        }
        Expr::Group(group) => integer_text(&group.expr),
        _ => None,
    }
}

/// The digits of `1u32` and `"1"`.
fn meant_number(value: &Expr) -> Option<String> {
    let Expr::Lit(literal) = value else { return None };
    let digits = match &literal.lit {
        syn::Lit::Int(number) => number.base10_digits().to_owned(),
        syn::Lit::Str(text) => text.value(),
        _ => return None,
    };
    Some(digits)
}

/// Whether only the compiler knows the value: a constant, or what another macro makes.
fn is_evaluated_later(value: &Expr) -> bool {
    match value {
        Expr::Path(_) | Expr::Macro(_) => true,
        Expr::Group(group) => is_evaluated_later(&group.expr),
        _ => false,
    }
}
