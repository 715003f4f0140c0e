//! The registration of a receiver: one element of the registry's slice for each signal.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Path, ext::IdentExt, spanned::Spanned};

use super::{
    arguments::{RUNS_TWICE, given_twice_text},
    element::{element, signal},
    parse::{Receiver, RefusedReceiver},
    signal_forms::is_struct,
};
use crate::{
    runtime_path::{RuntimePath, runtime_at},
    spans::{call_up_to, ident_at},
    syntax::first_word,
};

pub(crate) fn expand(receiver: &Receiver) -> TokenStream {
    let import = receiver.path.import();
    let distinct = distinct(receiver);
    let reachable = reachable(receiver);
    let elements =
        receiver.signals.iter().enumerate().map(|(index, signal)| element(receiver, index, signal));
    let registration = receiver.path.items(quote! {
        #import
        #(#elements)*
        #distinct
        #reachable
    });
    let uses = uses(&receiver.signals, &receiver.path);
    let function = receiver.function.registered(&quote!(#registration #uses));
    // The data keys decide the types of the parameters, and a receiver may return a `Result` before it can fail.
    //
    // fn notify(…) { … }
    // enum __receiver_notify_12_4_0 { Registered = { statics… 0 } }
    quote! {
        #[allow(
            clippy::implicit_hasher,
            clippy::missing_const_for_fn,
            clippy::ref_option,
            clippy::trivially_copy_pass_by_ref,
            clippy::unnecessary_wraps
        )]
        #function
    }
}

/// Asserts that the signals are distinct, because only the compiler knows that two names lead to one signal.
fn distinct(receiver: &Receiver) -> TokenStream {
    let all: Vec<&Path> = receiver.signals.iter().chain(&receiver.later_signals).collect();
    if all.len() < 2 {
        return TokenStream::new();
    }
    let types = all.iter().map(|path| {
        let (signal, rt) = (signal(path), runtime_at(path.span()));
        quote_spanned!(path.span()=> #rt::event_type(#signal))
    });
    let assertions = all.iter().enumerate().skip(1).map(|(index, path)| {
        let message = format!("{}, under two names\nhelp: {RUNS_TWICE}", given_twice_text(path));
        let span = path.span();
        let rt = runtime_at(span);
        let function = ident_at("assert_distinct", span);
        let arguments = quote_spanned!(span=> __TYPES, #index, #message);
        let call = call_up_to(path, &quote!(#rt::#function), arguments);
        quote_spanned!(span=> const _: () = #call;)
    });
    // const __TYPES: &[&str] = &[event_type(signal(&A)), event_type(signal(&other::A))];
    // const _: () = assert_distinct(__TYPES, 1, "signal `other::A` is …");
    quote! {
        const __TYPES: &[&::core::primitive::str] = &[#(#types),*];
        #(#assertions)*
    }
}

/// Asserts that a receiver of events from an event bus receives events that can come from there.
fn reachable(receiver: &Receiver) -> TokenStream {
    let Some(only) = receiver.only.as_ref().filter(|only| only.is_bus) else {
        return TokenStream::new();
    };
    let name = receiver.function.signature.ident.unraw().to_string();
    let assertions = receiver.signals.iter().map(|path| {
        let message = format!(
            "receiver `{name}` would never run: the event of `{}` is `local_only`\nnote: a `local_only` event does not go to an event bus, so it never comes from one\nhelp: remove `only = bus`",
            quote!(#path).to_string().replace(' ', "")
        );
        let (rt, signal) = (runtime_at(only.span), signal(path));
        quote_spanned!(only.span=> const _: () = #rt::assert_not_local(#signal, #message);)
    });
    // const _: () = assert_not_local(signal(&SEAT_HELD), "receiver `notify` would never run: …");
    quote!(#(#assertions)*)
}

/// Returns the item without a registration. It mentions the signals, so that the compiler reports mistakes in them at
/// once, and does not report their imports as unused.
pub(crate) fn expand_refused(refused: &RefusedReceiver) -> TokenStream {
    let (structs, signals): (Vec<_>, Vec<_>) = refused.signals.iter().partition(|path| is_struct(path));
    let import = refused.path.import();
    let signals = signals.into_iter().map(signal);
    // const _: () = {
    //     let _ = signal(&COURSE_ENROLLMENT_CREATED);
    // };
    let mentions = refused.path.items(quote! {
        #[allow(deprecated)]
        const _: () = {
            #import
            #(let _ = |_: #structs| {};)*
            #(let _ = #signals;)*
        };
    });
    let mentions = Some(mentions).filter(|_| !refused.path.is_absent());
    let uses = uses(&refused.signals, &refused.path);
    match &refused.function {
        Ok(function) => function.with_items(&quote!(#mentions #uses)),
        Err(item) if is_item(item) => quote!(#item #mentions #uses),
        Err(item) => item.clone(),
    }
}

/// Returns whether other items can follow; they cannot follow a method without a body, or a statement.
fn is_item(item: &TokenStream) -> bool {
    const ITEMS: &[&str] = &["struct", "enum", "union", "mod", "static", "impl", "trait"];
    ITEMS.contains(&first_word(item.clone()).to_string().as_str())
}

/// Uses the signals outside of the items that a wrong path to the runtime removes, so that their imports are not
/// reported as unused.
fn uses(signals: &[Path], path: &RuntimePath) -> Option<TokenStream> {
    (path.is_uncertain() || path.is_absent()).then(|| {
        quote! {
            #[allow(deprecated)]
            const _: () = { #(let _ = &#signals;)* };
        }
    })
}
