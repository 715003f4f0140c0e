//! The client's queue of the records of one partition. It is read many records at a time: `rdkafka` reads one, and allocates an event
//! for it.

use std::{ffi::CString, ptr, sync::Arc};

use rdkafka::{
    bindings::{
        self, rd_kafka_message_t, rd_kafka_queue_t, rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR as OK,
    },
    consumer::{Consumer as _, base_consumer::PartitionQueue},
    error::KafkaError,
};

use super::{
    super::native_record::NativeRecord,
    context::{MemberClient, MemberContext},
};

/// How many records are read at a time.
const AT_ONCE: usize = 64;

pub(super) struct Queue {
    /// Keeps the records out of the client's own queue, notifies of new ones, and keeps the client alive.
    split: PartitionQueue<MemberContext>,
    native: ptr::NonNull<rd_kafka_queue_t>,
}

// SAFETY: the functions of the client's queues are thread-safe.
#[allow(unsafe_code)]
unsafe impl Send for Queue {}

impl Queue {
    /// Takes the records of a partition out of the client's own queue.
    #[allow(unsafe_code)]
    pub(super) fn split(client: &Arc<MemberClient>, topic: &str, partition: i32) -> Option<Self> {
        let split = client.split_partition_queue(topic, partition)?;
        let topic = CString::new(topic).ok()?;
        // SAFETY: the client is alive, and the queue that it returns belongs to this.
        let native = unsafe {
            bindings::rd_kafka_queue_get_partition(client.client().native_ptr(), topic.as_ptr(), partition)
        };
        Some(Self { split, native: ptr::NonNull::new(native)? })
    }

    /// Calls `notify` when the queue gets records.
    pub(super) fn on_news(&mut self, notify: impl Fn() + Send + Sync + 'static) {
        self.split.set_nonempty_callback(notify);
    }

    /// Calls `each` with records and errors of the client, in order and at most `max`, until it returns `false`, which drops the
    /// records that follow. Returns how many there were.
    #[allow(unsafe_code)]
    pub(super) fn read(
        &mut self,
        max: usize,
        mut each: impl FnMut(Result<NativeRecord<'_>, KafkaError>) -> bool,
    ) -> usize {
        let mut messages = [ptr::null_mut::<rd_kafka_message_t>(); AT_ONCE];
        // SAFETY: the queue is alive, and there is room for as many messages.
        let count = unsafe {
            let max = max.min(AT_ONCE);
            bindings::rd_kafka_consume_batch_queue(self.native.as_ptr(), 0, messages.as_mut_ptr(), max)
        };
        let count = usize::try_from(count).unwrap_or(0);
        let mut goes_on = true;
        for &message in &messages[..count] {
            // SAFETY: the message belongs to this until it is destroyed, and nothing refers to it afterwards.
            unsafe {
                goes_on = goes_on
                    && each(match (*message).err {
                        OK => Ok(NativeRecord::new(&*message)),
                        error => Err(KafkaError::MessageConsumption(error.into())),
                    });
                bindings::rd_kafka_message_destroy(message);
            }
        }
        count
    }
}

#[allow(unsafe_code)]
impl Drop for Queue {
    fn drop(&mut self) {
        // SAFETY: it belongs to this. The client, which `split` keeps alive, is destroyed later.
        unsafe { bindings::rd_kafka_queue_destroy(self.native.as_ptr()) }
    }
}
