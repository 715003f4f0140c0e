//! Collects mistakes: a macro reports all of them at once, each at its own token.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::{Ident, ext::IdentExt};

use crate::{
    rules::Rule,
    surroundings::{Surroundings, lacks_prelude},
};

/// One mistake: what is wrong, why, and what to write instead.
pub(crate) struct Problem {
    /// The wrong tokens; empty for the attribute as a whole.
    at: TokenStream,
    what: String,
    note: Option<String>,
    help: Option<String>,
    rule: Option<&'static Rule>,
}

impl Problem {
    /// Makes a mistake that no rule covers, such as one in the grammar of the arguments.
    pub(crate) fn new(at: &impl ToTokens, what: impl Into<String>) -> Self {
        Self { at: at.to_token_stream(), what: what.into(), note: None, help: None, rule: None }
    }

    /// Makes a mistake that breaks `rule`, with the rule's reason.
    pub(crate) fn of(rule: &'static Rule, at: &impl ToTokens, what: impl Into<String>) -> Self {
        let adr = if rule.adr.is_empty() { String::new() } else { format!(" ({})", rule.adr) };
        let note = (!rule.why.is_empty()).then(|| format!("{}{adr}", rule.why));
        Self { note, rule: Some(rule), ..Self::new(at, what) }
    }

    /// Says why it is wrong, in place of the rule's reason.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Says what to write instead.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Turns it into the error type of parsers.
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
        if self.at.is_empty() {
            syn::Error::new(Span::call_site(), text)
        } else {
            syn::Error::new_spanned(self.at, text)
        }
    }
}

/// Returns the expansion that `expand` makes, followed by the mistakes that it finds.
pub(crate) fn report(expand: impl FnOnce(&mut Problems) -> TokenStream) -> TokenStream {
    Surroundings::enter();
    let mut problems = Problems::default();
    let expansion = expand(&mut problems);
    let errors = problems.into_errors().map(|error| compile_error(&error));
    let expansion = if lacks_prelude() { without_diagnostics(expansion) } else { expansion };
    quote!(#expansion #(#errors)*)
}

/// Returns `compile_error! { "…" }`. The tokens have the edition of the user's crate, and in the edition 2015, the
/// `::core` that `syn` writes is a module of that crate.
fn compile_error(error: &syn::Error) -> TokenStream {
    let tokens = error.to_compile_error();
    if lacks_prelude() {
        return tokens;
    }
    let is_path = |token: &TokenTree| match token {
        TokenTree::Punct(sign) => sign.as_char() == ':',
        TokenTree::Ident(name) => name == "core",
        _ => false,
    };
    tokens.into_iter().filter(|token| !is_path(token)).collect()
}

/// Removes `#[diagnostic::…]`, which only makes messages better.
fn without_diagnostics(tokens: TokenStream) -> TokenStream {
    let is_diagnostic = |token: Option<&TokenTree>| match token {
        Some(TokenTree::Group(group)) => {
            let first = group.stream().into_iter().next();
            matches!(first, Some(TokenTree::Ident(name)) if name == "diagnostic")
        }
        _ => false,
    };
    let mut tokens = tokens.into_iter().peekable();
    let mut kept = TokenStream::new();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(sign) if sign.as_char() == '#' && is_diagnostic(tokens.peek()) => {
                tokens.next();
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), without_diagnostics(group.stream()));
                inner.set_span(group.span());
                kept.extend([TokenTree::Group(inner)]);
            }
            other => kept.extend([other]),
        }
    }
    kept
}

/// Calls `look` and drops the mistakes that it finds, because another attribute reports them.
pub(crate) fn without_reports<T>(look: impl FnOnce(&mut Problems) -> T) -> T {
    look(&mut Problems::default())
}

/// The mistakes found so far. Only [`report`] and [`without_reports`] create it, so that none is forgotten.
#[derive(Default)]
pub(crate) struct Problems {
    found: Vec<Found>,
    /// Waivers of rules that cannot be waived, each at the name of its rule.
    vain_waivers: Vec<(&'static Rule, Ident)>,
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

    /// Adds a mistake that no rule covers.
    pub(crate) fn mistake(&mut self, at: &impl ToTokens, what: impl Into<String>, help: impl Into<String>) {
        self.push(Problem::new(at, what).help(help));
    }

    /// Adds a design that `rule` refuses.
    pub(crate) fn refuse(
        &mut self,
        rule: &'static Rule,
        at: &impl ToTokens,
        what: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.push(Problem::of(rule, at, what).help(help));
    }

    pub(crate) fn error(&mut self, error: syn::Error) {
        self.found.push(Found::Syntax(error));
    }

    /// Adds a waiver of a rule that cannot be waived. If the rule is broken, its message mentions the waiver.
    pub(crate) fn vain_waiver(&mut self, rule: &'static Rule, at: &Ident) {
        self.vain_waivers.push((rule, at.clone()));
    }

    /// Returns the number of mistakes found so far.
    pub(crate) fn len(&self) -> usize {
        self.found.len()
    }

    /// Reports the mistakes found so far in a module, and returns it with the path of a type in it; `None` if there are
    /// none. The type does not exist. But in a module with a macro that fails, the compiler reports neither missing
    /// names nor errors that depend on them. So other code can use the refused item, and one mistake stays one error.
    pub(crate) fn refused_type(&mut self, ident: &Ident) -> Option<(TokenStream, TokenStream)> {
        self.refuse_vain_waivers();
        let errors =
            std::mem::take(&mut self.found).into_iter().map(|found| compile_error(&found.into_error()));
        let errors: TokenStream = errors.collect();
        let module = format_ident!("__refused_{}", ident.unraw());
        // mod __refused_Course { compile_error! { "…" } }
        let reported = quote! {
            #[allow(non_snake_case)]
            mod #module { #errors }
        };
        (!errors.is_empty()).then(|| (reported, quote!(#module::Refused)))
    }

    fn into_errors(mut self) -> impl Iterator<Item = syn::Error> {
        self.refuse_vain_waivers();
        self.found.into_iter().map(Found::into_error)
    }

    fn refuse_vain_waivers(&mut self) {
        for (rule, at) in std::mem::take(&mut self.vain_waivers) {
            let name = rule.name;
            let broken = self.found.iter_mut().find_map(|found| match found {
                Found::Mistake(problem) if problem.rule.is_some_and(|own| own.name == name) => Some(problem),
                _ => None,
            });
            if let Some(help) = broken.and_then(|problem| problem.help.as_mut()) {
                *help = format!("{help}; remove `allow({name})`: this rule cannot be waived");
            } else {
                let what = format!("rule `{name}` cannot be waived");
                self.refuse(rule, &at, what, "remove the waiver, and follow the rule");
            }
        }
    }
}

impl Found {
    fn into_error(self) -> syn::Error {
        match self {
            Self::Mistake(problem) => problem.into_error(),
            Self::Syntax(error) => error,
        }
    }
}

/// Lists names for a message: `` `a`, `b` and `c` ``.
pub(crate) fn quoted(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}
