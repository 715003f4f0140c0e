//! Booleans, integers, floats, bytes and strings.

use bytes::Bytes;

use super::{AvroForm, AvroType, represents_itself};
use crate::{
    avro::{DecodeError, Decoder, encoder},
    schema::Schema,
};

macro_rules! primitives {
    ($($type:ident $schema:ident ($value:ident, $out:ident) $encode:expr, $input:ident $decode:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl AvroType for $type {
            represents_itself!();
            const SCHEMA: Schema = Schema::$schema;

            #[inline]
            fn encode_avro(&self, $out: &mut Vec<u8>) {
                let $value = self;
                $encode;
            }

            #[inline]
            fn decode_avro($input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                $decode
            }
        }

        #[diagnostic::do_not_recommend]
        impl AvroForm for $type {}
    )*};
}

/// Python's `int` is Avro's `long`. The decoder checks the range of a smaller type.
macro_rules! integers {
    ($($type:ident $expected:literal)*) => {
        primitives! {
            $($type Long (value, out) encoder::long(out, i64::from(*value)), input input.integer($expected);)*
        }
    };
}

primitives! {
    bool Boolean (value, out) encoder::boolean(out, *value), input input.boolean();
    f64 Double (value, out) encoder::double(out, *value), input input.double();
    Bytes Bytes (value, out) encoder::bytes(out, value), input input.bytes().map(Self::copy_from_slice);
    String String (value, out) encoder::bytes(out, value.as_bytes()), input input.string().map(Self::from);
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
