//! The rules about an event and its data keys, one function each.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;

use super::parse::{Event, UNNAMED};
use crate::{
    diagnostics::{Problems, quoted},
    event_type::{Constant, EventType},
    names::{constant_name_of, split_version, struct_name},
    record::Field,
    rules,
};

/// The names of receivers' other parameters, here and in Python.
const RESERVED: &[&str] = &["metadata", "event", "signal", "sender", "from_event_bus"];

const SUFFIXES: &[&str] = &["_data", "_payload"];

/// Returns whether a data key has a reserved name.
pub(crate) fn check(event: &Event<'_>, problems: &mut Problems) -> bool {
    let waivers = &event.arguments.waivers;
    let is_complete = check_type_and_name(event, problems);
    check_contains_event(event, problems);
    event.record.check_documented(problems);
    if event.arguments.has_key {
        // Only the compiler knows whether the key is personal data.
        waivers.mark_needed(&rules::KEY_IS_PII);
    }
    let mut has_reserved_key = false;
    for field in &event.record.fields {
        event.record.check_field(field, problems);
        has_reserved_key |= check_reserved(event, field, problems);
        check_suffix(event, field, problems);
        field.waivers.check_needed(problems);
    }
    // If some rules were not checked, their waivers may be needed.
    if is_complete {
        waivers.check_needed(problems);
    }
    has_reserved_key
}

/// Checks the event type, and compares the constant with it. Returns whether all these rules were checked.
fn check_type_and_name(event: &Event<'_>, problems: &mut Problems) -> bool {
    let event_type = &event.event_type;
    if event_type.is_refused() {
        return false;
    }
    let is_named = event.constant != UNNAMED && !event.arguments.is_name_refused;
    let (name, rename) = (event.constant.to_string(), |constant: &str| rename(event, constant));
    let constant = Constant { name: &name, rename: &rename };
    let is_comparable = event_type.check(&constant, &event.arguments.waivers, problems) && is_named;
    if is_comparable && check_major_version(event, event_type, problems) {
        check_mismatch(event, event_type, problems);
        return true;
    }
    false
}

/// Returns the tokens that name the constant: its literal, or the name of the struct.
fn name_place(event: &Event<'_>) -> TokenStream {
    match &event.arguments.name {
        Some(name) => name.to_token_stream(),
        None => event.record.item.ident.to_token_stream(),
    }
}

/// Requires `_V2` from the second major version on, and refuses `_V1`.
fn check_major_version(event: &Event<'_>, event_type: &EventType, problems: &mut Problems) -> bool {
    let constant = event.constant.to_string();
    let (base, written) = split_version(&constant);
    let wanted = event_type.major_version.filter(|version| *version > 1);
    if written.map(str::to_owned) == wanted.map(|version| version.to_string()) {
        return true;
    }
    let what = match (written, wanted) {
        (None, Some(wanted)) => {
            format!("constant `{constant}` does not end in the major version of its event type, `v{wanted}`")
        }
        (Some(written), Some(wanted)) => {
            format!("constant `{constant}` ends in `V{written}`, but its event type ends in `v{wanted}`")
        }
        (Some("1"), None) => {
            format!("constant `{constant}` ends in `V1`, but the first version has no suffix")
        }
        (written, None) => format!(
            "constant `{constant}` ends in `V{}`, but its event type does not",
            written.unwrap_or_default()
        ),
    };
    let right = if matches(base, event_type) { base.to_owned() } else { right_base(event_type) };
    let suffix = wanted.map(|version| format!("_V{version}")).unwrap_or_default();
    let help = rename(event, &(right + &suffix));
    problems.refuse(&rules::NAME_MISSING_MAJOR_VERSION, &name_place(event), what, help);
    false
}

fn check_mismatch(event: &Event<'_>, event_type: &EventType, problems: &mut Problems) {
    let constant = event.constant.to_string();
    let (base, _) = split_version(&constant);
    if !matches(base, event_type) {
        let text = &event_type.text;
        let what = format!("constant `{constant}` does not repeat the last words of event type `{text}`");
        let better = right_base(event_type) + &constant[base.len()..];
        let mut help = rename(event, &better);
        if event.arguments.name.is_none() {
            help = format!("{help}, or add `name = \"{better}\"` to the arguments of `#[event]`");
        }
        event.arguments.waivers.check(&rules::NAME_MISMATCH, &name_place(event), what, &help, problems);
    }
}

