//! The group that a member belongs to: creates it if it is missing, and again if it was lost.

use super::{
    link::Link,
    watch::{GOES_ON, Watch},
};
use crate::event_bus::broker::{
    BusError, Lost, Subscription,
    redis::bus::{
        failure::Trouble,
        group_start::{GroupStart, StreamInfo},
        reply,
        stream_id::StreamId,
    },
};

pub(super) struct Membership {
    is_joined: bool,
}

/// How a lost group was re-created.
pub(super) struct Recreated {
    /// A note for the operator, unless another member has re-created the group.
    pub(super) note: Option<String>,
    /// The unread entries that are lost with the stream.
    pub(super) lost: Option<Lost>,
}

impl Membership {
    pub(super) fn new(subscription: &Subscription) -> Result<Self, BusError> {
        // A position that cannot be read is an error at once.
        GroupStart::of(&subscription.start, &StreamInfo::Unknown)?;
        Ok(Self { is_joined: false })
    }

    /// Joins the group, unless the member has joined it already. Creates the group if it does not exist.
    pub(super) fn join(&mut self, link: &mut Link) -> Result<(), Trouble> {
        if self.is_joined {
            return Ok(());
        }
        let mut topic_is_new = false;
        let is_new = !exists(link)? && {
            let stream = stream(link)?;
            topic_is_new = matches!(stream, StreamInfo::Missing);
            let start = GroupStart::of(&link.subscription.start, &stream);
            create(link, &start.map_err(|error| Trouble::Permanent(error.to_string()))?)?
        };
        let Subscription { topic, group, start, .. } = &link.subscription;
        if is_new {
            start.log_new_group(topic_is_new);
        } else if start.needs_new_group() {
            return Err(Trouble::GroupExists { topic: topic.clone(), group: group.clone() });
        }
        self.is_joined = true;
        Ok(())
    }

    /// Re-creates a lost group: it or its stream was deleted, or the server lost its data.
    ///
    /// The group begins where it was when this member last looked, or earlier if a member had not acknowledged an entry:
    /// otherwise no member would receive that entry again.
    pub(super) fn create_again(link: &mut Link, watch: &mut Watch) -> Result<Recreated, Trouble> {
        let Subscription { topic, group, .. } = link.subscription.clone();
        let stream = stream(link)?;
        let (mut at, mut read) = watch.resume(&link.handed_out);
        // If this user may not ask, assume that the stream is still the same.
        let newest = stream.end().map_or(at, |(newest, _added)| newest);
        if newest < at || matches!(stream, StreamInfo::Missing) {
            // The stream starts over.
            (at, read) = (StreamId::ZERO, None);
            link.handed_out.forget_position();
        }
        if !create(link, &GroupStart::after(at, read))? {
            // The next look shows whether it may have lost entries.
            return Ok(Recreated { note: None, lost: None });
        }
        if watch.knows_group() {
            // If the server refuses this, other members may warn of losses that did not happen.
            match link.ask(&["XGROUP", "CREATECONSUMER", &topic, &group, &format!("{GOES_ON}{at}")]) {
                Ok(_) | Err(Trouble::Server { .. }) => {}
                Err(trouble) => return Err(trouble),
            }
        }
        let lost = watch.forget_group(&stream);
        let was_lost = format!("group `{group}` of stream `{topic}` was lost, and is re-created");
        let note = if newest > at {
            format!(
                "{was_lost}: entries after {at} up to {newest} are delivered again, including those that were handled"
            )
        } else {
            format!("{was_lost}: it begins after {at}")
        };
        Ok(Recreated { note: Some(note), lost })
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

fn stream(link: &mut Link) -> Result<StreamInfo, Trouble> {
    let topic = link.subscription.topic.clone();
    StreamInfo::read(link.ask(&["XINFO", "STREAM", &topic]))
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
