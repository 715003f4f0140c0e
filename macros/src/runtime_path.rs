//! The path from an expansion to the runtime.

mod manifest;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Ident;

use self::manifest::RuntimeName;
use crate::{
    args::Arg,
    diagnostics::{Problem, Problems},
    spans::ident_at,
};

/// The runtime's private module, whose name changes with each release.
pub(crate) const PRIVATE: &str = concat!(
    "__private_",
    env!("CARGO_PKG_VERSION_MAJOR"),
    "_",
    env!("CARGO_PKG_VERSION_MINOR"),
    "_",
    env!("CARGO_PKG_VERSION_PATCH"),
);

/// `crate = path`, or the name of the crate in the package's `Cargo.toml`.
pub(crate) enum RuntimePath {
    Given(syn::Path),
    Found(RuntimeName),
}

impl Default for RuntimePath {
    fn default() -> Self {
        Self::Found(manifest::find())
    }
}

impl RuntimePath {
    pub(crate) fn parse(arg: &Arg, problems: &mut Problems) -> Self {
        match arg.path("crate = openedx_events", problems) {
            Some(path) => Self::Given(path),
            None => Self::Found(RuntimeName::Unknown),
        }
    }

    /// Refuses the attribute if the package does not depend on the runtime, and the user does not say where it is.
    /// Returns whether it was refused.
    pub(crate) fn check(&self, problems: &mut Problems) -> bool {
        if self.is_absent() {
            // `facade` in `#[facade::payload]`
            let attribute = Span::call_site().source_text().unwrap_or_default();
            let path =
                attribute.trim_start_matches(['#', '[', ' ']).split(['(', ']']).next().unwrap_or_default();
            let facade =
                path.rsplit_once("::").map_or("path::to::openedx_events", |(facade, _)| facade.trim());
            problems.push(
                Problem::new(&TokenStream::new(), "this package does not depend on `openedx-events`")
                    .note("the code that the attribute generates uses the crate")
                    .help(format!(
                        "add `openedx-events` to the dependencies, or write `crate = {facade}` if it is re-exported there"
                    )),
            );
        }
        self.is_absent()
    }

    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Found(RuntimeName::Absent))
    }

    /// Returns whether the crate may be elsewhere.
    pub(crate) fn is_uncertain(&self) -> bool {
        matches!(self, Self::Given(_) | Self::Found(RuntimeName::Unknown))
    }

    /// Imports the private module under a short name. If the path is wrong, the compiler reports it once, here, and
    /// not for each name.
    pub(crate) fn import(&self) -> TokenStream {
        let private = self.private();
        // use ::openedx_events::__private_0_1_0 as __RT;
        quote! {
            #[allow(unused_imports)]
            use #private as __RT;
        }
    }

    /// Wraps the items in a macro of the runtime if the path may be wrong. Then the compiler reports the macro, and not
    /// each import and attribute among the items.
    pub(crate) fn items(&self, items: TokenStream) -> TokenStream {
        if !self.is_uncertain() {
            return items;
        }
        let private = self.private();
        // events::__private_0_1_0::items! { … }
        quote!(#private::items! { #items })
    }

    /// Returns the module outside of the import, with the span of the user's path.
    pub(crate) fn private(&self) -> TokenStream {
        match self {
            Self::Given(path) => {
                let last = path.segments.last();
                let private = ident_at(PRIVATE, last.map_or_else(Span::call_site, |last| last.ident.span()));
                quote!(#path::#private)
            }
            Self::Found(name) => {
                let name = match name {
                    RuntimeName::Renamed(name) => name,
                    _ => "openedx_events",
                };
                let (name, private) =
                    (ident_at(name, Span::call_site()), ident_at(PRIVATE, Span::call_site()));
                quote!(::#name::#private)
            }
        }
    }
}

/// Returns the name of the imported module, with `span`: the compiler reports an error in generated code at the span
/// that all its tokens share.
pub(crate) fn runtime_at(span: Span) -> Ident {
    ident_at("__RT", span)
}
