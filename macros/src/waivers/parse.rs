//! Reads waivers, and refuses those that are malformed or in the wrong place.
//!
//! ```text
//! allow(rule, reason = "…")
//! ```

use std::cell::Cell;

use syn::{Attribute, Ident, Meta, Token, punctuated::Punctuated};

use super::{Place, WaiverState, Waivers, example};
use crate::{
    args::{Arg, ArgValue, KnownArguments, closest, hints},
    diagnostics::{Problems, quoted},
    record_kind::RecordKind::{Event, Payload},
    rules::{self, Kind, Rule, Subject},
};

impl Arg {
    /// Reads `allow(rule, reason = "…")`.
    pub(crate) fn waiver(&self, place: Place, waivers: &mut Waivers, problems: &mut Problems) {
        let before = problems.len();
        let args = self.list(&example("type_hyphen"), problems);
        let is_name = |arg: &Arg| matches!(arg.value, ArgValue::Flag) && arg.name != "reason";
        let (names, others): (Vec<Arg>, Vec<Arg>) = args.into_iter().partition(is_name);
        let names: Vec<Ident> = names.into_iter().map(|arg| arg.name).collect();
        let example = example(&names.first().map_or_else(|| "type_hyphen".to_owned(), Ident::to_string));
        for name in names.iter().skip(1) {
            let help = format!("write a separate `{}` for this rule", super::example(&name.to_string()));
            problems.mistake(name, "`allow(…)` waives one rule", help);
        }
        let mut known = KnownArguments::new("`allow(…)`", &["reason"], hints::of_waiver);
        for arg in &others {
            if known.accept(arg, problems) {
                arg.string(&example, problems);
            }
        }
        if problems.len() == before && !self.is_reported {
            match &names[..] {
                [] => problems.mistake(
                    &self.name,
                    "`allow(…)` does not name a rule",
                    format!("write `{example}`"),
                ),
                [name, ..] if others.is_empty() => {
                    let what = format!("`allow({name})` gives no reason");
                    problems.mistake(name, what, format!("write `{example}` to tell future readers why"));
                }
                _ => {}
            }
        }
        let is_malformed = problems.len() > before || self.is_reported;
        if names.is_empty() {
            waivers.add(None, &self.name, WaiverState::Refused);
        }
        for name in &names {
            let state =
                if is_malformed { WaiverState::Refused } else { check(name, place, waivers, problems) };
            waivers.add(find(name), name, state);
        }
    }
}

impl Arg {
    /// Notes the rules in an unknown argument: it was reported, and the rules must not be reported as well.
    pub(crate) fn mistaken_waiver(&self, waivers: &mut Waivers) {
        for (rule, name) in self.rules() {
            waivers.add(Some(rule), &name, WaiverState::Refused);
        }
    }
}

/// Returns the rule called `name`, or one with a similar name.
fn find(name: &Ident) -> Option<&'static Rule> {
    let name = name.to_string();
    rules::find(&name).or_else(|| closest(&name, &rules::conventions()).and_then(rules::find))
}

fn check(at: &Ident, place: Place, waivers: &Waivers, problems: &mut Problems) -> WaiverState {
    let name = at.to_string();
    let Some(rule) = rules::find(&name) else {
        let closest = find(at).map(|rule| format!("write `{}`; ", rule.name)).unwrap_or_default();
        let help = format!("{closest}the rules that can be waived are {}", quoted(&rules::conventions()));
        problems.mistake(at, format!("unknown rule `{name}`"), help);
        return WaiverState::Refused;
    };
    let Kind::Convention { subject, .. } = rule.kind else {
        problems.vain_waiver(rule, at);
        return WaiverState::Refused;
    };
    if waivers.0.iter().any(|other| other.rule.is_some_and(|other| other.name == rule.name)) {
        let what = format!("`allow({name})` is given twice");
        problems.refuse(&rules::ARGUMENT_DUPLICATE, at, what, "remove one of the two");
        return WaiverState::Refused;
    }
    match misplaced(rule, subject, place) {
        Some((place, help)) => {
            problems.mistake(at, format!("rule `{name}` cannot be waived {place}"), help);
            WaiverState::Misplaced
        }
        None => WaiverState::Sound(Cell::new(false)),
    }
}

/// Names the wrong place of a waiver, and the right one.
fn misplaced(rule: &Rule, subject: Subject, place: Place) -> Option<(&'static str, String)> {
    let example = example(rule.name);
    match (place, subject) {
        (Place::Struct(Event), Subject::Event) | (Place::Field(_), Subject::DataKey | Subject::Field) => None,
        (Place::Struct(Event), Subject::DataKey | Subject::Field) => {
            Some(("above the struct", format!("write `#[event({example})]` on the data key")))
        }
        (Place::Struct(Payload), Subject::Field) => {
            Some(("above the struct", format!("write `#[payload({example})]` on the field")))
        }
        (Place::Field(Event), Subject::Event) => Some((
            "on a data key",
            format!("write `{example}` in `#[event(…)]` above the struct: the rule is about the event"),
        )),
        (Place::Struct(Payload), Subject::DataKey | Subject::Event)
        | (Place::Field(Payload), Subject::Event) => {
            Some(("in a payload", "remove it: the rule is about events".to_owned()))
        }
    }
}

/// Refuses the compiler's own `#[allow(…)]` if it names a rule, because the compiler would report an unknown lint.
/// Returns whether it does.
pub(crate) fn refuse_lint(
    attribute: &Attribute,
    place: Place,
    waivers: &mut Waivers,
    problems: &mut Problems,
) -> bool {
    let is_lint = ["allow", "expect"].iter().any(|name| attribute.path().is_ident(name));
    let lints = is_lint.then(|| attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated));
    let Some(Ok(lints)) = lints else {
        return false;
    };
    let mut is_refused = false;
    for name in lints.iter().filter_map(|lint| lint.path().segments.last()).map(|last| &last.ident) {
        if let Some(rule) = rules::find(&name.to_string()) {
            let waiver = example(rule.name);
            let help = match place {
                Place::Struct(Event) => format!("write `{waiver}` in `#[event(…)]`"),
                Place::Field(Event) => format!("write `#[event({waiver})]`"),
                Place::Struct(Payload) | Place::Field(Payload) => {
                    format!("write `#[payload({waiver})]` on the field")
                }
            };
            problems.mistake(name, format!("`{name}` is a rule for events, not a compiler lint"), help);
            waivers.add(Some(rule), name, WaiverState::Misplaced);
            is_refused = true;
        }
    }
    is_refused
}
