//! Reads the headers of a record. The functions of `rdkafka` for this panic if a name is not UTF-8, and any producer can write
//! such a name.

use std::{ffi::CStr, ptr, slice};

use rdkafka::{bindings, message::BorrowedMessage};

/// Calls `each` with the name and the value of every header, in order.
#[allow(unsafe_code)]
pub(super) fn for_each(record: &BorrowedMessage<'_>, mut each: impl FnMut(&[u8], Option<&[u8]>)) {
    const OK: bindings::rd_kafka_resp_err_t = bindings::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR;
    let mut headers = ptr::null_mut();
    // SAFETY: the record is alive, and owns the headers.
    if unsafe { bindings::rd_kafka_message_headers(record.ptr(), &raw mut headers) } != OK {
        return;
    }
    for index in 0.. {
        let (mut name, mut value, mut size) = (ptr::null(), ptr::null(), 0);
        // SAFETY: the headers are alive as long as the record. On success, the name ends with a zero, and the value has `size`
        // bytes unless it is null.
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
