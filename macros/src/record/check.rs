//! The rules about the fields of payloads and the data keys of events, one function each.

use super::{Field, flow_control::check_flow_control};
use crate::{
    diagnostics::{Problem, Problems},
    record_kind::RecordKind,
    rules,
};

pub(crate) fn check_field(field: &Field<'_>, kind: RecordKind, problems: &mut Problems) {
    check_documented(field, problems);
    check_name(field, problems);
    check_type(field, problems);
    check_flow_control(field, kind, problems);
}

fn check_documented(field: &Field<'_>, problems: &mut Problems) {
    if !field.docs.exist {
        let what = format!("field `{}` is not documented", field.name);
        let help = "add a `/// …` comment that describes its value";
        problems.refuse(&rules::FIELD_UNDOCUMENTED, field.ident, what, help);
    }
}

fn check_name(field: &Field<'_>, problems: &mut Problems) {
    if field.name.starts_with("__") {
        let what = format!("field `{}` begins with two underscores", field.name);
        let help = format!(
            "rename it to `{}`: names that begin with two underscores are reserved for generated code",
            field.name.trim_start_matches('_')
        );
        problems.refuse(&rules::FIELD_RESERVED, field.ident, what, help);
    }
    if field.name == "build" {
        let what = "a field cannot be named `build`, because the builder has a method of that name";
        let help = "name it after its value, as in `build_number`";
        problems.refuse(&rules::FIELD_RESERVED, field.ident, what, help);
    }
    if !field.name.is_ascii() {
        let what = format!("field `{}` has a name that is not ASCII", field.name);
        let help = "use letters from `a` to `z`, digits and underscores, as Avro does";
        problems.refuse(&rules::FIELD_RESERVED, field.ident, what, help);
    }
}

/// Refuses types that no event can contain.
fn check_type(field: &Field<'_>, problems: &mut Problems) {
    if let Some(refusal) = &field.refusal {
        let what = format!("field `{}` {}", field.name, refusal.what);
        let problem = Problem::of(&rules::FIELD_TYPE, &refusal.at, what).help(&refusal.help);
        problems.push(match refusal.why {
            Some(why) => problem.note(why),
            None => problem,
        });
    }
}
