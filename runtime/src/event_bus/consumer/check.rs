//! Checks of a consumer before it starts.

use super::{ConsumeError, Consumer};
use crate::{
    event_bus::{
        broker::{Capability, EventBus, Subscription},
        producer::install::produced_to,
    },
    executor::{NotDriven, Runtime},
    registry,
};

/// The advice about a process that would consume its own events.
pub(crate) const LOOP_HELP: &str = "help: if the receivers of this process send no events, set the variable \
    `EVENT_BUS_PRODUCER` to an empty value for it (`EVENT_BUS_PRODUCER=`); if they send other events, pass `--allow-loop` \
    (`Consumer::allow_loop`), or disable the route for it (`enabled: false`)";

impl Consumer {
    pub(super) fn check(&self) -> Result<(), ConsumeError> {
        if self.topic.is_empty() || self.subscription.group.is_empty() {
            let missing = "a consumer needs a topic and a group: call `topic` and `group` before `run`";
            return Err(ConsumeError::Refused(missing.to_owned()));
        }
        if !self.options.decode_all && !registry::has_receivers() {
            return Err(ConsumeError::NoReceivers);
        }
        let only = &self.options.only;
        if !self.options.decode_all
            && !only.is_empty()
            && only.iter().all(|one| registry::type_has_receivers(one) == Some(false))
        {
            return Err(ConsumeError::Refused(format!(
                "this program has no receivers for `{}`, and `only` excludes all other events\nnote: it would acknowledge every message \
                 without handling it\nhelp: name event types that have receivers, as `list` shows them",
                only.join("`, `")
            )));
        }
        let topic = &self.subscription.topic;
        if !self.allow_loop
            && let Some(event_type) = produced_to(topic)
        {
            return Err(ConsumeError::Refused(format!(
                "this process produces `{event_type}` to topic `{topic}`, so it would consume its own events\nnote: its \
                 settings have an enabled route for it; they may be shared with the service that sends the event\n{LOOP_HELP}"
            )));
        }
        Ok(())
    }

    /// Checks that something drives the runtime of async receivers while the consumer blocks its thread. Call it in [`in_runtime`]:
    /// outside, a thread may find the runtime of another consumer, which may end at any time.
    ///
    /// [`in_runtime`]: crate::executor::in_runtime
    pub(super) fn check_runtime(&self) -> Result<(), ConsumeError> {
        if !self.enabled || !registry::has_async_receivers(&self.options.only) {
            return Ok(());
        }
        let Err(why) = Runtime::current().check() else { return Ok(()) };
        let help = match why {
            NotDriven::OnlyThread => {
                "call it in `tokio::task::spawn_blocking(move || consumer.run(stop)).await`, or use a multi-threaded runtime"
            }
            NotDriven::Ended => "keep the runtime until the consumer has ended",
            NotDriven::Stalled | NotDriven::TimedOut => {
                "drive a current-thread runtime with `Runtime::block_on` on another thread while the consumer runs, or use a \
                 multi-threaded one"
            }
        };
        Err(ConsumeError::Refused(format!(
            "the consumer's async receivers could not run: {why}\nnote: a consumer blocks the thread that runs it, and its async receivers \
             need the tokio runtime that it finds there\nhelp: {help}"
        )))
    }

    /// Checks that the bus can do what the options ask for, and that no other member claims a message while a receiver may still be
    /// working on it.
    pub(super) fn check_capabilities(&self, bus: &dyn EventBus) -> Result<(), ConsumeError> {
        let Subscription { claim_older_than, receiver_timeout, until, group_instance_id, .. } =
            &self.subscription;
        if until.is_some() && !bus.can(Capability::StartAtTime) {
            let refused =
                "the event bus does not know when it stored a message, so `until` cannot end the consumer";
            return Err(ConsumeError::Refused(refused.to_owned()));
        }
        if group_instance_id.is_some() && !bus.can(Capability::StaticMembers) {
            let refused = "`group_instance_id` has no effect on this event bus\nnote: only Kafka keeps the place of a member that \
                           restarts\nhelp: remove it, or write `consumer_name`";
            return Err(ConsumeError::Refused(refused.to_owned()));
        }
        if bus.can(Capability::ClaimEntries) && receiver_timeout >= claim_older_than {
            return Err(ConsumeError::Refused(format!(
                "a receiver may take {receiver_timeout:?}, but other members claim a message after {claim_older_than:?}\nnote: \
                 another member would handle a message while a slow receiver is still working on it\nhelp: raise \
                 `claim_msgs_older_than`, or lower `EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT`"
            )));
        }
        Ok(())
    }
}
