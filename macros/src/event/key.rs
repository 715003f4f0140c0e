//! The argument `key`.

use syn::{Expr, Ident};

use crate::{args::Arg, diagnostics::Problems};

/// Parses `enrollment.course.course_key`; empty if the value has another form.
pub(super) fn parse(arg: &Arg, problems: &mut Problems) -> Vec<Ident> {
    const EXAMPLE: &str = "key = enrollment.course.course_key";
    let Some(value) = arg.expression("the path of a field", EXAMPLE, problems) else {
        return Vec::new();
    };
    let mut path = Vec::new();
    if is_path(value, &mut path) {
        return path;
    }
    let what = "a key is the path of a field in the event's data";
    problems.mistake(value, what, format!("write a path such as `{EXAMPLE}`"));
    Vec::new()
}

fn is_path(value: &Expr, path: &mut Vec<Ident>) -> bool {
    match value {
        Expr::Field(syn::ExprField { base, member: syn::Member::Named(name), attrs, .. })
            if attrs.is_empty() =>
        {
            let is_path = is_path(base, path);
            path.push(name.clone());
            is_path
        }
        Expr::Path(first) => {
            path.extend(first.path.get_ident().cloned());
            !path.is_empty()
        }
        Expr::Group(group) => is_path(&group.expr, path),
        _ => false,
    }
}
