//! Records in the memory of the client. The functions of `rdkafka` for headers panic if a name is not UTF-8, and any producer can
//! write such a name.

use std::{
    ffi::CStr,
    ptr, slice,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rdkafka::{
    bindings::{
        self, rd_kafka_message_t, rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR as OK,
        rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE as NO_TIMESTAMP,
    },
    message::BorrowedMessage,
};

/// A record that the client owns.
#[derive(Clone, Copy)]
pub(super) struct NativeRecord<'a>(&'a rd_kafka_message_t);

impl<'a> From<&'a BorrowedMessage<'_>> for NativeRecord<'a> {
    #[allow(unsafe_code)]
    fn from(record: &'a BorrowedMessage<'_>) -> Self {
        // SAFETY: the client's record lives as long as `record`.
        Self(unsafe { &*record.ptr() })
    }
}

#[allow(unsafe_code)]
impl<'a> NativeRecord<'a> {
    /// # Safety
    ///
    /// The client must have handed out the message, and must not take it back while this exists.
    pub(super) unsafe fn new(message: &'a rd_kafka_message_t) -> Self {
        Self(message)
    }

    pub(super) fn offset(self) -> i64 {
        self.0.offset
    }

    pub(super) fn key(self) -> Option<&'a [u8]> {
        // SAFETY: the message has that number of bytes there, unless the pointer is null.
        (!self.0.key.is_null()).then(|| unsafe { slice::from_raw_parts(self.0.key.cast(), self.0.key_len) })
    }

    pub(super) fn value(self) -> Option<&'a [u8]> {
        // SAFETY: the same.
        (!self.0.payload.is_null())
            .then(|| unsafe { slice::from_raw_parts(self.0.payload.cast(), self.0.len) })
    }

    /// Returns when the record was stored or sent, if the record says so.
    pub(super) fn time(self) -> Option<SystemTime> {
        let mut kind = NO_TIMESTAMP;
        // SAFETY: the message is alive.
        let millis = unsafe { bindings::rd_kafka_message_timestamp(self.0, &raw mut kind) };
        if kind == NO_TIMESTAMP {
            return None;
        }
        u64::try_from(millis).ok().map(|millis| UNIX_EPOCH + Duration::from_millis(millis))
    }

    /// Calls `each` with the name and the value of every header, in order.
    pub(super) fn for_each_header(self, mut each: impl FnMut(&'a [u8], Option<&'a [u8]>)) {
        let mut headers = ptr::null_mut();
        // SAFETY: the message is alive, and owns the headers.
        if unsafe { bindings::rd_kafka_message_headers(self.0, &raw mut headers) } != OK {
            return;
        }
        for index in 0.. {
            let (mut name, mut value, mut size) = (ptr::null(), ptr::null(), 0);
            // SAFETY: the headers live as long as the message. On success, the name ends with a zero, and the value has `size` bytes
            // unless it is null.
            unsafe {
                let found = bindings::rd_kafka_header_get_all(
                    headers,
                    index,
                    &raw mut name,
                    &raw mut value,
                    &raw mut size,
                );
                if found != OK {
                    return;
                }
                let value = (!value.is_null()).then(|| slice::from_raw_parts(value.cast(), size));
                each(CStr::from_ptr(name).to_bytes(), value);
            }
        }
    }
}
