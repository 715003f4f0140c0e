//! The rules about an event and its data keys, one function each.

use syn::ext::IdentExt;

use super::parse::{Event, UNNAMED};
use crate::{
    args,
    diagnostics::{Problem, Problems},
    event_type::EventType,
    record::{Field, check_flow_control, check_owned, find_mention},
    rules,
};

/// The names of what a receiver can ask for besides the data keys.
const RESERVED: &[&str] = &["metadata", "event", "signal", "sender", "from_event_bus"];

pub(crate) fn check(event: &Event<'_>, problems: &mut Problems) {
    let waivers = &event.arguments.waivers;
    let event_type = event.arguments.event_type.as_ref();
    let event_type = event_type.filter(|event_type| !event_type.is_refused());
    let is_compared = event_type.is_some_and(|event_type| {
        let is_named = event.constant != UNNAMED;
        event_type.check(waivers, problems)
            && is_named
            && check_major_version(event, event_type, problems)
            && {
                check_mismatch(event, event_type, problems);
                true
            }
    });
    check_contains_event(event, problems);
    check_documented(event, problems);
    if event.arguments.has_key {
        // Only the compiler knows what the key is.
        waivers.covers(&rules::KEY_IS_PII);
    }
    for field in &event.fields {
        check_owned(field, event.arguments.local_only.is_some(), problems);
        check_recursion(event, field, problems);
        check_reserved(field, problems);
        check_suffix(field, problems);
        check_flow_control(field, "data key", problems);
        field.waivers.check_needed(problems);
    }
    // Waivers of rules that were not reached may be needed yet.
    if is_compared {
        waivers.check_needed(problems);
    }
}

/// The place of the constant's name: its literal, or the struct it is derived from.
fn name_place(event: &Event<'_>) -> proc_macro2::TokenStream {
    use quote::ToTokens;
    match &event.arguments.name {
        Some(name) => name.to_token_stream(),
        None => event.item.ident.to_token_stream(),
    }
}

/// `_V2` from the second major version on, and never `_V1`.
fn check_major_version(event: &Event<'_>, event_type: &EventType, problems: &mut Problems) -> bool {
    let constant = event.constant.to_string();
    let (base, written) = split_version(&constant);
    let wanted = event_type.major_version.filter(|version| *version > 1);
    if written.map(str::to_owned) == wanted.map(|version| version.to_string()) {
        return true;
    }
    let suffix = wanted.map(|version| format!("_V{version}")).unwrap_or_default();
    let what = match (written, wanted) {
        (None, Some(wanted)) => {
            format!("constant `{constant}` does not say that its event type is at `v{wanted}`")
        }
        (Some(written), Some(wanted)) => {
            format!("constant `{constant}` says `V{written}`, but its event type is at `v{wanted}`")
        }
        (Some("1"), None) => format!("constant `{constant}` says `V1`, which goes without saying"),
        (written, None) => format!(
            "constant `{constant}` says `V{}`, but its event type does not",
            written.unwrap_or_default()
        ),
    };
    let help = if event.arguments.name.is_some() {
        format!("call it `{base}{suffix}`")
    } else {
        let name = event.item.ident.unraw().to_string();
        let stem = name.trim_end_matches(|one: char| one.is_ascii_digit());
        let digits = &name[stem.len()..];
        // `CreatedV2`, and `Created2` where the version is 2.
        let is_version = wanted.is_some_and(|wanted| wanted.to_string() == digits);
        let stem = match stem.strip_suffix('V').filter(|_| !digits.is_empty()) {
            Some(stem) => stem,
            None if is_version => stem,
            None => &name,
        };
        let stem = if name.starts_with(|first: char| first.is_ascii_lowercase()) {
            base.split('_').map(capitalized).collect()
        } else {
            stem.to_owned()
        };
        format!("call the struct `{stem}{}`", suffix.trim_start_matches('_'))
    };
    problems.push(Problem::of(&rules::NAME_MISSING_MAJOR_VERSION, &name_place(event), what).help(help));
    false
}

/// `LOGIN` → `Login`
fn capitalized(word: &str) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    first.to_owned() + &rest.to_lowercase()
}

/// `LOGIN_COMPLETED_V2` → `LOGIN_COMPLETED` and `2`.
fn split_version(constant: &str) -> (&str, Option<&str>) {
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|one| one.is_ascii_digit());
    match constant.rsplit_once("_V").filter(|(_, digits)| is_number(digits)) {
        Some((base, version)) => (base, Some(version)),
        None => (constant, None),
    }
}

