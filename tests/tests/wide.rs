//! A payload with more fields than fit into one generated function.

use openedx_events::{codec, prelude::*};

macro_rules! wide {
    ($first:ident $($name:ident)*) => {
        /// A payload with many fields.
        #[payload]
        pub struct Wide {
            /// A number.
            pub $first: i64,
            $(
                /// A string.
                #[payload(default)]
                pub $name: String,
            )*
        }

        const FIELDS: &[&str] = &[stringify!($first), $(stringify!($name)),*];
    };
}

wide! {
    a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9
    c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 d0 d1 d2 d3 d4 d5 d6 d7 d8 d9
}

/// Sent when many values are measured.
#[event(type = "com.example.learning.much.measured.v1")]
pub struct MuchMeasured {
    /// The measured values.
    pub wide: Wide,
}

fn event() -> MuchMeasured {
    let wide = Wide::builder().a0(1).a1("first").b5("middle").c9("later").d9("last").build();
    MuchMeasured { wide }
}

#[test]
fn every_field_is_written_once_in_order() {
    let mut bytes = Vec::new();
    codec::encode_into(&event(), &mut bytes);
    let texts = [(1, "first"), (15, "middle"), (29, "later"), (39, "last")];
    let mut expected = vec![2];
    for index in 1..FIELDS.len() {
        let text = texts.iter().find(|(at, _)| *at == index).map_or("", |(_, text)| text);
        expected.push(2 * u8::try_from(text.len()).unwrap());
        expected.extend(text.bytes());
    }
    assert_eq!(bytes, expected);
    assert_eq!(codec::decode::<MuchMeasured>(&bytes).unwrap(), event());
}

#[test]
fn an_error_in_any_part_names_its_field() {
    let mut bytes = Vec::new();
    codec::encode_into(&MuchMeasured { wide: Wide::builder().a0(1).build() }, &mut bytes);
    for (index, name) in FIELDS.iter().enumerate() {
        let error = codec::decode::<MuchMeasured>(&bytes[..index]).unwrap_err().to_string();
        assert!(error.contains(name), "{name}: {error}");
    }
}

#[test]
fn a_clone_is_equal_and_any_field_makes_a_difference() {
    let event = event();
    assert_eq!(event.clone(), event);
    let wide = &event.wide;
    for other in [
        wide.to_builder().a0(2).build(),
        wide.to_builder().b5("").build(),
        wide.to_builder().c1("x").build(),
        wide.to_builder().d9("").build(),
    ] {
        assert_ne!(other, *wide);
    }
    let shown = format!("{event:?}");
    assert!(FIELDS.iter().all(|name| shown.contains(&format!("{name}: "))), "{shown}");
}
