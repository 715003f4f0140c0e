//! Calls of the admin client. They are futures in `rdkafka`, and block here.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context as TaskContext, Poll, Wake, Waker},
    thread::{self, Thread},
    time::{Duration, Instant},
};

use rdkafka::{
    admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier},
    types::RDKafkaErrorCode,
};

use super::{
    Connector,
    client::{self, Context},
    client_errors::ClientErrors,
    failure,
    native_offsets::{self, Stored},
};
use crate::event_bus::broker::BusError;

/// How much longer than the request itself its answer may take.
const GRACE: Duration = Duration::from_secs(1);
/// The pause before a coordinator is asked again.
const PAUSE: Duration = Duration::from_millis(100);

/// A client that changes topics.
pub(super) struct Admin {
    client: AdminClient<Context>,
    errors: Arc<ClientErrors>,
}

impl Admin {
    pub(super) fn new(connector: &Connector) -> Result<Self, BusError> {
        let errors = connector.client_errors();
        let context = Context { errors: Arc::clone(&errors) };
        let own = [("allow.auto.create.topics", "false")];
        Ok(Self { client: client::create(&connector.options, &own, context)?, errors })
    }

    /// Creates a topic, or with `only_validate` asks whether it could be created.
    pub(super) fn create_topic(
        &self,
        topic: &NewTopic<'_>,
        only_validate: bool,
        deadline: Instant,
    ) -> Result<Result<(), RDKafkaErrorCode>, BusError> {
        let action = "cannot ask Kafka to create a topic";
        let options = options(deadline).validate_only(only_validate);
        let mut results = self.wait(self.client.create_topics([topic], &options), action, deadline)?;
        Ok(results.pop().map_or(Ok(()), |result| result.map(drop).map_err(|(_, code)| code)))
    }

    /// Returns values of a topic's configuration, each with its name. A topic that does not exist may have none.
    pub(super) fn config(&self, topic: &str, deadline: Instant) -> Result<TopicConfig, BusError> {
        let action = "cannot read the configuration of a topic";
        let asked = [ResourceSpecifier::Topic(topic)];
        let options = options(deadline);
        let mut results = self.wait(self.client.describe_configs(&asked, &options), action, deadline)?;
        let entries = results.pop().and_then(Result::ok).map(|resource| resource.entries);
        let entries = entries.into_iter().flatten();
        Ok(TopicConfig(entries.filter_map(|entry| Some((entry.name, entry.value?))).collect()))
    }

    /// Returns the offsets that each group has committed in partitions of a topic, or the error of this group. A coordinator that is
    /// starting or moving is asked again.
    pub(super) fn offsets(
        &self,
        groups: &[String],
        topic: &str,
        partitions: &[i32],
        deadline: Instant,
    ) -> Vec<Result<Vec<Stored>, RDKafkaErrorCode>> {
        let ask = |groups: &[String]| {
            native_offsets::of_groups(self.client.inner(), groups, topic, partitions, deadline)
        };
        let mut answers = ask(groups);
        loop {
            let again = answers
                .iter()
                .enumerate()
                .filter(|(_, answer)| answer.as_ref().is_err_and(|code| may_change(*code)));
            let again: Vec<usize> = again.map(|(index, _)| index).collect();
            if again.is_empty() || Instant::now() + PAUSE >= deadline {
                return answers;
            }
            thread::sleep(PAUSE);
            let names: Vec<_> = again.iter().map(|index| groups[*index].clone()).collect();
            for (index, answer) in again.into_iter().zip(ask(&names)) {
                answers[index] = answer;
            }
        }
    }

    pub(super) fn errors(&self) -> &ClientErrors {
        &self.errors
    }

    fn wait<T>(
        &self,
        future: impl Future<Output = rdkafka::error::KafkaResult<T>>,
        action: &str,
        deadline: Instant,
    ) -> Result<T, BusError> {
        match block_on(future, deadline + GRACE) {
            Some(Ok(result)) => {
                self.errors.clear();
                Ok(result)
            }
            Some(Err(error)) => Err(failure::explain(action, &error, &self.errors)),
            None => Err(failure::no_answer(action, &self.errors)),
        }
    }
}

/// Returns whether a group's coordinator may answer differently if it is asked again.
fn may_change(code: RDKafkaErrorCode) -> bool {
    use RDKafkaErrorCode::{CoordinatorLoadInProgress, CoordinatorNotAvailable, NotCoordinator};
    matches!(code, CoordinatorLoadInProgress | CoordinatorNotAvailable | NotCoordinator)
}

/// The configuration of a topic, as far as the user may see it.
#[derive(Default)]
pub(super) struct TopicConfig(Vec<(String, String)>);

impl TopicConfig {
    #[cfg(test)]
    pub(super) fn new(values: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(values.into_iter().collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }
}

fn options(deadline: Instant) -> AdminOptions {
    let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
    AdminOptions::new().request_timeout(Some(left)).operation_timeout(Some(left))
}

/// Waits for a future until `deadline`.
fn block_on<F: Future>(future: F, deadline: Instant) -> Option<F::Output> {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = TaskContext::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        let left = deadline.checked_duration_since(Instant::now())?;
        thread::park_timeout(left);
    }
}
