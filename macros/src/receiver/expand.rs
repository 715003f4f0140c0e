//! The registration of a receiver: one element of the registry's slice for each signal.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, Path, Type, ext::IdentExt, spanned::Spanned};

use super::{
    arguments::{RUNS_TWICE, given_twice_text, is_struct},
    parse::{Beside, Parameter, Receiver, Refused, Source},
};
use crate::{
    record::{allow_expected, is_named, schema::location},
    runtime_path::RuntimePath,
    spans::call_up_to,
};

pub(crate) fn expand(receiver: &Receiver, function: &TokenStream) -> TokenStream {
    let rt = receiver.path.at(Span::call_site());
    let import = receiver.path.import();
    let later = receiver.attributes.iter().filter(|attribute| is_named(attribute, "receiver")).count();
    let registered = registered(&receiver.signature.ident, &receiver.signals, later);
    let distinct = distinct(receiver);
    // Whoever allows the function to use a deprecated signal means this use of it, too.
    let allowed = receiver
        .attributes
        .iter()
        .filter(|attribute| ["allow", "expect"].iter().any(|name| attribute.path().is_ident(name)))
        .map(allow_expected);
    let elements =
        receiver.signals.iter().enumerate().map(|(index, signal)| element(receiver, index, signal, &rt));
    // The types of parameters are those of the data keys, whatever clippy thinks of them, and a receiver may
    // return a `Result` before it has anything to fail at.
    //
    // Beside an associated function, the second one makes the compiler say that there is no free function of
    // that name; an item such as `const _` could not stand there.
    //
    // fn notify(…) { … }
    // fn __notify_receives_COURSE_ENROLLMENT_CREATED() { statics… }
    quote! {
        #[allow(
            clippy::implicit_hasher,
            clippy::ref_option,
            clippy::trivially_copy_pass_by_ref,
            clippy::unnecessary_wraps
        )]
        #function

        #[doc(hidden)]
        #(#allowed)*
        #[allow(dead_code, non_snake_case, clippy::pedantic)]
        fn #registered() {
            #import
            #(#elements)*
            #(#distinct)*
        }
    }
}

