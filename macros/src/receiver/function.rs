//! The function under the attribute.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{
    Attribute, FnArg, Ident, Pat, Safety, Signature, Token, Visibility, braced,
    ext::IdentExt,
    parse::{Parse, ParseStream},
    parse_quote,
};

use crate::{
    diagnostics::Problems,
    rules,
    surroundings::{Block, Surroundings},
    syntax::{allow_expected, first_word, is_named, parse_item},
};

/// A function; the body is not parsed.
pub(crate) struct Function {
    pub(super) attributes: Vec<Attribute>,
    visibility: Visibility,
    pub(crate) signature: Signature,
    /// The attributes at the beginning of the body.
    inner_attributes: Vec<Attribute>,
    /// The rest of the body, in braces.
    body: Group,
    /// Whether the function ends in `;`, so that the body is ours.
    lacks_body: bool,
}

impl Function {
    /// # Errors
    ///
    /// If the item is not a function: returns the item as the expansion contains it.
    pub(super) fn parse(item: &TokenStream, problems: &mut Problems) -> Result<Self, TokenStream> {
        const FREE: &str = "a receiver must be a free function";
        let mut refuse = |at: &dyn ToTokens, what: &str, help: &str| {
            problems.refuse(&rules::RECEIVER_SHAPE, &at.to_token_stream(), what, help);
        };
        let word = first_word(item.clone());
        let function: Self =
            parse_item("receiver", item).map_err(|unreadable| match word.to_string().as_str() {
                // The compiler refuses an attribute on a statement.
                "let" => item.clone(),
                "fn" | "async" | "unsafe" | "extern" | "const" if ends_in_braces(item) => unreadable,
                _ => {
                    refuse(
                        &word,
                        FREE,
                        "put `#[receiver(…)]` on a `fn` with a body, outside of `impl` and `trait`",
                    );
                    item.clone()
                }
            })?;
        let name = &function.signature.ident;
        match Surroundings::of_attribute().block() {
            Block::Foreign => {
                refuse(name, FREE, "write it in Rust, outside of `extern`");
                return Err(item.clone());
            }
            // `parse_parameters` refuses a `self`.
            Block::Members if function.signature.receiver().is_none() => {
                refuse(name, FREE, "move it out of the `impl` or `trait`");
            }
            Block::Other if function.lacks_body => {
                refuse(name, "a receiver needs a body", "write a body instead of `;`");
            }
            Block::Members | Block::Other => {}
        }
        Ok(function)
    }

    /// Returns the function, followed by its registration. The registration is inside an enum, which an `impl` cannot
    /// contain: if the function is a method after all, the compiler refuses the enum and ignores its content, in which
    /// the function's name would not resolve, or would resolve to another function. A trait would do the same, but the
    /// compiler searches all traits of a module for each method that the module calls.
    pub(super) fn registered(&self, items: &TokenStream) -> TokenStream {
        let Self { attributes, visibility, signature, inner_attributes, body, .. } = self;
        // The registration uses the same deprecated signals as the function, and is absent from the same builds.
        let shared =
            attributes.iter().filter(|one| ["allow", "expect", "cfg"].iter().any(|name| is_named(one, name)));
        let shared = shared.map(allow_expected);
        let statements = body.stream();
        let body = in_braces(quote!(#(#inner_attributes)* #statements), body.span());
        let span = signature.ident.span().resolved_at(Span::call_site());
        let name = self.name_of_registration(span);
        let members = in_braces(quote!(Registered = { #items 0 }), span);
        let registration = quote_spanned!(span=> enum #name #members);
        quote! {
            #(#attributes)* #visibility #signature #body

            #(#shared)*
            #[doc(hidden)]
            #[allow(dead_code, non_camel_case_types, clippy::pedantic)]
            #registration
        }
    }

    /// Returns a distinct name for each attribute of each function, so that the compiler reports two functions with one
    /// name only once.
    fn name_of_registration(&self, span: Span) -> Ident {
        let name = self.signature.ident.unraw();
        let others = self.attributes.iter().filter(|one| is_named(one, "receiver")).count();
        // Unit tests run without a compiler.
        let (line, column) = if proc_macro::is_available() {
            let span = span.unwrap();
            (span.line(), span.column())
        } else {
            (0, 0)
        };
        format_ident!("__receiver_{name}_{line}_{column}_{others}", span = span)
    }

    /// Returns the function with items in its body, because next to the function they might be inside an `impl`.
    pub(super) fn with_items(&self, items: &TokenStream) -> TokenStream {
        let Self { attributes, visibility, signature, inner_attributes, body, .. } = self;
        // The user's items are in an inner block, so that they do not shadow ours. It has our span, or the compiler
        // would report unnecessary braces.
        let inner = in_braces(body.stream(), body.span().resolved_at(Span::call_site()));
        let all = in_braces(quote!(#(#inner_attributes)* #items #inner), body.span());
        quote!(#(#attributes)* #visibility #signature #all)
    }

    /// Removes the parts that were refused and that the compiler would report again: parameters of the same name,
    /// variadics, and patterns, with the body that needs the names in them.
    pub(super) fn without_refused_parts(mut self) -> Self {
        let mut names = Vec::new();
        let mut has_body = self.signature.variadic.is_none() && !self.lacks_body;
        for pattern in patterns(&mut self.signature) {
            match pattern {
                Pat::Ident(name) if names.contains(&name.ident) => *pattern = parse_quote!(_),
                Pat::Ident(name) => names.push(name.ident.clone()),
                Pat::Wild(_) => {}
                _ => has_body = false,
            }
        }
        if !has_body {
            patterns(&mut self.signature).for_each(|pattern| *pattern = parse_quote!(_));
            if self.signature.variadic.take().is_some() {
                self.signature.abi = None;
                self.signature.safety = Safety::Default;
            }
            self.body = Group::new(Delimiter::Brace, quote!(::core::unreachable!()));
        }
        self
    }
}

fn patterns(signature: &mut Signature) -> impl Iterator<Item = &mut Pat> {
    signature.inputs.iter_mut().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(&mut *typed.pat),
        FnArg::Receiver(_) => None,
    })
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let signature = input.parse()?;
        if input.parse::<Option<Token![;]>>()?.is_some() {
            let body = Group::new(Delimiter::Brace, quote!(::core::unreachable!()));
            let inner_attributes = Vec::new();
            return Ok(Self { attributes, visibility, signature, inner_attributes, body, lacks_body: true });
        }
        let content;
        let braces = braced!(content in input);
        let inner_attributes = content.call(Attribute::parse_inner)?;
        let body = in_braces(content.parse()?, braces.span.join());
        Ok(Self { attributes, visibility, signature, inner_attributes, body, lacks_body: false })
    }
}

fn in_braces(tokens: TokenStream, span: Span) -> Group {
    let mut group = Group::new(Delimiter::Brace, tokens);
    group.set_span(span);
    group
}

fn ends_in_braces(item: &TokenStream) -> bool {
    let last = item.clone().into_iter().last();
    matches!(last, Some(TokenTree::Group(body)) if body.delimiter() == Delimiter::Brace)
}
