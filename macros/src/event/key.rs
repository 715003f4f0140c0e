//! The argument `key`, and what is meant by other forms of it.

use syn::{Expr, Ident};

use crate::{
    args::{self, Arg},
    diagnostics::{Problem, Problems},
};

/// `enrollment.course.course_key`
pub(super) fn parse(arg: &Arg, problems: &mut Problems) -> Vec<Ident> {
    const EXAMPLE: &str = "key = enrollment.course.course_key";
    let listed = match &arg.value {
        args::Value::List(tokens) => syn::parse2::<Expr>(tokens.clone()).ok().and_then(|key| meant_key(&key)),
        _ => None,
    };
    let example = listed.map_or_else(|| EXAMPLE.to_owned(), |key| format!("key = {key}"));
    let Some(whole) = arg.expression("the path of a field", &example, problems) else {
        return Vec::new();
    };
    let mut rest = whole;
    let mut path = Vec::new();
    loop {
        match rest {
            Expr::Field(syn::ExprField { base, member: syn::Member::Named(name), attrs, .. })
                if attrs.is_empty() =>
            {
                path.insert(0, name.clone());
                rest = base;
            }
            Expr::Path(first) if first.path.get_ident().is_some() => {
                path.extend(first.path.get_ident().cloned());
                path.rotate_right(1);
                return path;
            }
            Expr::Group(group) => rest = &group.expr,
            _ => {
                let help = match meant_key(whole) {
                    Some(key) => format!("write `key = {key}`"),
                    None => format!("write one like `{EXAMPLE}`"),
                };
                let what = "a key is the path of a field in the event's data";
                problems.push(Problem::new(whole, what).help(help));
                return Vec::new();
            }
        }
    }
}

/// The path that a key of another form was probably meant as.
fn meant_key(written: &Expr) -> Option<String> {
    match written {
        Expr::Path(path) if path.qself.is_none() => {
            let names: Vec<String> =
                path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            Some(names.join("."))
        }
        Expr::Field(field) => match &field.member {
            syn::Member::Named(name) => Some(format!("{}.{name}", meant_key(&field.base)?)),
            // There are no tuples in the data.
            syn::Member::Unnamed(_) => meant_key(&field.base),
        },
        Expr::Reference(reference) => meant_key(&reference.expr),
        Expr::Group(group) => meant_key(&group.expr),
        Expr::Paren(paren) => meant_key(&paren.expr),
        // Of several, the first.
        Expr::Tuple(tuple) => meant_key(tuple.elems.first()?),
        Expr::Array(array) => meant_key(array.elems.first()?),
        Expr::MethodCall(call) => meant_key(&call.receiver),
        Expr::Index(index) => meant_key(&index.expr),
        other => args::text_literal(other)
            .map(|text| text.value())
            .filter(|text| syn::parse_str::<Expr>(text).is_ok_and(|key| meant_key(&key).is_some())),
    }
}
