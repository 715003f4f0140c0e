//! Takes over pending entries, and finds those that the stream has dropped.

use redis::Value;

use super::{
    link::Link,
    losses::{Loss, Losses},
};
use crate::event_bus::broker::{
    Lost, Polled, Subscription,
    redis::bus::{
        command::Commands,
        failure::Trouble,
        reply::{self, PendingEntry, StreamEntry},
        stream_id::StreamId,
    },
};

/// A script that claims those entries that are still as idle as the list said. An entry that the stream has dropped would be
/// forgotten by Redis if a member claimed it: the script acknowledges it and [marks](super::losses) the loss. The server runs
/// it as one command.
///
/// Takes the group, the member, and for each entry its id, its idle time and its count of deliveries. Returns the claimed
/// entries, the ids of the lost ones, and the mark.
const ADOPT: &str = include_str!("adopt.lua");

/// Claims `pending` for this member, and adds the entries to `found`. Skips those that another member has now, and those that
/// were acknowledged.
pub(super) fn adopt(
    link: &mut Link,
    pending: &[PendingEntry],
    losses: &mut Losses,
    found: &mut Polled,
) -> Result<(), Trouble> {
    if pending.is_empty() {
        return Ok(());
    }
    let (claimed, loss) = match by_script(link, pending) {
        // The script, or a command in it, may be forbidden.
        Err(trouble @ Trouble::Server { .. }) if !trouble.is_transient() => by_steps(link, pending)?,
        result => result?,
    };
    let mut pending = pending.iter();
    for (id, message) in claimed {
        link.handed_out.insert(id);
        // A delivery is not an attempt: the server's count is the number of the next attempt.
        let next = pending.find(|pending| pending.id == id).map_or(1, |pending| pending.deliveries.max(1));
        found.entries.push(id.deliver_again(message, u32::try_from(next).unwrap_or(u32::MAX)));
    }
    if let Some(loss) = loss {
        losses.add(loss, found);
    }
    Ok(())
}

type Adopted = (Vec<StreamEntry>, Option<Loss>);

fn by_script(link: &mut Link, pending: &[PendingEntry]) -> Result<Adopted, Trouble> {
    const TO: &str = "XCLAIM";
    let Subscription { topic, group, consumer_name, .. } = &link.subscription;
    let mut commands = Commands::new();
    let mut call = commands.script(ADOPT, topic, 2 + 3 * pending.len());
    call.word(group).word(consumer_name);
    for entry in pending {
        call.id(entry.id).number(entry.idle_millis).number(entry.deliveries);
    }
    drop(call);
    let parts = reply::array(link.only(&commands)?, TO)?;
    let [claimed, lost, mark] = <[Value; 3]>::try_from(parts).map_err(|_| Trouble::Reply { to: TO })?;
    let lost = reply::array(lost, TO)?.iter().filter_map(reply::id).collect();
    let mark = reply::text(mark).filter(|mark| !mark.is_empty());
    Ok((reply::entries(claimed, TO)?, loss(lost, mark)))
}

/// Looks which entries the stream has, and then claims those. Redis forgets those that the stream drops in between.
fn by_steps(link: &mut Link, pending: &[PendingEntry]) -> Result<Adopted, Trouble> {
    let Subscription { topic, group, consumer_name, .. } = &link.subscription.clone();
    let mut commands = Commands::new();
    for entry in pending {
        commands.command(4).word("XRANGE").word(topic).id(entry.id).id(entry.id);
    }
    let mut lost = Vec::new();
    let replies = link.call(&commands)?;
    let mut commands = Commands::new();
    for (PendingEntry { id, idle_millis, deliveries, .. }, range) in pending.iter().zip(replies) {
        match reply::entries(range, "XRANGE") {
            Ok(entries) if entries.is_empty() => {
                commands.command(4).word("XACK").word(topic).word(group).id(*id);
                lost.push(*id);
            }
            // If this user may not read the stream, assume that it has dropped nothing.
            Err(trouble) if !trouble.is_refused_command() => return Err(trouble),
            _ => {
                let mut claim = commands.command(8);
                claim.word("XCLAIM").word(topic).word(group).word(consumer_name).number(*idle_millis).id(*id);
                claim.word("RETRYCOUNT").number(*deliveries);
            }
        }
    }
    let mut claimed = Vec::new();
    for reply in link.call(&commands)? {
        // The other replies are numbers of acknowledged entries.
        if !matches!(reply, Value::Int(_)) {
            claimed.extend(reply::entries(reply, "XCLAIM")?);
        }
    }
    Ok((claimed, loss(lost, None)))
}

fn loss(lost: Vec<StreamId>, mark: Option<String>) -> Option<Loss> {
    let ids: Vec<_> = lost.into_iter().map(Into::into).collect();
    (!ids.is_empty()).then_some(Loss { lost: Lost::Pending(ids), mark })
}
