//! `allow(rule, reason = "…")`: conventions that an event or a field is exempt from.

mod lint;
mod written;

use std::cell::Cell;

use syn::Ident;

pub(crate) use self::lint::take_lint;
use self::written::Written;
use crate::{
    args::{self, Arg},
    diagnostics::{Problem, Problems},
    rules::{self, Kind, Rule, Subject},
};

/// The rules that an item or a field is exempt from.
#[derive(Default)]
pub(crate) struct Waivers(Vec<Waiver>);

struct Waiver {
    /// `None` for one that does not exist, which may be meant as any.
    rule: Option<&'static Rule>,
    at: Ident,
    state: State,
}

enum State {
    /// Whether it was needed.
    Sound(Cell<bool>),
    /// A mistake was reported. It still says what is meant: the rule's own message would be one too many.
    Refused,
    /// The same, where the rule is about something else than what it stands at.
    Misplaced,
}

impl Waiver {
    fn covers(&self, rule: &Rule) -> bool {
        self.rule.map_or(rule.kind == Kind::Convention, |own| own.name == rule.name)
    }
}

impl Waivers {
    pub(crate) fn covers(&self, rule: &Rule) -> bool {
        let Some(waiver) = self.0.iter().find(|waiver| waiver.covers(rule)) else {
            return false;
        };
        if let State::Sound(used) = &waiver.state {
            used.set(true);
        }
        true
    }

    /// Whether the waiver of `rule` was a mistake, so that nothing more is said of either.
    pub(crate) fn is_refused(&self, rule: &Rule) -> bool {
        self.0.iter().any(|waiver| waiver.covers(rule) && !matches!(waiver.state, State::Sound(_)))
    }

    /// Whether it was for a rule about types, which only the compiler could check.
    pub(crate) fn are_types_refused(&self) -> bool {
        let of_types = [&rules::FIELD_TYPE, &rules::RECORD_NAME_CLASH, &rules::RECORD_RECURSIVE];
        of_types.iter().any(|rule| self.is_refused(rule))
    }

    /// Where the rule is waived, if it is; whether it had to be is for the caller to tell.
    pub(crate) fn place_of(&self, rule: &Rule) -> Option<&Ident> {
        let is_sound = |waiver: &&Waiver| matches!(waiver.state, State::Sound(_));
        Some(&self.0.iter().filter(is_sound).find(|waiver| waiver.covers(rule))?.at)
    }

    /// Takes over what stands at `others` and should stand here.
    pub(crate) fn take_misplaced(&mut self, others: &Self) {
        let misplaced = others.0.iter().filter(|waiver| matches!(waiver.state, State::Misplaced));
        let misplaced = misplaced.map(|Waiver { rule, at, .. }| Waiver {
            rule: *rule,
            at: at.clone(),
            state: State::Refused,
        });
        self.0.extend(misplaced);
    }

    /// Refuses waivers that waive nothing, once everything was checked.
    pub(crate) fn check_needed(&self, problems: &mut Problems) {
        for Waiver { rule, at, state } in &self.0 {
            if let (Some(rule), State::Sound(used)) = (rule, state)
                && !used.get()
            {
                let what = format!("`allow({})` is not needed here", rule.name);
                problems.push(Problem::new(at, what).help(format!("remove it: {}", rule.kept())));
            }
        }
    }

    fn add(&mut self, rule: Option<&'static Rule>, at: &Ident, state: State) {
        self.0.push(Waiver { rule, at: at.clone(), state });
    }
}

/// What an attribute with waivers stands on.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Place {
    Event,
    DataKey,
    Payload,
    PayloadField,
}

impl Arg {
    /// The rule that `allow(rule, reason = "…")` waives.
    pub(crate) fn waiver(&self, place: Place, waivers: &mut Waivers, problems: &mut Problems) {
        let written = Written::new(self);
        let example = written.example();
        let Written { rules, mistake, .. } = written;
        let is_sound = mistake.is_none();
        if let Some(mistake) = mistake {
            // Where it stands wrongly as well, that is said of it, with all that it should be.
            if let [at] = &rules[..]
                && find(at).is_some_and(|rule| misplaced(rule, place, &example).is_some())
            {
                waivers.add(find(at), at, check(at, place, &example, waivers, problems));
                return;
            }
            problems.push(mistake);
        }
        for at in &rules {
            let state = if is_sound { check(at, place, &example, waivers, problems) } else { State::Refused };
            waivers.add(find(at), at, state);
        }
    }
}

/// The rule of that name, or of one that it was meant as.
fn find(at: &Ident) -> Option<&'static Rule> {
    let name = at.to_string();
    rules::find(&name).or_else(|| args::meant(&name, &conventions()).and_then(rules::find))
}

fn check(at: &Ident, place: Place, example: &str, waivers: &Waivers, problems: &mut Problems) -> State {
    let name = at.to_string();
    let Some(rule) = rules::find(&name) else {
        let meant = find(at).map(|rule| format!("write `{}`; ", rule.name)).unwrap_or_default();
        let help = format!("{meant}the rules that can be waived are {}", args::list(&conventions()));
        problems.push(Problem::new(at, format!("there is no rule `{name}`")).help(help));
        return State::Refused;
    };
    if rule.kind == Kind::Error {
        problems.waived_in_vain(rule, at);
        return State::Refused;
    }
    if waivers.0.iter().any(|other| other.rule.is_some_and(|other| other.name == rule.name)) {
        let what = format!("`allow({name})` is given twice");
        problems.push(Problem::of(&rules::ARGUMENT_DUPLICATE, at, what).help("remove one of the two"));
        return State::Refused;
    }
    match misplaced(rule, place, example) {
        Some((where_it_is, help)) => {
            let what = format!("rule `{name}` cannot be waived {where_it_is}");
            problems.push(Problem::new(at, what).help(help));
            State::Misplaced
        }
        None => State::Sound(Cell::new(false)),
    }
}

/// Where the waiver of another place stands, and what to do.
fn misplaced(rule: &Rule, place: Place, example: &str) -> Option<(&'static str, String)> {
    match (place, rule.subject()) {
        (Place::Event, Subject::Event)
        | (Place::DataKey | Place::PayloadField, Subject::DataKey | Subject::Field) => None,
        (Place::Event, Subject::DataKey | Subject::Field) => Some((
            "above the struct",
            format!("write `#[event({example})]` on the data key that it is about"),
        )),
        (Place::Payload, Subject::Field) => {
            Some(("above the struct", format!("write `#[payload({example})]` on the field that it is about")))
        }
        (Place::DataKey, Subject::Event) => Some((
            "on a data key",
            format!("write `{example}` in `#[event(…)]` above the struct: it is about the event"),
        )),
        (Place::Payload, Subject::DataKey | Subject::Event) | (Place::PayloadField, Subject::Event) => {
            Some(("in a payload", "remove it: it is about events".to_owned()))
        }
    }
}

fn conventions() -> Vec<&'static str> {
    rules::ALL.iter().filter(|rule| rule.kind == Kind::Convention).map(|rule| rule.name).collect()
}
