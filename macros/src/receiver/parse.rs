//! The arguments, and what they stand on.
//!
//! ```text
//! #[receiver(SIGNAL)]
//! #[receiver(SIGNAL, other::SIGNAL, order = 10, crate = path)]
//! fn name(data_key: &Type, metadata: &EventsMetadata, event: &Event, from_event_bus: bool) -> Result<(), E>
//! ```

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{
    Attribute, FnArg, Ident, Pat, Path, ReturnType, Safety, Signature, Type, Visibility, braced,
    ext::IdentExt,
    parse::{Parse, ParseStream},
    parse_quote,
};

use super::{
    arguments::{Arguments, later_signals},
    parameters::parse_parameters,
};
use crate::{
    diagnostics::{Problem, Problems},
    record::{allow_expected, first_word, is_named},
    rules,
    runtime_path::RuntimePath,
};

/// A receiver as the expansion needs it.
pub(crate) struct Receiver {
    pub(crate) function: Function,
    pub(crate) signals: Vec<Path>,
    /// Those of its other attributes, which come after this one.
    pub(crate) later_signals: Vec<Path>,
    pub(crate) order: i32,
    pub(crate) path: RuntimePath,
    pub(crate) parameters: Vec<Parameter>,
}

/// What is known after a mistake: without its registration the function is what it was.
pub(crate) struct Refused {
    pub(crate) signals: Vec<Path>,
    pub(crate) path: RuntimePath,
    pub(crate) on: On,
}

/// What the attribute stands on.
pub(crate) enum On {
    /// A function, changed where the compiler would have more to say of it than we had.
    Function(Box<Function>),
    /// An item beside which others can stand.
    Item,
    /// A method without a body, or no item at all.
    Other,
}

pub(crate) struct Parameter {
    pub(crate) source: Source,
    /// Where errors about its type are shown.
    pub(crate) ty: Type,
}

/// What a parameter is given.
pub(crate) enum Source {
    /// The data key of that name.
    DataKey(Ident),
    Metadata,
    Event,
    FromEventBus,
}

pub(crate) fn parse(
    arguments: TokenStream,
    item: TokenStream,
    problems: &mut Problems,
) -> Result<Receiver, Box<Refused>> {
    let mut parsed = Arguments::default();
    let is_complete = parsed.parse(arguments, problems);
    let word = first_word(item.clone()).to_string();
    let function = parse_function(item, problems);
    let parameters = function.as_ref().and_then(|function| {
        let is_right = check_signature(&function.signature, problems);
        let parameters = parse_parameters(&function.signature, &parsed.signals, problems);
        parameters.filter(|_| is_right)
    });
    let Arguments { signals, order, path } = parsed;
    match (function, parameters) {
        (Some(function), Some(parameters)) if is_complete => {
            let later_signals = later_signals(&function.attributes, &signals, problems);
            Ok(Receiver { function, signals, later_signals, order, path, parameters })
        }
        (Some(function), _) => {
            Err(Box::new(Refused { signals, path, on: On::Function(Box::new(function.stand_in())) }))
        }
        (None, _) => {
            const ITEMS: &[&str] = &["struct", "enum", "union", "mod", "static", "impl", "trait"];
            let on = if ITEMS.contains(&word.as_str()) { On::Item } else { On::Other };
            Err(Box::new(Refused { signals, path, on }))
        }
    }
}

/// A function; its body may be anything.
pub(crate) struct Function {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    pub(crate) signature: Signature,
    /// Those that the body begins with.
    inner_attributes: Vec<Attribute>,
    /// What comes after them, in braces.
    body: Group,
}

