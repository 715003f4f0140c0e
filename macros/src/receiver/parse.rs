//! The arguments, and what they stand on.
//!
//! ```text
//! #[receiver(SIGNAL)]
//! #[receiver(SIGNAL, other::SIGNAL, order = 10, crate = path)]
//! fn name(data_key: &Type, metadata: &EventsMetadata, event: &Event, from_event_bus: bool) -> Result<(), E>
//! ```

use proc_macro2::{Group, TokenStream};
use quote::{ToTokens, quote};
use syn::{
    Attribute, FnArg, Ident, Pat, Path, ReturnType, Safety, Signature, Type, Visibility,
    parse::{Parse, ParseStream},
    parse_quote,
};

use super::{
    arguments::{Arguments, later_signals},
    parameters::parse_parameters,
};
use crate::{
    diagnostics::{Problem, Problems},
    record::first_word,
    rules,
    runtime_path::RuntimePath,
};

/// A receiver as the expansion needs it.
pub(crate) struct Receiver {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) signature: Signature,
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
    /// What can stand beside the item.
    pub(crate) beside: Beside,
    /// What the function becomes where the compiler would have more to say of it than we had.
    pub(crate) stand_in: Option<TokenStream>,
}

pub(crate) enum Beside {
    /// Another function, named after this one; which may be an associated one.
    Function(Ident),
    /// An item of any kind.
    Item,
    /// Nothing: it is a method, or no item at all.
    Nothing,
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
        (Some(Function { attributes, signature, .. }), Some(parameters)) if is_complete => {
            let later_signals = later_signals(&attributes, &signals, problems);
            Ok(Receiver { attributes, signature, signals, later_signals, order, path, parameters })
        }
        (Some(function), _) => {
            let is_free = function.signature.receiver().is_none();
            let stand_in = function.stand_in();
            let name = function.signature.ident;
            let beside = if is_free { Beside::Function(name) } else { Beside::Nothing };
            Err(Box::new(Refused { signals, path, beside, stand_in }))
        }
        (None, _) => {
            const ITEMS: &[&str] = &["struct", "enum", "union", "mod", "static", "impl", "trait"];
            let is_item = ITEMS.contains(&word.as_str());
            let beside = if is_item { Beside::Item } else { Beside::Nothing };
            Err(Box::new(Refused { signals, path, beside, stand_in: None }))
        }
    }
}

/// A function; its body may be anything.
struct Function {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    signature: Signature,
    body: Group,
}

impl Function {
    /// The function without what it was refused for and the compiler refuses, too: two parameters of one name, or
    /// patterns, whose names its body needs.
    fn stand_in(&self) -> Option<TokenStream> {
        let Self { attributes, visibility, signature, body } = self;
        let mut signature = signature.clone();
        let mut names = Vec::new();
        let mut is_changed = false;
        let mut has_body = signature.variadic.is_none();
        for pattern in patterns(&mut signature) {
            match pattern {
                Pat::Ident(name) if names.contains(&name.ident) => {
                    *pattern = parse_quote!(_);
                    is_changed = true;
                }
                Pat::Ident(name) => names.push(name.ident.clone()),
                Pat::Wild(_) => {}
                _ => has_body = false,
            }
        }
        if has_body {
            return is_changed.then(|| quote!(#(#attributes)* #visibility #signature #body));
        }
        patterns(&mut signature).for_each(|pattern| *pattern = parse_quote!(_));
        if signature.variadic.take().is_some() {
            signature.abi = None;
            signature.safety = Safety::Default;
        }
        Some(quote!(#(#attributes)* #visibility #signature { ::core::unreachable!() }))
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
        Ok(Self { attributes, visibility, signature: input.parse()?, body: input.parse()? })
    }
}

fn parse_function(item: TokenStream, problems: &mut Problems) -> Option<Function> {
    let function = syn::parse2(item.clone());
    // The compiler refuses attributes on statements itself.
    if function.is_err() && first_word(item.clone()).to_string() != "let" {
        refuse(
            &first_word(item),
            "a receiver is a free function",
            "put `#[receiver(…)]` on a `fn` with a body, outside of `impl` and `trait`",
            problems,
        );
    }
    function.ok()
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

impl Receiver {
    /// The type that the function returns, if it says one.
    pub(crate) fn return_type(&self) -> Option<&Type> {
        match &self.signature.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(ty),
        }
    }
}