fn check_mismatch(event: &Event<'_>, event_type: &EventType, problems: &mut Problems) {
    let constant = event.constant.to_string();
    let (base, _) = split_version(&constant);
    let type_words = event_type.words();
    // The word `EVENT` has a rule of its own.
    let without_event =
        |words: &[String]| words.iter().filter(|word| !is_event(word)).cloned().collect::<Vec<_>>();
    let words: Vec<String> = base.split('_').map(str::to_owned).collect();
    let matches =
        type_words.ends_with(&words) || without_event(&type_words).ends_with(&without_event(&words));
    if !matches && !type_words.is_empty() {
        problems.check(&event.arguments.waivers, &rules::NAME_MISMATCH, || {
            let what = format!(
                "constant `{constant}` is not made of the last words of event type `{}`",
                event_type.text()
            );
            let suffix = &constant[base.len()..];
            let better = format!("{}{suffix}", type_words.join("_"));
            let help = if event.arguments.name.is_some() {
                format!("write `name = \"{better}\"`")
            } else {
                format!("name the struct after `{better}`, or write `name = \"{better}\"`")
            };
            Problem::of(&rules::NAME_MISMATCH, &name_place(event), what).help(help)
        });
    }
}

fn is_event(word: &str) -> bool {
    ["EVENT", "EVENTS"].contains(&word)
}

fn check_contains_event(event: &Event<'_>, problems: &mut Problems) {
    let constant = event.constant.to_string();
    if let Some(said) = constant.split('_').find(|word| is_event(word)) {
        problems.check(&event.arguments.waivers, &rules::NAME_CONTAINS_EVENT, || {
            let words: Vec<&str> = constant.split('_').filter(|word| !is_event(word)).collect();
            Problem::of(
                &rules::NAME_CONTAINS_EVENT,
                &name_place(event),
                format!("constant `{constant}` says `{said}`"),
            )
            .help(format!("call it `{}`", words.join("_")))
        });
    }
}

fn check_documented(event: &Event<'_>, problems: &mut Problems) {
    if !event.docs.exist {
        let what = format!("event `{}` is not documented", event.item.ident.unraw());
        problems.push(
            Problem::of(&rules::EVENT_UNDOCUMENTED, &event.item.ident, what)
                .help("add a `/// …` comment that says when the event is sent"),
        );
    }
}

/// What stays in the process may hold itself behind a pointer.
fn check_recursion(event: &Event<'_>, field: &Field<'_>, problems: &mut Problems) {
    let ident = &event.item.ident;
    if let Some(at) = find_mention(field.ty, ident)
        && event.arguments.local_only.is_none()
    {
        let what = format!("event `{}` contains itself through its data key `{}`", ident.unraw(), field.name);
        problems.push(
            Problem::of(&rules::RECORD_RECURSIVE, at, what)
                .help("refer to the other event by an id in its data"),
        );
    }
}

fn check_reserved(field: &Field<'_>, problems: &mut Problems) {
    let name = field.name.as_str();
    if RESERVED.contains(&name) {
        problems.push(
            Problem::of(&rules::FIELD_RESERVED, field.ident, format!("`{name}` cannot be a data key"))
                .help(format!("choose another name: {} are reserved", args::list(RESERVED))),
        );
    } else if let Some(stem) = name.strip_prefix('_').filter(|_| !name.starts_with("__")) {
        let what = format!("data key `{name}` begins with an underscore, which receivers leave out");
        let help = format!("call it `{}`", stem.trim_start_matches('_'));
        problems.push(Problem::of(&rules::FIELD_RESERVED, field.ident, what).help(help));
    } else if name == "build" {
        problems.push(
            Problem::of(
                &rules::FIELD_RESERVED,
                field.ident,
                "`build` cannot be a data key: it is the builder's last method",
            )
            .help("name it after what it holds, as in `build_number`"),
        );
    }
}

fn check_suffix(field: &Field<'_>, problems: &mut Problems) {
    for suffix in ["_data", "_payload"] {
        let Some(stem) = field.name.strip_suffix(suffix) else {
            continue;
        };
        problems.check(&field.waivers, &rules::FIELD_DATA_SUFFIX, || {
            let what = format!("data key `{}` ends in `{suffix}`", field.name);
            Problem::of(&rules::FIELD_DATA_SUFFIX, field.ident, what).help(format!("call it `{stem}`"))
        });
    }
}
