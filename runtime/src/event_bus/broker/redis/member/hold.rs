//! Keeps entries with this member, and records how many attempts were begun.

use std::time::Duration;

use redis::Value;

use super::{RedisConsumer, script::HOLD};
use crate::event_bus::broker::{
    redis::{command::Commands, failure::Trouble, reply, stream_id::StreamId},
    subscription::Subscription,
};

impl RedisConsumer {
    /// Only what is still this member's is kept.
    ///
    /// From Redis 7.0, claiming an entry that was trimmed makes the group forget it. It is to stay with this member until
    /// it is acknowledged; else whoever finds it tells that it is lost.
    pub(super) fn hold_entries(&mut self, entries: &[(StreamId, u32)]) -> Result<(), Trouble> {
        if entries.is_empty() {
            return Ok(());
        }
        let result = if self.holds_by_script {
            match self.hold_by_script(entries) {
                // The script, or a command in it, cannot be run here.
                Err(trouble @ Trouble::Server { .. }) if !trouble.is_transient() => {
                    self.holds_by_script = !trouble.is_refused_command();
                    self.hold_by_steps(entries)
                }
                result => result,
            }
        } else {
            self.hold_by_steps(entries)
        };
        match result {
            // The group is gone, and with it what was held; the next poll sees to it.
            Err(trouble) if trouble.is("NOGROUP") => Ok(()),
            result => result,
        }
    }

    fn hold_by_script(&mut self, entries: &[(StreamId, u32)]) -> Result<(), Trouble> {
        let Subscription { topic, group, consumer_name, .. } = &self.subscription;
        let mut commands = Commands::new();
        let mut call = HOLD.call(&mut commands, topic, 2 + 2 * entries.len());
        call.word(group).word(consumer_name);
        for (id, attempts) in entries {
            call.word(id.to_string()).number((*attempts).into());
        }
        drop(call);
        let mut replies = self.call(&commands, Duration::ZERO)?;
        reply::checked(replies.pop().unwrap_or_default()).map(drop)
    }

    /// Asks and then claims, if nobody takes an entry in between: that would make it less idle than it was. What is
    /// trimmed in between is forgotten.
    fn hold_by_steps(&mut self, entries: &[(StreamId, u32)]) -> Result<(), Trouble> {
        let Subscription { topic, group, consumer_name, .. } = self.subscription.clone();
        let mut commands = Commands::new();
        commands.push(&["XRANGE", &topic, "-", "+", "COUNT", "1"]);
        for (id, _) in entries {
            let id = id.to_string();
            commands.push(&["XPENDING", &topic, &group, &id, &id, "1", &consumer_name]);
        }
        let mut held = self.call(&commands, Duration::ZERO)?.into_iter();
        let oldest = oldest(held.next().unwrap_or_default())?;
        commands.clear();
        for ((id, attempts), held) in entries.iter().zip(held) {
            let held = reply::pending(held)?;
            let Some(held) = held.first().filter(|_| *id >= oldest) else { continue };
            let (id, idle, attempts) = (id.to_string(), held.idle_millis.to_string(), attempts.to_string());
            commands.push(&[
                "XCLAIM",
                &topic,
                &group,
                &consumer_name,
                &idle,
                &id,
                "RETRYCOUNT",
                &attempts,
                "JUSTID",
            ]);
        }
        if commands.is_empty() {
            return Ok(());
        }
        for reply in self.call(&commands, Duration::ZERO)? {
            reply::checked(reply)?;
        }
        Ok(())
    }
}

/// The first entry that the stream still has; without one, everything comes before it.
fn oldest(reply: Value) -> Result<StreamId, Trouble> {
    match reply::entries(reply, "XRANGE") {
        Ok(entries) => Ok(entries.first().map_or(StreamId::LAST, |(id, _)| *id)),
        // Whoever may not look takes it that nothing was trimmed.
        Err(trouble) if trouble.is_refused_command() => Ok(StreamId::ZERO),
        Err(trouble) => Err(trouble),
    }
}
