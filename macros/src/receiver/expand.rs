//! The registration of a receiver: one element of the registry's slice for each signal.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Path, ReturnType, Type, ext::IdentExt, spanned::Spanned};

use super::{
    arguments::{RUNS_TWICE, given_twice_text},
    batch::Batch,
    parameters::{Parameter, Source},
    parse::{Input, Receiver, RefusedReceiver},
    signal_forms::is_struct,
};
use crate::{
    runtime_path::{RuntimePath, runtime_at},
    spans::{call_up_to, ident_at, location, type_span},
    syntax::{first_word, ungrouped_type},
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

/// Returns the only call that mentions the user's signal, so that the compiler reports a wrong signal here.
fn signal(signal: &Path) -> TokenStream {
    let rt = runtime_at(signal.span());
    quote_spanned!(signal.span()=> #rt::signal(&#signal))
}

fn element(receiver: &Receiver, index: usize, signal: &Path) -> TokenStream {
    let function = &receiver.function.signature.ident;
    let name = function.unraw().to_string();
    let location = location(function);
    let element = format_ident!("__RECEIVER_{index}");
    let parameters = match &receiver.input {
        Input::Parameters(parameters) => parameters,
        Input::Batch(batch) => return batch_element(receiver, batch, signal),
    };
    let (order, signal) = (receiver.order, self::signal(signal));
    let data_key = if receiver.signals.len() > 1 { "shared_data_key" } else { "data_key" };
    let arguments = parameters.iter().map(|parameter| argument(parameter, data_key));
    let call = quote!((#function)(#(#arguments),*));
    let (constructor, body) = match &receiver.function.signature.asyncness {
        None => ("receiver", returned(receiver, &call)),
        Some(keyword) => ("async_receiver", in_future(receiver, &call, keyword.span)),
    };
    let constructor = format_ident!("{constructor}");
    let takes_metadata = parameters.iter().any(|one| matches!(one.source, Source::Metadata));
    let with_metadata = takes_metadata.then(|| quote!(.with_metadata()));
    let (named, only) = (named(receiver), only(receiver));
    // #[distributed_slice(RECEIVERS)]
    // static __RECEIVER_0: &dyn AnyReceiver = &signal(&COURSE_ENROLLMENT_CREATED).receiver(
    //     "notify", Location::here(module_path!()), 0,
    //     &notify,
    //     |__event, __delivery| {
    //         #[allow(deprecated)]
    //         let __returned = notify(data_key(&__event.enrollment), data_key(metadata(__event, __delivery)));
    //         ReceiverReturn::outcome(__returned)
    //     },
    // ).with_metadata().named("notices.notify").only(EventOrigin::Bus);
    //
    // An `async fn`: `async_receiver`, with the closure
    //
    //     |__event, __delivery| {
    //         #[allow(deprecated)]
    //         let __future = notify(data_key(&__event.enrollment), data_key(metadata(__event, __delivery)));
    //         in_future(__future, |__returned| ReceiverReturn::outcome(__returned))
    //     },
    quote! {
        #[__RT::linkme::distributed_slice(__RT::RECEIVERS)]
        #[linkme(crate = __RT::linkme)]
        static #element: &dyn __RT::AnyReceiver = &#signal.#constructor(
            #name,
            #location,
            #order,
            {
                #[allow(deprecated)]
                let __function = &#function;
                __function
            },
            |__event, __delivery| { #body },
        ) #with_metadata #named #only;
    }
}

/// Returns the registration of a batch receiver.
fn batch_element(receiver: &Receiver, batch: &Batch, signal: &Path) -> TokenStream {
    let function = &receiver.function.signature.ident;
    let name = function.unraw().to_string();
    let location = location(function);
    let (max, wait) = (batch.max as usize, batch.wait_millis);
    let rt = runtime_at(signal.span());
    let batches = quote_spanned!(signal.span()=> #rt::batches(&#signal));
    let ty = referenced(&batch.ty);
    let span = type_span(ty);
    let rt = runtime_at(span);
    let (batch, batch_of) = (ident_at("__batch", span), ident_at("batch_of", span));
    // batch_of::<_, Batch<TrackingEventEmitted>>(__batch)
    let argument = quote_spanned!(span=> #rt::#batch_of::<_, #ty>(#batch));
    let call = quote!((#function)(#argument));
    let (constructor, body) = match &receiver.function.signature.asyncness {
        None => ("receiver", returned(receiver, &call)),
        Some(keyword) => ("async_receiver", in_future(receiver, &call, keyword.span)),
    };
    let constructor = format_ident!("{constructor}");
    let (named, only) = (named(receiver), only(receiver));
    // #[distributed_slice(RECEIVERS)]
    // static __RECEIVER_0: &dyn AnyReceiver = &batches(&TRACKING_EVENT_EMITTED).receiver(
    //     "forward", Location::here(module_path!()), batch_limits(500, 5000),
    //     &forward,
    //     |__batch| {
    //         #[allow(deprecated)]
    //         let __returned = forward(batch_of(__batch));
    //         BatchReturn::batch_outcome(__returned)
    //     },
    // ).named("tracking.forward").only(EventOrigin::Bus);
    //
    // An `async fn`: `async_receiver`, whose closure ends in
    //
    //     in_batch_future(__future, |__returned| BatchReturn::batch_outcome(__returned))
    quote! {
        #[__RT::linkme::distributed_slice(__RT::RECEIVERS)]
        #[linkme(crate = __RT::linkme)]
        static __RECEIVER_0: &dyn __RT::AnyReceiver = &#batches.#constructor(
            #name,
            #location,
            __RT::batch_limits(#max, #wait),
            {
                #[allow(deprecated)]
                let __function = &#function;
                __function
            },
            |__batch| { #body },
        ) #named #only;
    }
}

fn named(receiver: &Receiver) -> Option<TokenStream> {
    receiver.name.as_ref().map(|name| quote!(.named(#name)))
}

fn only(receiver: &Receiver) -> Option<TokenStream> {
    receiver.only.as_ref().map(|only| {
        let origin = if only.is_bus { quote!(Bus) } else { quote!(Process) };
        quote!(.only(__RT::EventOrigin::#origin))
    })
}

/// Returns the argument, with the span of the user's type. It repeats the parameter's type, so that the compiler
/// compares it here, in the function `data_key`, with a message of ours.
fn argument(parameter: &Parameter, data_key: &str) -> TokenStream {
    let ty = referenced(&parameter.ty);
    let span = type_span(ty);
    let rt = runtime_at(span);
    let (event, delivery) = (ident_at("__event", span), ident_at("__delivery", span));
    let value = match &parameter.source {
        Source::DataKey(key) => quote_spanned!(span=> &#event.#key),
        Source::Metadata => quote_spanned!(span=> #rt::metadata(#event, #delivery)),
        Source::Event => quote_spanned!(span=> #event),
        Source::FromEventBus => {
            return quote_spanned!(span=> #rt::from_event_bus::<#ty>(#delivery.from_event_bus));
        }
    };
    // data_key::<_, UserData>(&__event.user)
    let data_key = ident_at(data_key, span);
    quote_spanned!(span=> #rt::#data_key::<_, #ty>(#value))
}

/// Returns the `T` of a `&T`.
fn referenced(ty: &Type) -> &Type {
    match ungrouped_type(ty) {
        Type::Reference(reference) => &reference.elem,
        other => other,
    }
}

/// Returns the body of the closure that runs a receiver.
fn returned(receiver: &Receiver, call: &TokenStream) -> TokenStream {
    let outcome = outcome(receiver);
    quote! {
        #[allow(deprecated)]
        let __returned = #call;
        #outcome
    }
}

/// Returns the body of the closure that begins an async receiver. The compiler reports at `keyword` if the future cannot go to
/// other threads.
fn in_future(receiver: &Receiver, call: &TokenStream, keyword: Span) -> TokenStream {
    let outcome = outcome(receiver);
    let rt = runtime_at(keyword);
    let future = ident_at("__future", keyword);
    let in_future = match receiver.input {
        Input::Parameters(_) => ident_at("in_future", keyword),
        Input::Batch(_) => ident_at("in_batch_future", keyword),
    };
    let in_future = quote_spanned!(keyword=> #rt::#in_future);
    let argument = quote_spanned!(keyword=> #future);
    quote! {
        #[allow(deprecated)]
        let __future = #call;
        #in_future(#argument, |__returned| #outcome)
    }
}

/// Returns the outcome, with the span of the return type, at which the compiler reports a wrong type.
fn outcome(receiver: &Receiver) -> TokenStream {
    let span = match &receiver.function.signature.output {
        ReturnType::Default => Span::call_site(),
        ReturnType::Type(_, ty) => type_span(ty),
    };
    let rt = runtime_at(span);
    let returned = ident_at("__returned", span);
    match receiver.input {
        Input::Parameters(_) => quote_spanned!(span=> #rt::ReceiverReturn::outcome(#returned)),
        Input::Batch(_) => quote_spanned!(span=> #rt::BatchReturn::batch_outcome(#returned)),
    }
}
