//! Stores the expansions in files, so that a reviewer sees what a change of a macro does to users.
//!
//! `INSTA_UPDATE=always cargo test -p openedx-events-macros` updates them.

use proc_macro2::TokenStream;
use quote::quote;

/// Formats the expansion, with a name of the private module that does not change with each release.
fn pretty(expansion: TokenStream) -> String {
    let file = syn::parse2(expansion).unwrap();
    prettyplease::unparse(&file)
        .replace(crate::runtime_path::PRIVATE, "__private")
        .replace(env!("CARGO_MANIFEST_DIR"), "/package")
}

macro_rules! assert_expansion {
    ($name:literal, $expansion:expr) => {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!($name, pretty($expansion));
        });
    };
}

#[test]
fn payload() {
    let item = quote! {
        /// A learner's seat in a course run.
        #[derive(Clone, Eq)]
        pub struct SeatData {
            /// Number of the seat.
            pub number: i64,
            /// Learner who has it.
            #[payload(pii)]
            pub(crate) learner: String,
            /// Mode of the enrollment.
            #[payload(default = "audit".to_owned())]
            pub r#type: String,
            /// Who gave it away.
            pub given_by: Option<UserData>,
        }
    };
    assert_expansion!("payload", crate::payload::payload(TokenStream::new(), &item));
}

#[test]
fn payload_enum() {
    let item = quote! {
        /// How a learner is enrolled.
        #[derive(Clone, Default, PartialOrd)]
        pub enum Mode {
            /// Without a certificate.
            #[default]
            Audit,
            #[payload(text = "no-id-professional")]
            NoIdProfessional,
            #[payload(other)]
            Other(String),
        }
    };
    assert_expansion!("payload_enum", crate::payload::payload(TokenStream::new(), &item));
}

#[test]
fn payload_text() {
    let item = quote! {
        /// An amount of money.
        #[derive(Copy)]
        pub struct Money(pub Decimal);
    };
    assert_expansion!("payload_text", crate::payload::payload(quote!(text, pii), &item));
}

/// Editors turn `type` into `r#type`, so raw names of arguments must mean the same.
#[test]
fn raw_names_of_arguments_mean_the_same() {
    let expansion = |argument: TokenStream| {
        let item = quote! {
            /// A learner's seat in a course run.
            struct SeatData {
                /// Learner who has it.
                #[payload(#argument)]
                learner: String,
            }
        };
        crate::payload::payload(TokenStream::new(), &item).to_string()
    };
    assert_eq!(expansion(quote!(r#pii)), expansion(quote!(pii)));
    assert_eq!(expansion(quote!(r#default = String::new())), expansion(quote!(default = String::new())));
}

#[test]
fn event() {
    let arguments = quote! {
        type = "com.example.learning.seat.taken.v1",
        key = seat.number,
        repository = "example/seats",
        deprecated(since = "1.2.0", note = "use `SEAT_GIVEN`"),
    };
    let item = quote! {
        /// Sent when a learner has taken a seat.
        pub struct SeatTaken {
            /// The seat.
            pub seat: SeatData,
            /// How many are left.
            #[event(default)]
            pub left: i64,
        }
    };
    assert_expansion!("event", crate::event::event(arguments, &item));
}

#[test]
fn local_only_event() {
    let arguments = quote! {
        type = "com.example.learning.seat.held.v1",
        local_only = "holds a lock"
    };
    let item = quote! {
        /// Sent while a learner looks at a seat.
        pub struct SeatHeld {
            /// The lock.
            pub lock: Lock,
        }
    };
    assert_expansion!("local_only_event", crate::event::event(arguments, &item));
}

/// The contracts are in the folder `schemas` of this crate.
#[test]
fn event_with_contracts() {
    let arguments = quote!(type = "com.example.learning.seat.kept.v1", minor_version = 1);
    let item = quote! {
        /// Sent when a learner has kept a seat.
        pub struct SeatKept {
            /// The seat.
            pub seat: SeatData,
            /// How many are left.
            #[event(default)]
            pub left: i64,
        }
    };
    assert_expansion!("event_with_contracts", crate::event::event(arguments, &item));
}

#[test]
fn receiver() {
    let arguments = quote!(SEAT_TAKEN, signals::SEAT_GIVEN, order = -1);
    let item = quote! {
        /// Tells the learner.
        #[allow(deprecated)]
        fn notify(seat: &SeatData, _metadata: &EventsMetadata, from_event_bus: bool) -> Result<(), NotifyError> {
            Ok(())
        }
    };
    assert_expansion!("receiver", crate::receiver::receiver(arguments, &item));
}

#[test]
fn async_receiver() {
    let arguments = quote!(SEAT_TAKEN);
    let item = quote! {
        async fn notify(seat: &SeatData, metadata: &EventsMetadata) -> Result<(), NotifyError> {
            mail(seat).await
        }
    };
    assert_expansion!("async_receiver", crate::receiver::receiver(arguments, &item));
}

#[test]
fn receiver_with_name_and_origin() {
    let arguments = quote!(SEAT_TAKEN, name = "seats.notify", only = bus);
    let item = quote! {
        fn notify() {}
    };
    assert_expansion!("receiver_with_name_and_origin", crate::receiver::receiver(arguments, &item));
}

#[test]
fn batch_receiver() {
    let arguments = quote!(SEAT_TAKEN, batch(max = 500, wait = "1m30s"), name = "seats.notify");
    let item = quote! {
        fn notify(batch: &Batch<SeatTaken>) -> Result<(), BatchError> {
            Ok(())
        }
    };
    assert_expansion!("batch_receiver", crate::receiver::receiver(arguments, &item));
}

#[test]
fn async_batch_receiver() {
    let arguments = quote!(SEAT_TAKEN, batch);
    let item = quote! {
        async fn notify(_: &Batch<SeatTaken>) {}
    };
    assert_expansion!("async_batch_receiver", crate::receiver::receiver(arguments, &item));
}

#[test]
fn everything_depends_on_the_path_that_the_user_wrote() {
    let arguments = quote!(SEAT_TAKEN, crate = facade::events);
    let expansion = crate::receiver::receiver(
        arguments,
        &quote!(
            fn notify() {}
        ),
    )
    .to_string();
    let items = format!("facade :: events :: {} :: items !", crate::runtime_path::PRIVATE);
    assert_eq!(expansion.matches("facade").count(), 2, "{expansion}");
    assert!(expansion.contains(&items), "{expansion}");
}
