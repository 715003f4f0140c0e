//! The group that a member belongs to: creates it if it is missing, and again if it was lost.

use redis::Value;

use super::{link::Link, watch::Watch};
use crate::event_bus::broker::{
    BusError, Lost, Start, Subscription,
    redis::bus::{failure::Trouble, group_start::GroupStart, reply, stream_id::StreamId},
};

pub(super) struct Membership {
    is_joined: bool,
}

/// What became of a lost group.
pub(super) struct Recreated {
    /// A note for the operator.
    pub(super) note: String,
    /// The unread entries that are lost with the stream.
    pub(super) lost: Option<Lost>,
}

impl Membership {
    pub(super) fn new(subscription: &Subscription) -> Result<Self, BusError> {
        // A position that cannot be read is an error at once.
        GroupStart::of(&subscription.start, None)?;
        Ok(Self { is_joined: false })
    }

    /// Joins the group, unless the member has joined it already. Creates the group if it does not exist.
    pub(super) fn join(&mut self, link: &mut Link) -> Result<(), Trouble> {
        if self.is_joined {
            return Ok(());
        }
        let mut topic_is_new = false;
        let is_new = !exists(link)? && {
            let stream = match stream(link) {
                // This user may not ask.
                Err(trouble) if trouble.is_refused_command() => None,
                stream => {
                    let stream = stream?;
                    topic_is_new = stream.is_none();
                    stream
                }
            };
            let start = GroupStart::of(&link.subscription.start, stream.as_ref());
            create(link, &start.map_err(|error| Trouble::Permanent(error.to_string()))?)?
        };
        let Subscription { topic, group, start, .. } = &link.subscription;
        if is_new {
            start.log_new_group(topic_is_new);
        } else if let Start::After(_) = start {
            return Err(Trouble::GroupExists { topic: topic.clone(), group: group.clone() });
        }
        self.is_joined = true;
        Ok(())
    }

    /// Recreates a lost group: somebody deleted it or its stream, or the server lost its data.
    ///
    /// The group begins where it was when this member last looked, or earlier if a member had an entry in hand: otherwise no
    /// member would receive that entry again.
    pub(super) fn create_again(link: &mut Link, watch: &mut Watch) -> Result<Recreated, Trouble> {
        let Subscription { topic, group, .. } = link.subscription.clone();
        let stream = stream(link);
        let (mut at, mut read) = watch.resume(&link.handed_out);
        let newest = match &stream {
            Ok(Some(stream)) => reply::info(stream, "last-generated-id").and_then(reply::id),
            Ok(None) => None,
            // If this user may not ask, assume that the stream is still the same.
            Err(trouble) if trouble.is_refused_command() => Some(at),
            Err(trouble) => return Err(trouble.clone()),
        };
        if newest.is_none_or(|newest| newest < at) {
            // The stream starts over.
            (at, read) = (StreamId::ZERO, None);
            link.handed_out.forget_position();
        }
        let is_ours = create(link, &GroupStart::after(at, read))?;
        let lost = watch.forget_group(stream.ok().flatten().as_ref()).filter(|_| is_ours);
        let was_lost = format!("group `{group}` of stream `{topic}` was lost");
        let note = match newest {
            _ if !is_ours => format!("{was_lost}, and another member has re-created it"),
            Some(newest) if newest > at => format!(
                "{was_lost}, and is re-created: entries after {at} up to {newest} are delivered again, including those that \
                 were handled"
            ),
            _ => format!("{was_lost}, and is re-created: it begins after {at}"),
        };
        Ok(Recreated { note, lost })
    }
}

/// Returns whether the group exists; `false` if this user may not ask: then `XGROUP CREATE` tells.
fn exists(link: &mut Link) -> Result<bool, Trouble> {
    let Subscription { topic, group, .. } = link.subscription.clone();
    match link.ask(&["XINFO", "GROUPS", &topic]).and_then(reply::groups) {
        Err(trouble) if trouble.is_missing_key() || trouble.is_refused_command() => Ok(false),
        groups => Ok(groups?.contains(&group)),
    }
}

/// Describes the stream, if there is one.
fn stream(link: &mut Link) -> Result<Option<Value>, Trouble> {
    let topic = link.subscription.topic.clone();
    match link.ask(&["XINFO", "STREAM", &topic]) {
        Err(trouble) if trouble.is_missing_key() => Ok(None),
        stream => stream.map(Some),
    }
}

/// Creates the group, and the stream if it is missing. Returns `false` if the group exists.
fn create(link: &mut Link, start: &GroupStart) -> Result<bool, Trouble> {
    let Subscription { topic, group, .. } = link.subscription.clone();
    let created =
        start.with_words(&["XGROUP", "CREATE", &topic, &group], &["MKSTREAM"], |words| link.ask(words));
    match created {
        Ok(_) => Ok(true),
        Err(trouble) if trouble.is("BUSYGROUP") => Ok(false),
        Err(trouble) => Err(trouble),
    }
}
