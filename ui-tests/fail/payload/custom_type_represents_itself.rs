// errors: 4
use openedx_events::{AvroType, BoxError, prelude::*};

macro_rules! money {
    ($name:ident, $($repr:tt)*) => {
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name(Vec<$name>);

        impl AvroType for $name {
            type Repr = $($repr)*;

            fn to_repr(&self) -> Self::Repr {
                unimplemented!()
            }

            fn from_repr(_: Self::Repr) -> Result<Self, BoxError> {
                unimplemented!()
            }
        }
    };
}

money!(Coin, Self);
money!(Note, Cheque);
money!(Cheque, Note);
money!(Purse, Vec<Purse>);

/// The amount paid.
#[payload]
pub struct PaymentData {
    /// In coins.
    pub coin: Coin,
    /// In notes.
    pub notes: Vec<Note>,
    /// In cheques.
    pub cheque: Option<Cheque>,
    /// In purses.
    pub purse: Purse,
}

fn main() {}
