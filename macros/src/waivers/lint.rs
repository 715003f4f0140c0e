//! `#[allow(rule)]`: the compiler's own attribute, which knows nothing of our rules.

use syn::{Attribute, Meta, Token, punctuated::Punctuated};

use super::{Place, State, Waivers};
use crate::{
    diagnostics::{Problem, Problems},
    rules,
};

/// Refuses the attribute where it names one of our rules, of which the compiler would say that there is no such
/// lint.
pub(crate) fn take_lint(
    lint: &Attribute,
    place: Place,
    waivers: &mut Waivers,
    problems: &mut Problems,
) -> bool {
    let is_lint = ["allow", "expect"].iter().any(|name| lint.path().is_ident(name));
    let lints = is_lint.then(|| lint.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated));
    let Some(Ok(lints)) = lints else {
        return false;
    };
    let mut is_taken = false;
    for name in lints.iter().filter_map(|lint| lint.path().get_ident()) {
        if let Some(rule) = rules::find(&name.to_string()) {
            let what = format!("`{name}` is a rule of events, not a lint of the compiler");
            let waiver = format!("allow({name}, reason = \"…\")");
            let help = match place {
                Place::Event => format!("write `{waiver}` in `#[event(…)]`"),
                Place::DataKey => format!("write `#[event({waiver})]`"),
                Place::Payload | Place::PayloadField => format!("write `#[payload({waiver})]` on the field"),
            };
            problems.push(Problem::new(name, what).help(help));
            waivers.add(Some(rule), name, State::Misplaced);
            is_taken = true;
        }
    }
    is_taken
}
