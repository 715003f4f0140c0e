//! `allow(rule, reason = "…")`: conventions that an event or a field is exempt from.

use std::cell::Cell;

use syn::Ident;

use crate::{
    args::{Arg, Known, Value, list},
    diagnostics::{Problem, Problems},
    rules::{self, Kind, Rule},
};

/// The rules that an item or a field is exempt from.
#[derive(Default)]
pub(crate) struct Waivers(Vec<Waiver>);

struct Waiver {
    rule: &'static Rule,
    at: Ident,
    /// Whether it was needed.
    used: Cell<bool>,
}

impl Waivers {
    pub(crate) fn covers(&self, rule: &Rule) -> bool {
        let Some(waiver) = self.0.iter().find(|waiver| waiver.rule.name == rule.name) else {
            return false;
        };
        waiver.used.set(true);
        true
    }

    /// Where the rule is waived, if it is; whether it had to be is for the caller to tell.
    pub(crate) fn place_of(&self, rule: &Rule) -> Option<&Ident> {
        let waiver = self.0.iter().find(|waiver| waiver.rule.name == rule.name)?;
        Some(&waiver.at)
    }

    /// Refuses waivers that waive nothing, once everything was checked.
    pub(crate) fn check_needed(&self, problems: &mut Problems) {
        for waiver in self.0.iter().filter(|waiver| !waiver.used.get()) {
            problems.push(
                Problem::new(&waiver.at, format!("`allow({})` is not needed here", waiver.rule.name))
                    .help(waiver.rule.place_help()),
            );
        }
    }
}

impl Arg {
    /// The rule that `allow(rule, reason = "…")` waives.
    pub(crate) fn waiver(&self, waivers: &mut Waivers, problems: &mut Problems) {
        const EXAMPLE: &str = "allow(type_hyphen, reason = \"published under this name\")";
        let mut args = self.list(EXAMPLE, problems).into_iter();
        let Some(Arg { name: at, value: Value::Flag }) = args.next() else {
            if matches!(&self.value, Value::List(_)) {
                self.wrong_form("the name of a rule first", EXAMPLE, problems);
            }
            return;
        };
        let Some(rule) = waivable(&at, problems) else {
            return;
        };
        if waivers.0.iter().any(|other| other.rule.name == rule.name) {
            let what = format!("`allow({})` is given twice", rule.name);
            problems.push(Problem::of(&rules::ARGUMENT_DUPLICATE, &at, what).help("remove one of the two"));
            return;
        }
        let has_reason = check_reason(&at, args, problems);
        // Without a good reason it still says what is meant: the rule's own message would be one too many.
        let used = Cell::new(!has_reason);
        waivers.0.push(Waiver { rule, at, used });
    }
}

fn waivable(at: &Ident, problems: &mut Problems) -> Option<&'static Rule> {
    let name = at.to_string();
    match rules::find(&name) {
        Some(rule) if rule.kind == Kind::Convention => Some(rule),
        Some(_) => {
            problems.push(
                Problem::new(at, format!("rule `{name}` cannot be waived"))
                    .help("change what it refuses instead"),
            );
            None
        }
        None => {
            let conventions: Vec<&str> = conventions().collect();
            problems.push(
                Problem::new(at, format!("there is no rule `{name}`"))
                    .help(format!("the rules that can be waived are {}", list(&conventions))),
            );
            None
        }
    }
}

/// What comes after the rule's name.
fn check_reason(rule: &Ident, args: impl Iterator<Item = Arg>, problems: &mut Problems) -> bool {
    let mut known = Known::new("`allow(…)`", &["reason"]);
    let mut is_right = true;
    let mut has_reason = false;
    for arg in args {
        if matches!(arg.value, Value::Flag) && rules::find(&arg.name.to_string()).is_some() {
            let what = "`allow(…)` waives one rule";
            let help = format!("write another `allow({}, reason = \"…\")` for this one", arg.name);
            problems.push(Problem::new(&arg.name, what).help(help));
            is_right = false;
        } else if known.accept(&arg, problems) {
            let reason = arg.text("reason = \"published under this name\"", problems);
            is_right &= reason.is_some();
            has_reason = true;
        }
    }
    if !has_reason && is_right {
        problems.push(Problem::new(rule, format!("`allow({rule})` gives no reason")).help(format!(
            "write `allow({rule}, reason = \"…\")`: the reason is for whoever reads this next"
        )));
    }
    has_reason && is_right
}

fn conventions() -> impl Iterator<Item = &'static str> {
    rules::ALL.iter().filter(|rule| rule.kind == Kind::Convention).map(|rule| rule.name)
}
