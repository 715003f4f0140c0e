//! The group that a member belongs to: creates it if it is missing, and again if it was lost.

use redis::Value;

use super::link::Link;
use crate::event_bus::broker::{
    BusError, Start, Subscription,
    redis::bus::{failure::Trouble, reply, stream_id::StreamId},
};

pub(super) struct Membership {
    /// The position of a new group, for `XGROUP`.
    start: String,
    is_joined: bool,
}

impl Membership {
    pub(super) fn new(subscription: &Subscription) -> Result<Self, BusError> {
        Ok(Self { start: start_id(&subscription.start)?, is_joined: false })
    }

    /// Joins the group, unless the member has joined it already. Creates the group if it does not exist.
    pub(super) fn join(&mut self, link: &mut Link) -> Result<(), Trouble> {
        if self.is_joined {
            return Ok(());
        }
        let is_new = position(link)?.is_none() && create(link, &self.start)?;
        let Subscription { topic, group, start, .. } = &link.subscription;
        if is_new {
            start.log_new_group();
        } else if let Start::After(_) = start {
            return Err(Trouble::GroupExists { topic: topic.clone(), group: group.clone() });
        }
        self.is_joined = true;
        Ok(())
    }

    /// Recreates a lost group: somebody deleted it or its stream, or the server lost its data. Returns a note for the operator.
    ///
    /// The group begins where this process was. It begins earlier if an unfinished entry comes before the last acknowledged
    /// one, because otherwise no member would receive that entry again.
    pub(super) fn create_again(link: &mut Link) -> Result<String, Trouble> {
        let Subscription { topic, group, .. } = link.subscription.clone();
        let acknowledged = link.handed_out.last_acknowledged;
        let newest = match link.ask(&["XINFO", "STREAM", &topic]) {
            Ok(stream) => reply::info(&stream, "last-generated-id").and_then(reply::id),
            Err(trouble) if trouble.is_missing_key() => None,
            // If this user may not ask, assume that the stream is still the same.
            Err(trouble) if trouble.is_refused_command() => Some(acknowledged),
            Err(trouble) => return Err(trouble),
        };
        let mut at = link.handed_out.position();
        if newest.is_none_or(|newest| newest < acknowledged) {
            // The stream starts over.
            at = StreamId::ZERO;
            link.handed_out.forget_position();
        }
        let is_ours = create(link, &at.to_string())?;
        let lost = format!("group `{group}` of stream `{topic}` was lost");
        Ok(match newest {
            _ if !is_ours => format!("{lost}, and another member has re-created it"),
            Some(newest) if newest > at => format!(
                "{lost}, and is re-created: entries after {at} up to {newest} are delivered again, including those that \
                 were handled"
            ),
            _ => format!("{lost}, and is re-created: it begins after {at}"),
        })
    }
}

/// Returns the last id that the group delivered, or `None` if the group does not exist or this user may not ask.
fn position(link: &mut Link) -> Result<Option<StreamId>, Trouble> {
    let Subscription { topic, group, .. } = link.subscription.clone();
    let groups = match link.ask(&["XINFO", "GROUPS", &topic]) {
        // If this user may not ask, `XGROUP CREATE` tells whether there is a group.
        Err(trouble) if trouble.is_missing_key() || trouble.is_refused_command() => return Ok(None),
        groups => reply::array(groups?, "XINFO GROUPS")?,
    };
    let name = Value::BulkString(group.into_bytes());
    let known = groups.iter().find(|known| reply::info(known, "name") == Some(&name));
    Ok(known.and_then(|known| reply::info(known, "last-delivered-id")).and_then(reply::id))
}

/// Creates the group, and the stream if it is missing. Returns `false` if the group exists.
fn create(link: &mut Link, at: &str) -> Result<bool, Trouble> {
    let Subscription { topic, group, .. } = link.subscription.clone();
    match link.ask(&["XGROUP", "CREATE", &topic, &group, at, "MKSTREAM"]) {
        Ok(_) => Ok(true),
        Err(trouble) if trouble.is("BUSYGROUP") => Ok(false),
        Err(trouble) => Err(trouble),
    }
}

/// Returns the id at which `XGROUP` begins a group.
pub(in crate::event_bus::broker::redis) fn start_id(start: &Start) -> Result<String, BusError> {
    match start {
        Start::New => Ok("$".to_owned()),
        Start::Backlog => Ok("0".to_owned()),
        Start::After(id) => StreamId::read(id).map(|id| id.to_string()),
    }
}
