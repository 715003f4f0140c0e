//! Enums and wrapped types as fields, whatever their names are and wherever they are defined.

#![deny(warnings)]
#![allow(dead_code)]

use std::collections::{BTreeMap, HashMap, HashSet};

use openedx_events::{codec, prelude::*};

/// Variants with the names of other things, and raw ones.
#[payload]
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[non_exhaustive]
pub enum Odd {
    Ok,
    Err,
    Some,
    None,
    String,
    Repr,
    #[default]
    Größe,
    XBlock,
    #[deprecated]
    Old,
    #[payload(text = "a \"quoted\" text\\")]
    Quoted,
    #[payload(r#other)]
    Rest(std::string::String),
}

/// Shadows well-known names.
mod shadowed {
    use openedx_events::prelude::*;

    pub struct Option;
    pub struct Result;
    pub struct Vec;
    pub trait From {}

    /// A choice.
    #[payload(pii)]
    pub enum Choice {
        Yes,
        #[payload(other)]
        Other(String),
    }

    /// A number.
    #[payload(text, pii)]
    #[derive(Copy, Eq, Hash, PartialOrd, Ord, Default)]
    pub struct Number(u128);

    impl Number {
        pub fn new() -> Self {
            Self(1)
        }
    }
}

macro_rules! choices {
    ($($name:ident { $($variant:ident $text:literal)* })*) => {$(
        #[doc = "A choice."]
        #[payload]
        enum $name {
            $(#[payload(text = $text)] $variant,)*
            #[payload(other)]
            Other(String),
        }
    )*};
}

choices! { Sign { Plus "+" Minus "-" } }

macro_rules! numbers {
    ($($name:ident $ty:ty;)*) => {$(
        #[doc = "A number."]
        #[payload(text)]
        struct $name($ty);
    )*};
}

numbers! { Wide u128; Narrow u8; }

/// Everything.
#[payload]
pub struct EverythingData {
    /// A plain field.
    pub odd: Odd,
    /// A list.
    pub list: Vec<Odd>,
    /// A list of lists.
    pub lists: Vec<Vec<shadowed::Number>>,
    /// A map.
    pub map: BTreeMap<String, Odd>,
    /// Another map.
    pub numbers: HashMap<String, shadowed::Number>,
    /// May be missing.
    pub choice: Option<shadowed::Choice>,
    /// A default.
    #[payload(default = Odd::Ok)]
    pub ok: Odd,
    /// The default of the type.
    #[payload(default)]
    pub size: Odd,
}

/// Sent when everything was tried.
#[event(type = "com.example.learning.everything.tried.v1", key = everything.odd)]
pub struct EverythingTried {
    /// Everything.
    pub everything: EverythingData,
    /// A data key.
    pub odd: Odd,
}

#[receiver(EVERYTHING_TRIED)]
fn listen(everything: &EverythingData, odd: &Odd) {
    assert_eq!(everything.ok, *odd);
}

fn main() {
    /// In a function.
    #[payload]
    enum Local {
        Here,
        #[payload(other)]
        Elsewhere(String),
    }
    assert_eq!(Local::from("here"), Local::Here);
    assert_eq!(Sign::from("+"), Sign::Plus);
    assert_eq!("7".parse::<Wide>().unwrap(), Wide(7));
    assert!("256".parse::<Narrow>().is_err());

    let texts = ["ok", "err", "some", "none", "string", "repr", "größe", "xblock", "old"];
    for text in texts.into_iter().chain(["a \"quoted\" text\\", "", "new"]) {
        let odd = Odd::from(text);
        assert_eq!((odd.as_str(), odd.to_string().as_str()), (text, text));
        assert_eq!(matches!(odd, Odd::Rest(_)), text.is_empty() || text == "new");
    }

    let everything = EverythingData::builder()
        .odd(Odd::Err)
        .list(vec![Odd::Some, Odd::from("new")])
        .lists(vec![vec![shadowed::Number::new()]])
        .map([("a".to_owned(), Odd::XBlock)].into())
        .numbers(HashMap::new())
        .choice(shadowed::Choice::Yes)
        .build();
    assert_eq!(everything.size, Odd::Größe);
    let event = EverythingTried { everything, odd: Odd::Ok };
    assert_eq!(codec::decode::<EverythingTried>(&codec::encode(&event)).unwrap(), event);
    assert!(EVERYTHING_TRIED.send_event(event).all_ok());
    assert_eq!(HashSet::from([Odd::Ok, Odd::from("ok")]).len(), 1);
}
