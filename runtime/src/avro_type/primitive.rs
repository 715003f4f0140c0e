//! Booleans, integers, floats, bytes and strings.

use bytes::Bytes;

use super::{AvroType, represents_itself};
use crate::{
    avro::{DecodeError, Decoder, encoder},
    schema::Schema,
};

#[diagnostic::do_not_recommend]
impl AvroType for bool {
    represents_itself!();
    const SCHEMA: Schema = Schema::Boolean;

    #[inline]
    fn encode_avro(&self, out: &mut Vec<u8>) {
        encoder::boolean(out, *self);
    }

    #[inline]
    fn decode_avro(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        input.boolean()
    }
}

/// Python's `int` is Avro's `long`. The decoder checks the range of a smaller type.
macro_rules! integers {
    ($($type:ident $expected:literal)*) => {$(
        #[diagnostic::do_not_recommend]
        impl AvroType for $type {
            represents_itself!();
            const SCHEMA: Schema = Schema::Long;

            #[inline]
            fn encode_avro(&self, out: &mut Vec<u8>) {
                encoder::long(out, i64::from(*self));
            }

            #[inline]
            fn decode_avro(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                input.integer($expected)
            }
        }
    )*};
}

integers! {
    i64 "a long"
    i32 "a long from -2147483648 to 2147483647"
    i16 "a long from -32768 to 32767"
    i8 "a long from -128 to 127"
    u32 "a long from 0 to 4294967295"
    u16 "a long from 0 to 65535"
    u8 "a long from 0 to 255"
}

#[diagnostic::do_not_recommend]
impl AvroType for f64 {
    represents_itself!();
    const SCHEMA: Schema = Schema::Double;

    #[inline]
    fn encode_avro(&self, out: &mut Vec<u8>) {
        encoder::double(out, *self);
    }

    #[inline]
    fn decode_avro(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        input.double()
    }
}

#[diagnostic::do_not_recommend]
impl AvroType for Bytes {
    represents_itself!();
    const SCHEMA: Schema = Schema::Bytes;

    #[inline]
    fn encode_avro(&self, out: &mut Vec<u8>) {
        encoder::bytes(out, self);
    }

    #[inline]
    fn decode_avro(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        input.bytes().map(Self::copy_from_slice)
    }
}

#[diagnostic::do_not_recommend]
impl AvroType for String {
    represents_itself!();
    const SCHEMA: Schema = Schema::String;

    #[inline]
    fn encode_avro(&self, out: &mut Vec<u8>) {
        encoder::bytes(out, self.as_bytes());
    }

    #[inline]
    fn decode_avro(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        input.string().map(Self::from)
    }
}
