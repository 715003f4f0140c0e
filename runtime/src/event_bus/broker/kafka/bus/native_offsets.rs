//! Asks for the offsets that groups have committed. The functions of `rdkafka` for this ask only for the group of their client, and a
//! client for each of hundreds of groups takes seconds.

use std::{
    ffi::{CString, c_void},
    ptr, slice,
    time::Instant,
};

use rdkafka::{
    bindings::{
        self, rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS as LIST_OFFSETS,
        rd_kafka_event_t, rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR as OK,
    },
    client::{Client, ClientContext},
    types::RDKafkaErrorCode as Code,
};

use super::reader::left;

/// How many groups are asked for at a time.
const AT_ONCE: usize = 64;

/// The offset of a partition, and the metadata that was stored with it.
pub(super) type Stored = (i32, i64, String);

/// Returns the offsets that each group has committed in partitions of a topic.
#[allow(unsafe_code)]
pub(super) fn of_groups<C: ClientContext>(
    client: &Client<C>,
    groups: &[String],
    topic: &str,
    partitions: &[i32],
    deadline: Instant,
) -> Vec<Result<Vec<Stored>, Code>> {
    let mut answers: Vec<_> = groups.iter().map(|_| Err(Code::OperationTimedOut)).collect();
    let Ok(topic) = CString::new(topic) else { return answers };
    let (mut asked, mut waiting) = (0, 0);
    // SAFETY: the client is alive. Each object that is made here is destroyed here, and the queue last, because late answers still go to it.
    // Calls copy their arguments.
    unsafe {
        let client = client.native_ptr();
        let queue = bindings::rd_kafka_queue_new(client);
        let list = bindings::rd_kafka_topic_partition_list_new(0);
        for partition in partitions {
            bindings::rd_kafka_topic_partition_list_add(list, topic.as_ptr(), *partition);
        }
        while Instant::now() < deadline {
            while waiting < AT_ONCE && asked < groups.len() {
                if let Ok(group) = CString::new(&*groups[asked]) {
                    let options = bindings::rd_kafka_AdminOptions_new(client, LIST_OFFSETS);
                    let millis = i32::try_from(left(deadline).as_millis()).unwrap_or(i32::MAX);
                    bindings::rd_kafka_AdminOptions_set_request_timeout(options, millis, ptr::null_mut(), 0);
                    bindings::rd_kafka_AdminOptions_set_opaque(options, asked as *mut c_void);
                    let mut one = bindings::rd_kafka_ListConsumerGroupOffsets_new(group.as_ptr(), list);
                    bindings::rd_kafka_ListConsumerGroupOffsets(client, &raw mut one, 1, options, queue);
                    bindings::rd_kafka_ListConsumerGroupOffsets_destroy(one);
                    bindings::rd_kafka_AdminOptions_destroy(options);
                    waiting += 1;
                }
                asked += 1;
            }
            if waiting == 0 {
                break;
            }
            let millis = i32::try_from(left(deadline).as_millis()).unwrap_or(i32::MAX);
            let event = bindings::rd_kafka_queue_poll(queue, millis);
            if event.is_null() {
                break;
            }
            if let Some(answer) = answers.get_mut(bindings::rd_kafka_event_opaque(event) as usize) {
                *answer = read(event);
            }
            bindings::rd_kafka_event_destroy(event);
            waiting -= 1;
        }
        bindings::rd_kafka_topic_partition_list_destroy(list);
        bindings::rd_kafka_queue_destroy(queue);
    }
    answers
}

/// Reads an answer.
///
/// # Safety
///
/// The event must be alive.
#[allow(unsafe_code)]
unsafe fn read(event: *mut rd_kafka_event_t) -> Result<Vec<Stored>, Code> {
    // SAFETY: the event owns what its functions return. A list has `cnt` elements, a string `metadata_size` bytes unless it is
    // null.
    unsafe {
        let error = bindings::rd_kafka_event_error(event);
        let result = bindings::rd_kafka_event_ListConsumerGroupOffsets_result(event);
        if error != OK || result.is_null() {
            return Err(if error == OK { Code::Fail } else { error.into() });
        }
        let mut count = 0;
        let groups = bindings::rd_kafka_ListConsumerGroupOffsets_result_groups(result, &raw mut count);
        if groups.is_null() || count == 0 {
            return Err(Code::Fail);
        }
        let error = bindings::rd_kafka_group_result_error(*groups);
        if !error.is_null() {
            return Err(bindings::rd_kafka_error_code(error).into());
        }
        let list = bindings::rd_kafka_group_result_partitions(*groups);
        if list.is_null() || (*list).elems.is_null() {
            return Ok(Vec::new());
        }
        let elements = slice::from_raw_parts((*list).elems, usize::try_from((*list).cnt).unwrap_or(0));
        let mut stored = Vec::new();
        for element in elements {
            if element.err != OK {
                return Err(element.err.into());
            }
            // The group has committed no offset for this partition.
            if element.offset < 0 {
                continue;
            }
            let text = if element.metadata.is_null() {
                &[]
            } else {
                slice::from_raw_parts(element.metadata.cast(), element.metadata_size)
            };
            stored.push((element.partition, element.offset, String::from_utf8_lossy(text).into_owned()));
        }
        Ok(stored)
    }
}
