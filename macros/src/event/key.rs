//! The argument `key`: the path of a field in the event's data.

use syn::{Expr, ExprField, ExprLit, Ident, Lit, Member};

use super::examples::EXAMPLE_KEY;
use crate::{args::Arg, diagnostics::Problems, syntax::ungrouped};

/// Parses `enrollment.course.course_key`; empty if the value has another form.
pub(super) fn parse(arg: &Arg, example: &str, problems: &mut Problems) -> Vec<Ident> {
    let Some(value) = arg.expression("the path of a field", example, problems) else {
        return Vec::new();
    };
    path(value).unwrap_or_else(|| {
        let what = "a key must be the path of a field in the event's data";
        let help = match path_within(value) {
            Some(path) => format!("write `key = {path}`"),
            None if example == EXAMPLE_KEY => format!("remove `key`, or write a path such as `{example}`"),
            None => format!("write `{example}`, for example"),
        };
        problems.mistake(value, what, help);
        Vec::new()
    })
}

/// Returns the path in an expression around it, such as `"course.id"`, `&course.id` or `course.id.to_string()`.
fn path_within(value: &Expr) -> Option<String> {
    match ungrouped(value) {
        Expr::Lit(ExprLit { lit: Lit::Str(literal), .. }) => path_within(&literal.parse().ok()?),
        Expr::Reference(reference) => path_within(&reference.expr),
        Expr::MethodCall(call) => path_within(&call.receiver),
        Expr::Paren(paren) => path_within(&paren.expr),
        other => {
            let names: Vec<String> = path(other)?.iter().map(Ident::to_string).collect();
            Some(names.join("."))
        }
    }
}

pub(super) fn path(value: &Expr) -> Option<Vec<Ident>> {
    match ungrouped(value) {
        Expr::Field(ExprField { base, member: Member::Named(name), attrs, .. }) if attrs.is_empty() => {
            let mut path = path(base)?;
            path.push(name.clone());
            Some(path)
        }
        Expr::Path(first) => first.path.get_ident().map(|first| vec![first.clone()]),
        _ => None,
    }
}