/// Returns whether the constant without its version, `base`, repeats the last words of the event type. The word `EVENT`
/// has a rule of its own.
fn matches(base: &str, event_type: &EventType) -> bool {
    let type_words = event_type.words();
    let words: Vec<String> = base.split('_').map(str::to_owned).collect();
    type_words.is_empty()
        || type_words.ends_with(&words)
        || without_event(&type_words).ends_with(&without_event(&words))
}

/// Returns the constant that repeats all words of the event type's subject and action.
fn right_base(event_type: &EventType) -> String {
    let words = event_type.words();
    let without = without_event(&words);
    (if without.is_empty() { words } else { without }).join("_")
}

fn without_event(words: &[String]) -> Vec<String> {
    words.iter().filter(|word| !is_event(word)).cloned().collect()
}

fn is_event(word: &str) -> bool {
    ["EVENT", "EVENTS"].contains(&word)
}

/// Says how to give the constant this name.
fn rename(event: &Event<'_>, constant: &str) -> String {
    match &event.arguments.name {
        Some(_) => format!("write `name = \"{constant}\"`"),
        None => format!("rename the struct to `{}`", renamed_struct(event, constant)),
    }
}

/// Returns the name of a struct for the constant, with the capitals of the user's name if they mean the same.
fn renamed_struct(event: &Event<'_>, constant: &str) -> String {
    let name = event.record.item.ident.unraw().to_string();
    let (base, version) = split_version(constant);
    let stem = name.trim_end_matches(|one: char| one.is_ascii_digit());
    let stem = stem.strip_suffix('V').filter(|_| stem != name).unwrap_or(&name);
    let version = version.map(|version| format!("V{version}")).unwrap_or_default();
    if constant_name_of(stem, &event.event_type.words()) == base {
        return format!("{stem}{version}");
    }
    struct_name(constant)
}

fn check_contains_event(event: &Event<'_>, problems: &mut Problems) {
    let constant = event.constant.to_string();
    if let Some(word) = constant.split('_').find(|word| is_event(word)) {
        let others: Vec<&str> = constant.split('_').filter(|word| !is_event(word)).collect();
        let what = format!("constant `{constant}` contains `{word}`");
        let help = match &others[..] {
            [] => "name it after what happened".to_owned(),
            others => rename(event, &others.join("_")),
        };
        event.arguments.waivers.check(&rules::NAME_CONTAINS_EVENT, &name_place(event), what, &help, problems);
    }
}

fn check_reserved(event: &Event<'_>, field: &Field<'_>, problems: &mut Problems) -> bool {
    let name = field.name.as_str();
    let (what, help) = if RESERVED.contains(&name) {
        let help = format!("choose another name; {} are reserved", quoted(RESERVED));
        (format!("a data key cannot be named `{name}`"), help)
    } else if name.starts_with('_') && !name.starts_with("__") {
        let what = format!(
            "data key `{name}` begins with an underscore, which is ignored in the names of receiver parameters"
        );
        (what, format!("rename it to `{}`", event.record.free_name(name, RESERVED)))
    } else {
        return false;
    };
    problems.refuse(&rules::FIELD_RESERVED, field.ident, what, help);
    true
}

fn check_suffix(event: &Event<'_>, field: &Field<'_>, problems: &mut Problems) {
    let mut stem = field.name.as_str();
    while let Some(shorter) = SUFFIXES.iter().find_map(|suffix| stem.strip_suffix(suffix)) {
        stem = shorter;
    }
    if let Some(suffix) = SUFFIXES.iter().find(|suffix| field.name.ends_with(**suffix)) {
        let what = format!("data key `{}` ends in `{suffix}`", field.name);
        let help = format!("rename it to `{}`", event.record.free_name(stem, RESERVED));
        field.waivers.check(&rules::FIELD_DATA_SUFFIX, field.ident, what, &help, problems);
    }
}
