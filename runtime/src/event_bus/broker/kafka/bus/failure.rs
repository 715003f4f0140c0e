//! Turns the errors of the client into errors for users of the bus.

use rdkafka::{error::KafkaError, types::RDKafkaErrorCode as Code};

use super::client_errors::ClientErrors;
use crate::event_bus::broker::BusError;

/// Makes the error of a call that failed; `action` is the failed action, as in "cannot read topic `x`".
pub(super) fn explain(action: &str, error: &KafkaError, errors: &ClientErrors) -> BusError {
    match error.rdkafka_error_code() {
        Some(code) => explain_code(action, code, errors),
        None => BusError::permanent(format!("{action}: {error}")),
    }
}

/// Makes the error of a call that failed with a code.
pub(super) fn explain_code(action: &str, code: Code, errors: &ClientErrors) -> BusError {
    match code {
        Code::TopicAuthorizationFailed => refused(action, "topic", code),
        Code::GroupAuthorizationFailed => refused(action, "group", code),
        Code::ClusterAuthorizationFailed => refused(action, "cluster", code),
        Code::BrokerTransportFailure
        | Code::AllBrokersDown
        | Code::OperationTimedOut
        | Code::MessageTimedOut
        | Code::TimedOutQueue
        | Code::RequestTimedOut
        | Code::Authentication
        | Code::SSL
        | Code::Resolve
        | Code::WaitingForCoordinator => no_answer(action, errors),
        Code::NotCoordinator
        | Code::CoordinatorLoadInProgress
        | Code::CoordinatorNotAvailable
        | Code::LeaderNotAvailable
        | Code::NotLeaderForPartition
        | Code::NetworkException
        | Code::NotEnoughReplicas
        | Code::NotEnoughReplicasAfterAppend
        | Code::NotController
        | Code::UnknownTopicOrPartition
        | Code::UnknownTopic
        | Code::UnknownPartition
        | Code::Fail
        | Code::RebalanceInProgress => BusError::transient(format!("{action}: {code}")),
        code => BusError::permanent(format!("{action}: {code}")),
    }
}

fn refused(action: &str, what: &str, code: Code) -> BusError {
    BusError::permanent(format!(
        "{action}: {code}; ask an administrator for the right on the {what}: see the guide's page about Kafka"
    ))
}

/// Makes the error of a call that no broker answered. The errors of the connections say why.
pub(super) fn no_answer(action: &str, errors: &ClientErrors) -> BusError {
    match errors.cause() {
        Some(cause) if cause.is_transient() => BusError::transient(action).with_source(cause),
        Some(cause) => BusError::permanent(action).with_source(cause),
        None => BusError::transient(format!("{action}: {}", errors.no_answer())),
    }
}
