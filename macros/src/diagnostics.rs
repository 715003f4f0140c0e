//! Mistakes, collected: a macro reports all of them at once, each at its own token.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Ident;

use crate::{
    rules::{Kind, Rule},
    waivers::Waivers,
};

/// One mistake: what is wrong, why, and what to write instead.
pub(crate) struct Problem {
    /// The tokens it is about; empty for the attribute as a whole.
    at: TokenStream,
    what: String,
    note: Option<String>,
    help: Option<String>,
    rule: Option<&'static Rule>,
}

impl Problem {
    /// A mistake in what no rule is about, such as the grammar of the arguments.
    pub(crate) fn new(at: &impl ToTokens, what: impl Into<String>) -> Self {
        Self { at: at.to_token_stream(), what: what.into(), note: None, help: None, rule: None }
    }

    /// A design that `rule` refuses; the rule knows why.
    pub(crate) fn of(rule: &'static Rule, at: &impl ToTokens, what: impl Into<String>) -> Self {
        let adr = if rule.adr.is_empty() { String::new() } else { format!(" ({})", rule.adr) };
        let note = (!rule.why.is_empty()).then(|| format!("{}{adr}", rule.why));
        Self { note, rule: Some(rule), ..Self::new(at, what) }
    }

    fn is_of(&self, rule: &Rule) -> bool {
        self.rule.is_some_and(|own| own.name == rule.name)
    }

    /// What to write.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Why that is wrong, where no rule says it.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// What to write, if nothing was said yet.
    pub(crate) fn help_if_none(mut self, help: impl FnOnce() -> String) -> Self {
        self.help.get_or_insert_with(help);
        self
    }

    /// The error, for parsers.
    pub(crate) fn into_error(self) -> syn::Error {
        let mut text = self.what;
        for (label, line) in [("note", self.note), ("help", self.help)] {
            if let Some(line) = line {
                text.push('\n');
                text.push_str(label);
                text.push_str(": ");
                text.push_str(&line);
            }
        }
        // An empty place (nothing was written where something is missing) is the attribute itself.
        if self.at.is_empty() {
            syn::Error::new(Span::call_site(), text)
        } else {
            syn::Error::new_spanned(self.at, text)
        }
    }
}

/// What `expand` yields, and after it the mistakes that it found, whichever way it returned.
pub(crate) fn report(expand: impl FnOnce(&mut Problems) -> TokenStream) -> TokenStream {
    let mut problems = Problems::default();
    let expansion = expand(&mut problems);
    let errors = problems.into_errors().map(|error| error.to_compile_error());
    quote!(#expansion #(#errors)*)
}

/// What `look` finds in what was made of an item whose mistakes were reported already.
pub(crate) fn without_reports<T>(look: impl FnOnce(&mut Problems) -> T) -> T {
    look(&mut Problems::default())
}

/// Collects mistakes; only [`report`] and [`without_reports`] make it, so that none can be forgotten.
#[derive(Default)]
pub(crate) struct Problems {
    found: Vec<Found>,
    /// Waivers of rules that cannot be waived.
    in_vain: Vec<(&'static Rule, Ident)>,
}

enum Found {
    Mistake(Problem),
    /// Found by a parser.
    Syntax(syn::Error),
}

impl Problems {
    pub(crate) fn push(&mut self, problem: Problem) {
        self.found.push(Found::Mistake(problem));
    }

    /// How many there are up to now.
    pub(crate) fn len(&self) -> usize {
        self.found.len()
    }

    /// An error that the parser found.
    pub(crate) fn error(&mut self, error: syn::Error) {
        self.found.push(Found::Syntax(error));
    }

    /// A waiver, at its name of the rule, which is an error: said where the rule is broken, if it is.
    pub(crate) fn waived_in_vain(&mut self, rule: &'static Rule, at: &Ident) {
        self.in_vain.push((rule, at.clone()));
    }

    fn into_errors(mut self) -> impl Iterator<Item = syn::Error> {
        for (rule, at) in self.in_vain {
            let name = rule.name;
            let broken = self.found.iter_mut().find_map(|found| match found {
                Found::Mistake(problem) => Some(problem).filter(|problem| problem.is_of(rule)),
                Found::Syntax(_) => None,
            });
            if let Some(problem) = broken {
                let help = problem.help.take().map(|help| format!("{help}; ")).unwrap_or_default();
                problem.help = Some(format!("{help}remove `allow({name})`: this rule cannot be waived"));
            } else {
                let problem = Problem::of(rule, &at, format!("rule `{name}` cannot be waived"))
                    .help("remove the waiver, and change what the rule refuses");
                self.found.push(Found::Mistake(problem));
            }
        }
        self.found.into_iter().map(|found| match found {
            Found::Mistake(problem) => problem.into_error(),
            Found::Syntax(error) => error,
        })
    }

    /// Refuses a break of `rule`, unless it is waived where it stands. Whether it is.
    pub(crate) fn check(
        &mut self,
        waivers: &Waivers,
        rule: &'static Rule,
        problem: impl FnOnce() -> Problem,
    ) -> bool {
        if rule.kind == Kind::Convention && waivers.covers(rule) {
            return true;
        }
        let problem = problem();
        self.push(match rule.kind {
            Kind::Error => problem,
            Kind::Convention => {
                let help = problem.help.as_deref().map(|help| format!("{help}, or ")).unwrap_or_default();
                let waiver = format!("{help}waive it with `allow({}, reason = \"…\")`", rule.name);
                problem.help(waiver)
            }
        });
        false
    }
}
