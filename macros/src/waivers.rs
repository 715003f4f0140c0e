//! `allow(rule, reason = "…")`: exempts an event or a field from a convention.

mod parse;

use std::cell::Cell;

use quote::ToTokens;
use syn::Ident;

pub(crate) use self::parse::refuse_lint;
use crate::{
    diagnostics::Problems,
    record_kind::RecordKind,
    rules::{self, Kind, Rule},
};

/// The rules that an item or a field is exempt from.
#[derive(Default)]
pub(crate) struct Waivers(Vec<Waiver>);

struct Waiver {
    /// `None` if the waiver names no known rule. It then stands for any convention.
    rule: Option<&'static Rule>,
    at: Ident,
    state: WaiverState,
}

enum WaiverState {
    /// The waiver is correct; the flag says whether a check needed it.
    Sound(Cell<bool>),
    /// The waiver was reported as a mistake. It still suppresses the rule's own message, which would be a second
    /// one.
    Refused,
    /// Like `Refused`, for a waiver that belongs on another item.
    Misplaced,
}

impl Waiver {
    fn is_of(&self, rule: &Rule) -> bool {
        self.rule.map_or(rule.is_convention(), |own| own.name == rule.name)
    }
}

impl Waivers {
    /// Refuses a design that breaks the convention `rule`, unless the rule is waived here. Returns whether it is.
    pub(crate) fn check(
        &self,
        rule: &'static Rule,
        at: &impl ToTokens,
        what: String,
        help: &str,
        problems: &mut Problems,
    ) -> bool {
        self.check_with_help(rule, at, what, format!("{help}, or {}", how_to_waive(rule)), problems)
    }

    /// Does the same, for a help that already says how to waive the rule.
    pub(crate) fn check_with_help(
        &self,
        rule: &'static Rule,
        at: &impl ToTokens,
        what: String,
        help: String,
        problems: &mut Problems,
    ) -> bool {
        let is_waived = self.contains(rule);
        if is_waived {
            self.mark_needed(rule);
        } else {
            problems.refuse(rule, at, what, help);
        }
        is_waived
    }

    /// Returns whether `rule` is waived.
    pub(crate) fn contains(&self, rule: &Rule) -> bool {
        self.0.iter().any(|waiver| waiver.is_of(rule))
    }

    /// Records that the waiver of `rule`, if there is one, is needed, or that only the compiler can tell.
    pub(crate) fn mark_needed(&self, rule: &Rule) {
        for waiver in self.0.iter().filter(|waiver| waiver.is_of(rule)) {
            if let WaiverState::Sound(is_needed) = &waiver.state {
                is_needed.set(true);
            }
        }
    }

    /// Returns whether the waiver of `rule` was a mistake, so that neither is reported again.
    pub(crate) fn is_refused(&self, rule: &Rule) -> bool {
        self.0.iter().any(|waiver| waiver.is_of(rule) && !matches!(waiver.state, WaiverState::Sound(_)))
    }

    /// Returns whether a refused waiver names a rule about types, which only the compiler checks.
    pub(crate) fn are_types_refused(&self) -> bool {
        let of_types = [&rules::FIELD_TYPE, &rules::RECORD_NAME_CLASH, &rules::RECORD_RECURSIVE];
        of_types.iter().any(|rule| self.is_refused(rule))
    }

    /// Returns the rule's name in a correct waiver of `rule`.
    pub(crate) fn place_of(&self, rule: &Rule) -> Option<&Ident> {
        let is_sound = |waiver: &&Waiver| matches!(waiver.state, WaiverState::Sound(_));
        Some(&self.0.iter().filter(is_sound).find(|waiver| waiver.is_of(rule))?.at)
    }

    /// Copies the waivers at `others` that belong here.
    pub(crate) fn take_misplaced(&mut self, others: &Self) {
        for waiver in others.0.iter().filter(|waiver| matches!(waiver.state, WaiverState::Misplaced)) {
            self.add(waiver.rule, &waiver.at, WaiverState::Refused);
        }
    }

    /// Refuses the waivers that no check needed. Call it after all checks.
    pub(crate) fn check_needed(&self, problems: &mut Problems) {
        for Waiver { rule, at, state } in &self.0 {
            if let (
                Some(Rule { name, kind: Kind::Convention { kept, .. }, .. }),
                WaiverState::Sound(is_needed),
            ) = (rule, state)
                && !is_needed.get()
            {
                problems.mistake(
                    at,
                    format!("`allow({name})` is not needed here"),
                    format!("remove it: {kept}"),
                );
            }
        }
    }

    fn add(&mut self, rule: Option<&'static Rule>, at: &Ident, state: WaiverState) {
        self.0.push(Waiver { rule, at: at.clone(), state });
    }
}

/// Returns an example of a waiver of the rule.
fn example(rule: &str) -> String {
    format!("allow({rule}, reason = \"…\")")
}

pub(crate) fn how_to_waive(rule: &Rule) -> String {
    format!("waive the rule with `{}`", example(rule.name))
}

/// The kind of item that an attribute with waivers is on.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Place {
    Struct(RecordKind),
    Field(RecordKind),
}
