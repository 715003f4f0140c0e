//! The rules about a payload and its fields, one function each.

use syn::ext::IdentExt;

use super::parse::Payload;
use crate::{
    diagnostics::Problems,
    record::{Field, check_field, find_mention, find_namesake},
    record_kind::RecordKind,
    rules,
};

pub(crate) fn check(payload: &Payload<'_>, problems: &mut Problems) {
    check_documented(payload, problems);
    for field in &payload.fields {
        check_field(field, RecordKind::Payload, problems);
        check_recursion(payload, field, problems);
        field.waivers.check_needed(problems);
    }
}

fn check_documented(payload: &Payload<'_>, problems: &mut Problems) {
    if !payload.docs.exist {
        let what = format!("payload `{}` is not documented", payload.item.ident.unraw());
        let help = "add a `/// …` comment that says what it describes";
        problems.refuse(&rules::EVENT_UNDOCUMENTED, &payload.item.ident, what, help);
    }
}

/// Refuses a payload that names itself, whose schema would not compile. `assert_field` finds recursion through other
/// payloads.
fn check_recursion(payload: &Payload<'_>, field: &Field<'_>, problems: &mut Problems) {
    let ident = &payload.item.ident;
    let Some(at) = find_namesake(&field.ty, ident) else { return };
    // Only the compiler knows which struct a path leads to.
    let or_another =
        if find_mention(&field.ty, ident).is_some() { "" } else { ", or a payload of the same name," };
    let what =
        format!("payload `{}` contains itself{or_another} through its field `{}`", ident.unraw(), field.name);
    problems.refuse(&rules::RECORD_RECURSIVE, at, what, "refer to the other value by its key or id");
}