impl Function {
    /// The function, and its registration beside it: in a trait, which an `impl` cannot hold. There the name would be
    /// that of another function, if of any; as it is, the compiler refuses the trait, and leaves out what is in it.
    pub(crate) fn registered(&self, items: &TokenStream) -> TokenStream {
        let Self { attributes, visibility, signature, inner_attributes, body } = self;
        // Whoever allows the function to use a deprecated signal means this use of it, too; and in a build without
        // the function nothing is registered.
        let shared =
            attributes.iter().filter(|one| ["allow", "expect", "cfg"].iter().any(|name| is_named(one, name)));
        let shared = shared.map(allow_expected);
        let statements = body.stream();
        let body = in_braces(quote!(#(#inner_attributes)* #statements), body.span());
        let span = signature.ident.span().resolved_at(Span::call_site());
        let name = self.name_of_registration(span);
        let members = in_braces(quote!(fn registered() { #items }), span);
        let registration = quote_spanned!(span=> trait #name #members);
        quote! {
            #(#attributes)* #visibility #signature #body

            #(#shared)*
            #[doc(hidden)]
            #[allow(dead_code, non_camel_case_types, clippy::pedantic)]
            #registration
        }
    }

    /// One for each attribute of each function. Of two functions of one name, which are a mistake, the compiler has
    /// nothing more to say by it.
    fn name_of_registration(&self, span: Span) -> Ident {
        let name = self.signature.ident.unraw();
        let others = self.attributes.iter().filter(|one| is_named(one, "receiver")).count();
        // In tests of this crate there is no compiler to ask.
        let (line, column) = if proc_macro::is_available() {
            let span = span.unwrap();
            (span.line(), span.column())
        } else {
            (0, 0)
        };
        format_ident!("__receiver_{name}_{line}_{column}_{others}", span = span)
    }

    /// The function, with items in its body: beside it they would be others of an `impl`, if that is where it is.
    pub(crate) fn with_items(&self, items: &TokenStream) -> TokenStream {
        let Self { attributes, visibility, signature, inner_attributes, body } = self;
        // The user's items are in a block of their own, and hide nothing from ours. It is not one that the user wrote,
        // or its braces would be called unnecessary.
        let inner = in_braces(body.stream(), body.span().resolved_at(Span::call_site()));
        let all = in_braces(quote!(#(#inner_attributes)* #items #inner), body.span());
        quote!(#(#attributes)* #visibility #signature #all)
    }

    /// The function without what it was refused for and the compiler refuses, too: two parameters of one name, or
    /// patterns, whose names its body needs.
    fn stand_in(mut self) -> Self {
        let mut names = Vec::new();
        let mut has_body = self.signature.variadic.is_none();
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

    /// The type that it returns, if it says one.
    pub(crate) fn return_type(&self) -> Option<&Type> {
        match &self.signature.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(ty),
        }
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
        let content;
        let braces = braced!(content in input);
        let inner_attributes = content.call(Attribute::parse_inner)?;
        let body = in_braces(content.parse()?, braces.span.join());
        Ok(Self { attributes, visibility, signature, inner_attributes, body })
    }
}

fn in_braces(tokens: TokenStream, span: Span) -> Group {
    let mut group = Group::new(Delimiter::Brace, tokens);
    group.set_span(span);
    group
}

fn parse_function(item: TokenStream, problems: &mut Problems) -> Option<Function> {
    let function = syn::parse2(item.clone());
    if function.is_err() && !is_reported(&item) {
        refuse(
            &first_word(item),
            "a receiver is a free function",
            "put `#[receiver(…)]` on a `fn` with a body, outside of `impl` and `trait`",
            problems,
        );
    }
    function.ok()
}

/// Whether the compiler has refused the item itself: an attribute on a statement, or a function in which it found
/// something wrong before it called the macro.
fn is_reported(item: &TokenStream) -> bool {
    let last = item.clone().into_iter().last();
    let has_body = matches!(last, Some(TokenTree::Group(body)) if body.delimiter() == Delimiter::Brace);
    match first_word(item.clone()).to_string().as_str() {
        "let" => true,
        "fn" | "async" | "unsafe" | "extern" | "const" => has_body,
        _ => false,
    }
}

pub(super) fn refuse(at: &impl ToTokens, what: &str, help: &str, problems: &mut Problems) {
    problems.push(Problem::of(&rules::RECEIVER_SHAPE, at, what).help(help));
}

fn check_signature(signature: &Signature, problems: &mut Problems) -> bool {
    if let Some(variadic) = &signature.variadic {
        // What else such a function is, it is because of that.
        let what = "a receiver cannot be variadic";
        refuse(variadic, what, "name a parameter for each data key, of a plain `fn`", problems);
        return false;
    }
    let mut is_right = true;
    let mut refuse_if = |at: Option<TokenStream>, what: &str, help: &str| {
        if let Some(at) = at {
            is_right = false;
            refuse(&at, what, help, problems);
        }
    };
    let tokens = |part: Option<&dyn ToTokens>| part.map(ToTokens::to_token_stream);
    refuse_if(
        tokens(signature.asyncness.as_ref().map(|part| part as _)),
        "a receiver cannot be `async`: it runs on the thread that sends the event",
        "make it a plain `fn`, and spawn what has to wait on your runtime",
    );
    refuse_if(
        tokens(signature.constness.as_ref().map(|part| part as _)),
        "a receiver cannot be `const`",
        "remove `const`: the registry calls it when the event is sent",
    );
    refuse_if(
        matches!(signature.safety, Safety::Unsafe(_)).then(|| signature.safety.to_token_stream()),
        "a receiver cannot be `unsafe`",
        "remove `unsafe`: the registry cannot keep a promise that it does not know",
    );
    refuse_if(
        tokens(signature.abi.as_ref().map(|part| part as _)),
        "a receiver cannot be `extern`",
        "remove the ABI: the registry calls it as a Rust function",
    );
    let generics = (!signature.generics.params.is_empty()).then(|| signature.generics.to_token_stream());
    refuse_if(
        generics,
        "a receiver cannot be generic",
        "write the types of the data keys; lifetimes of references can be left out",
    );
    refuse_if(
        tokens(signature.generics.where_clause.as_ref().map(|part| part as _)),
        "a receiver cannot have a `where` clause",
        "write the types of the data keys",
    );
    if let ReturnType::Type(_, ty) = &signature.output
        && matches!(**ty, Type::Never(_))
    {
        is_right = false;
        let what = "a receiver returns `()` or `Result<(), E>`, found `!`";
        problems.push(
            Problem::of(&rules::RECEIVER_RETURN, ty, what)
                .help("return `Result<(), E>`; a panic is caught, and becomes that receiver's error"),
        );
    }
    is_right
}
