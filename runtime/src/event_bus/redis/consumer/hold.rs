//! Keeps entries with this member, and records how many attempts were begun.

use std::time::Duration;

use redis::Value;

use super::RedisConsumer;
use crate::event_bus::{
    bus::Subscription,
    redis::{command::Commands, failure::Trouble, reply, stream_id::StreamId},
};

impl RedisConsumer {
    /// Only what is still this member's is kept, and only if nobody takes it in between: that would make it less idle
    /// than it was.
    pub(super) fn hold_entries(&mut self, entries: &[(StreamId, u32)]) -> Result<(), Trouble> {
        if entries.is_empty() {
            return Ok(());
        }
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
            let held = match reply::pending(held) {
                // The group is gone, and with it what was held; the next poll sees to it.
                Err(trouble) if trouble.is("NOGROUP") => return Ok(()),
                held => held?,
            };
            let Some(held) = held.first() else { continue };
            // From Redis 7.0, an entry that was trimmed is not claimed but forgotten. It stays with this member until it
            // is acknowledged; else whoever finds it tells that it is lost.
            if *id < oldest {
                continue;
            }
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
