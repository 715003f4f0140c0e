//! Fields, data keys and receivers may have any name, even one that generated code or a prelude could use.

use openedx_events::prelude::*;

macro_rules! payload_of {
    ($($name:ident)*) => {
        /// All of them.
        #[payload]
        #[derive(Default)]
        pub struct Names {
            $(
                #[doc = stringify!($name)]
                #[payload(default)]
                pub $name: String,
            )*
        }

        /// Sent when they were changed.
        #[event(type = "com.example.learning.names.changed.v1")]
        pub struct NamesChanged {
            $(
                #[doc = stringify!($name)]
                #[event(default)]
                pub $name: String,
            )*
        }

        #[receiver(NAMES_CHANGED)]
        fn all($($name: &str),*) {
            $(let _ = $name;)*
        }
    };
}

payload_of! {
    value map index out input to other self_ user string u8 str bool i64 field fields field_0 name names new from
    into clone eq fmt f debug encode decode serializer deserializer serde core std alloc record schema default
    builder to_builder into_fields error result option some none ok err returned delivery receiver message r
}

#[receiver(NAMES_CHANGED)]
fn event(value: &str) {
    let _ = value;
}

#[receiver(NAMES_CHANGED)]
fn returned() {}

#[receiver(NAMES_CHANGED)]
fn delivery(from_event_bus: bool) {
    assert!(!from_event_bus);
}

fn main() {
    let names = Names::builder().value("a").self_("b").u8("c").build();
    assert_eq!((&*names.value, &*names.self_, &*names.u8), ("a", "b", "c"));
    let json = openedx_events::codec::encode(&NamesChanged::builder().map("d").build());
    assert_eq!(
        openedx_events::codec::decode::<NamesChanged>(&json).unwrap().map,
        "d"
    );
    assert_eq!(NAMES_CHANGED.send_event(NamesChanged::builder().build()).len(), 4);
}
