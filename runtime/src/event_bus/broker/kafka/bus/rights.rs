//! The rights of this user, as the brokers report them. `rdkafka` has no function for this call of librdkafka.

use std::{
    ffi::CString,
    ptr, slice,
    time::{Duration, Instant},
};

use rdkafka::{
    bindings as sys,
    consumer::Consumer,
    types::{RDKafkaErrorCode as Code, RDKafkaRespErr},
};

use super::{
    failure,
    reader::{Reader, left},
};
use crate::event_bus::broker::BusError;

/// The rights of this user on a topic or a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rights {
    pub(super) read: bool,
    pub(super) write: bool,
}

/// Returns the rights on a topic; none if this user may not even see it.
///
/// # Errors
///
/// If the brokers do not answer. Brokers from before 2.3 do not tell rights.
pub(super) fn on_topic(reader: &Reader, topic: &str, deadline: Instant) -> Result<Rights, BusError> {
    let action = format!("cannot ask for the rights on topic `{topic}`");
    let Ok(name) = CString::new(topic) else { return Ok(Rights::default()) };
    match ask(reader, &name, left(deadline)) {
        Ok(rights) => Ok(rights),
        Err(Code::TopicAuthorizationFailed | Code::UnknownTopicOrPartition) => Ok(Rights::default()),
        Err(code) => Err(failure::explain_code(&action, code, reader.errors())),
    }
}

#[allow(unsafe_code)]
fn ask(reader: &Reader, topic: &CString, timeout: Duration) -> Result<Rights, Code> {
    let client = reader.client().client().native_ptr();
    let millis = i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX);
    let mut names = [topic.as_ptr()];
    // SAFETY: the client and the name live longer than the call. Each object is destroyed once, at the end, after its last use:
    // the result belongs to the event.
    unsafe {
        let queue = sys::rd_kafka_queue_new(client);
        let options = sys::rd_kafka_AdminOptions_new(
            client,
            sys::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBETOPICS,
        );
        let wrong = sys::rd_kafka_AdminOptions_set_include_authorized_operations(options, 1);
        if !wrong.is_null() {
            sys::rd_kafka_error_destroy(wrong);
        }
        let _ = sys::rd_kafka_AdminOptions_set_request_timeout(options, millis, ptr::null_mut(), 0);
        let topics = sys::rd_kafka_TopicCollection_of_topic_names(names.as_mut_ptr(), names.len());
        sys::rd_kafka_DescribeTopics(client, topics, options, queue);
        let event = sys::rd_kafka_queue_poll(queue, millis.saturating_add(1000));
        let rights = if event.is_null() { Err(Code::OperationTimedOut) } else { read(event) };
        if !event.is_null() {
            sys::rd_kafka_event_destroy(event);
        }
        sys::rd_kafka_TopicCollection_destroy(topics);
        sys::rd_kafka_AdminOptions_destroy(options);
        sys::rd_kafka_queue_destroy(queue);
        rights
    }
}

/// Reads the answer for one topic.
///
/// # Safety
///
/// `event` must be the answer to a call of `rd_kafka_DescribeTopics`.
#[allow(unsafe_code)]
unsafe fn read(event: *mut sys::rd_kafka_event_t) -> Result<Rights, Code> {
    // SAFETY: the event is alive, and owns everything that is read here.
    unsafe {
        check(sys::rd_kafka_event_error(event))?;
        let result = sys::rd_kafka_event_DescribeTopics_result(event);
        if result.is_null() {
            return Err(Code::Fail);
        }
        let mut count = 0;
        let topics = sys::rd_kafka_DescribeTopics_result_topics(result, &raw mut count);
        if topics.is_null() || count == 0 {
            return Err(Code::UnknownTopicOrPartition);
        }
        let topic = *topics;
        let error = sys::rd_kafka_TopicDescription_error(topic);
        if !error.is_null() {
            check(sys::rd_kafka_error_code(error))?;
        }
        let mut count = 0;
        let operations = sys::rd_kafka_TopicDescription_authorized_operations(topic, &raw mut count);
        let operations: &[sys::rd_kafka_AclOperation_t] =
            if operations.is_null() { &[] } else { slice::from_raw_parts(operations, count) };
        Ok(Rights {
            read: operations.contains(&sys::rd_kafka_AclOperation_t::RD_KAFKA_ACL_OPERATION_READ),
            write: operations.contains(&sys::rd_kafka_AclOperation_t::RD_KAFKA_ACL_OPERATION_WRITE),
        })
    }
}

fn check(code: RDKafkaRespErr) -> Result<(), Code> {
    match Code::from(code) {
        Code::NoError => Ok(()),
        code => Err(code),
    }
}
