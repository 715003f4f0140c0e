//! The rules about a payload and its fields, one function each.

use syn::ext::IdentExt;

use super::parse::Payload;
use crate::{
    diagnostics::{Problem, Problems},
    record::{Field, check_flow_control, check_owned, find_mention, find_namesake},
    rules,
};

pub(crate) fn check(payload: &Payload<'_>, problems: &mut Problems) {
    check_documented(payload, problems);
    for field in &payload.fields {
        check_owned(field, false, problems);
        check_builder_name(field, problems);
        check_recursion(payload, field, problems);
        check_flow_control(field, "field", problems);
        field.waivers.check_needed(problems);
    }
}

fn check_documented(payload: &Payload<'_>, problems: &mut Problems) {
    if !payload.docs.exist {
        let what = format!("payload `{}` is not documented", payload.item.ident.unraw());
        problems.push(
            Problem::of(&rules::EVENT_UNDOCUMENTED, &payload.item.ident, what)
                .help("add a `/// …` comment that says what it describes"),
        );
    }
}

/// The setter would hide the builder's own method.
fn check_builder_name(field: &Field<'_>, problems: &mut Problems) {
    if field.name == "build" {
        problems.push(
            Problem::of(
                &rules::FIELD_RESERVED,
                field.ident,
                "field `build` has the name of the builder's last method",
            )
            .help("name it after what it holds, as in `build_number`"),
        );
    }
}

/// A payload that names itself: the schemas of such types would not even compile to a message. What leads
/// back through other payloads is found by `assert_field`.
fn check_recursion(payload: &Payload<'_>, field: &Field<'_>, problems: &mut Problems) {
    let ident = &payload.item.ident;
    let Some(at) = find_namesake(field.ty, ident) else { return };
    // Which of the two a path leads to, only the compiler knows.
    let or_another = if find_mention(field.ty, ident).is_some() { "" } else { ", or another of its name," };
    let what =
        format!("payload `{}` contains itself{or_another} through its field `{}`", ident.unraw(), field.name);
    problems.push(
        Problem::of(&rules::RECORD_RECURSIVE, at, what).help("refer to the other value by its key or id"),
    );
}
