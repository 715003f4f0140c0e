//! Why a message was not delivered, and whether the cause may be transient.

use rdkafka::types::RDKafkaErrorCode as Code;

use super::super::client_errors::ClientErrors;
use crate::event_bus::broker::BusError;

/// Makes the error of a message to `topic` that the client or a broker refused.
pub(super) fn refused(code: Code, topic: &str, errors: &ClientErrors) -> BusError {
    match code {
        Code::UnknownTopicOrPartition | Code::UnknownTopic | Code::UnknownPartition => {
            BusError::permanent(errors.missing_topic(topic))
        }
        Code::TopicAuthorizationFailed => BusError::permanent(format!(
            "Kafka does not allow this user to write to topic `{topic}`; grant the rights WRITE and DESCRIBE on it"
        )),
        Code::ClusterAuthorizationFailed => BusError::permanent(format!(
            "Kafka does not allow this user to write; grant the rights WRITE and DESCRIBE on topic `{topic}`"
        )),
        Code::InvalidTopic => BusError::permanent(format!("Kafka refuses the name of topic `{topic}`")),
        Code::PolicyViolation => {
            BusError::permanent(format!("a policy of Kafka forbids writing to topic `{topic}`"))
        }
        Code::MessageSizeTooLarge | Code::MessageBatchTooLarge | Code::InvalidMessageSize => {
            BusError::refused(format!(
                "the message is too large for topic `{topic}`; its limit is `max.message.bytes`, or `message.max.bytes` of the brokers"
            ))
        }
        Code::InvalidRecord => BusError::refused(format!(
            "Kafka refuses the record for topic `{topic}`; a compacted topic takes no record without a key"
        )),
        Code::MessageTimedOut | Code::TimedOutQueue => late(topic, errors),
        Code::SaslAuthenticationFailed | Code::Authentication | Code::SSL => errors
            .cause()
            .unwrap_or_else(|| BusError::permanent(format!("Kafka refuses the connection: {code}"))),
        other => {
            let reason = format!("Kafka did not take the message for topic `{topic}`: {other}");
            BusError::transient(reason)
        }
    }
}

/// Makes the error of a message to `topic` that no broker has confirmed in time.
pub(super) fn late(topic: &str, errors: &ClientErrors) -> BusError {
    errors.cause().unwrap_or_else(|| {
        BusError::transient(format!("Kafka has not confirmed the message for topic `{topic}` in time"))
    })
}
