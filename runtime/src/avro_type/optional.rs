//! `Option`, as the whole type of a field.

use super::{AvroForm, AvroType};
use crate::{
    avro::{BoxError, DecodeError, Decoder, encoder},
    schema::Schema,
};

/// `["null", T]`. Python's library allows it only as the whole type of a field, which [`crate::schema::assert_field`]
/// checks.
impl<T: AvroType> AvroType for Option<T> {
    type Repr = Option<T::Repr>;
    const SCHEMA: Schema = Schema::Optional(&T::SCHEMA);

    fn to_repr(&self) -> Self::Repr {
        self.as_ref().map(T::to_repr)
    }

    fn from_repr(repr: Self::Repr) -> Result<Self, BoxError> {
        repr.map(T::from_repr).transpose()
    }

    #[inline]
    fn encode_avro(&self, out: &mut Vec<u8>) {
        match self {
            None => encoder::long(out, 0),
            Some(value) => {
                encoder::long(out, 1);
                value.encode_avro(out);
            }
        }
    }

    #[inline]
    fn decode_avro(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        if input.some()? { T::decode_avro(input).map(Some) } else { Ok(None) }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

#[diagnostic::do_not_recommend]
impl<T: AvroForm> AvroForm for Option<T> {}