/// That one signal under two paths is one, only the compiler sees.
fn distinct(receiver: &Receiver) -> Vec<TokenStream> {
    let all: Vec<&Path> = receiver.signals.iter().chain(&receiver.later_signals).collect();
    let name = |path: &Path| path.segments.last().map(|last| last.ident.clone());
    let pairs = all.iter().enumerate().flat_map(|(index, one)| {
        let others = all[index + 1..].iter().filter(move |other| name(one) == name(other));
        others.map(move |other| (*one, *other))
    });
    let assertions = pairs.map(|(one, other)| {
        let (one_signal, other_signal) = (signal(one, &receiver.path), signal(other, &receiver.path));
        let message = format!("{}\nhelp: {RUNS_TWICE}", given_twice_text(other));
        let span = other.span();
        let rt = receiver.path.at(span);
        let function = Ident::new("assert_distinct", span.resolved_at(Span::call_site()));
        let arguments = quote_spanned!(span=> #one_signal, #other_signal, #message);
        let call = call_up_to(other, &quote!(#rt::#function), arguments);
        // const _: () = assert_distinct(signal(&A), signal(&other::A), "signal `other::A` is …");
        quote_spanned!(span=> const _: () = #call;)
    });
    assertions.collect()
}

/// The item alone. Its signals are mentioned, so that what is wrong with them is said at once, and their
/// imports are not called unused.
pub(crate) fn expand_refused(refused: &Refused, item: &TokenStream) -> TokenStream {
    let item = refused.stand_in.as_ref().unwrap_or(item);
    let (structs, signals): (Vec<_>, Vec<_>) = refused.signals.iter().partition(|path| is_struct(path));
    let import = refused.path.import();
    let signals = signals.into_iter().map(|path| signal(path, &refused.path));
    let mentions = quote! {
        #import
        #(let _ = |_: #structs| {};)*
        #(let _ = #signals;)*
    };
    // fn __notify_receives_COURSE_ENROLLMENT_CREATED() {
    //     let _ = signal(&COURSE_ENROLLMENT_CREATED);
    // }
    let mentions = match &refused.beside {
        Beside::Function(name) => {
            let registered = registered(name, &refused.signals, 0);
            quote! {
                #[allow(dead_code, deprecated, non_snake_case)]
                fn #registered() { #mentions }
            }
        }
        Beside::Item => quote! {
            #[allow(deprecated)]
            const _: () = { #mentions };
        },
        Beside::Nothing => TokenStream::new(),
    };
    quote!(#item #mentions)
}

/// A function may have the attribute more than once; `later` is how often it still comes.
fn registered(function: &Ident, signals: &[Path], later: usize) -> Ident {
    let number = if later == 0 { String::new() } else { format!("_{later}") };
    let first = format_ident!("__{}_receives{}", function, number);
    let last = signals.iter().filter_map(|signal| signal.segments.last());
    last.fold(first, |name, signal| format_ident!("{}_{}", name, signal.ident))
}

/// Only this call mentions the user's signal, so that what is wrong with it is said there.
fn signal(signal: &Path, path: &RuntimePath) -> TokenStream {
    let rt = path.at(signal.span());
    quote_spanned!(signal.span()=> #rt::signal(&#signal))
}

fn element(receiver: &Receiver, index: usize, signal: &Path, rt: &TokenStream) -> TokenStream {
    let function = &receiver.signature.ident;
    let name = function.unraw().to_string();
    let order = receiver.order;
    let location = location(rt, function);
    let element = format_ident!("__RECEIVER_{index}");
    let signal = self::signal(signal, &receiver.path);
    let arguments = receiver.parameters.iter().map(|parameter| argument(receiver, parameter));
    let outcome = outcome(receiver);
    // #[distributed_slice(RECEIVERS)]
    // static __RECEIVER_0: &dyn AnyReceiver = &signal(&COURSE_ENROLLMENT_CREATED).receiver(
    //     "notify", Location { … }, 0,
    //     || function_id(&notify),
    //     |__event, __delivery| {
    //         #[allow(deprecated)]
    //         let __returned = notify(data_key(&__event.enrollment), data_key(__delivery.metadata));
    //         ReceiverReturn::outcome(__returned)
    //     },
    // );
    quote! {
        #[#rt::linkme::distributed_slice(#rt::RECEIVERS)]
        #[linkme(crate = #rt::linkme)]
        static #element: &'static dyn #rt::AnyReceiver = &#signal.receiver(
            #name,
            #location,
            #order,
            || {
                #[allow(deprecated)]
                let __function = #rt::function_id(&#function);
                __function
            },
            |__event, __delivery| {
                #[allow(deprecated)]
                let __returned = (#function)(#(#arguments),*);
                #outcome
            },
        );
    }
}

/// The argument, all of it at the user's type or name. The parameter's type is said twice, here and in the
/// function, so that it is compared here, where the message can be ours.
fn argument(receiver: &Receiver, parameter: &Parameter) -> TokenStream {
    let ty = referenced(&parameter.ty);
    let span = ty.span();
    let rt = receiver.path.at(span);
    let (event, delivery) = (local("__event", span), local("__delivery", span));
    let value = match &parameter.source {
        Source::DataKey(key) => quote_spanned!(span=> &#event.#key),
        Source::Metadata => quote_spanned!(span=> #delivery.metadata),
        Source::Event => quote_spanned!(span=> #event),
        Source::FromEventBus => {
            return quote_spanned!(span=> #rt::from_event_bus::<#ty>(#delivery.from_event_bus));
        }
    };
    // data_key::<_, UserData>(&__event.user)
    quote_spanned!(span=> #rt::data_key::<_, #ty>(#value))
}

/// The `T` of a `&T`.
fn referenced(ty: &Type) -> &Type {
    match ty {
        Type::Reference(reference) => &reference.elem,
        Type::Group(group) => referenced(&group.elem),
        Type::Paren(paren) => referenced(&paren.elem),
        other => other,
    }
}

/// A variable of the expansion, shown at `span`. Its name is not one that the user's function may have.
fn local(name: &str, span: Span) -> Ident {
    Ident::new(name, Span::call_site().located_at(span))
}

/// An error about the returned type is shown at that type.
fn outcome(receiver: &Receiver) -> TokenStream {
    let span = receiver.return_type().map_or_else(Span::call_site, Spanned::span);
    let rt = receiver.path.at(span);
    let returned = local("__returned", span);
    quote_spanned!(span=> #rt::ReceiverReturn::outcome(#returned))
}
