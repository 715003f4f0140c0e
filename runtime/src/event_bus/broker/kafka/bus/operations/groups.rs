//! The groups of a topic, and their members.

use std::{
    thread,
    time::{Duration, Instant},
};

use rdkafka::{
    consumer::Consumer,
    groups::{GroupInfo, GroupList, GroupMemberInfo},
    types::RDKafkaErrorCode as Code,
};

use super::committed;
use crate::event_bus::broker::{
    BusError,
    kafka::bus::{
        admin::Admin,
        reader::{Reader, left},
    },
};

/// The protocol of groups that share the partitions of topics.
const CONSUMERS: &str = "consumer";
/// The pause before a coordinator is asked again.
const PAUSE: Duration = Duration::from_millis(100);

/// Asks for the group of this name, or for all groups. A coordinator that is starting or moving is asked again.
fn ask(reader: &Reader, group: Option<&str>, action: &str, deadline: Instant) -> Result<GroupList, BusError> {
    loop {
        match reader.client().fetch_group_list(group, left(deadline)) {
            Err(error)
                if matches!(
                    error.rdkafka_error_code(),
                    Some(
                        Code::NotCoordinator
                            | Code::CoordinatorLoadInProgress
                            | Code::CoordinatorNotAvailable
                    )
                ) && Instant::now() < deadline =>
            {
                thread::sleep(PAUSE);
            }
            list => return reader.checked(action, list),
        }
    }
}

/// Lists the groups that have offsets or members in a topic.
pub(super) fn of_topic(
    admin: &Admin,
    reader: &Reader,
    topic: &str,
    partitions: &[i32],
    deadline: Instant,
) -> Result<Vec<String>, BusError> {
    let list = ask(reader, None, "cannot list the groups", deadline)?;
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for group in list.groups() {
        // A group whose offsets were committed without members has no protocol.
        if !["", CONSUMERS].contains(&group.protocol_type()) {
            continue;
        }
        let has_member = group.members().iter().any(|member| is_subscribed(member, topic));
        if has_member { &mut found } else { &mut unknown }.push(group.name().to_owned());
    }
    found.extend(with_offsets(admin, topic, partitions, unknown, deadline)?);
    found.sort_unstable();
    Ok(found)
}

/// Returns the groups that have offsets in a topic.
fn with_offsets(
    admin: &Admin,
    topic: &str,
    partitions: &[i32],
    groups: Vec<String>,
    deadline: Instant,
) -> Result<Vec<String>, BusError> {
    let answers = admin.offsets(&groups, topic, partitions, deadline);
    let mut found = Vec::new();
    for (group, answer) in groups.into_iter().zip(answers) {
        match answer {
            Ok(stored) if stored.is_empty() => {}
            Ok(_) => found.push(group),
            Err(code) => {
                let error = committed::failed(admin, topic, &group, code);
                // This user may have no right to look at groups of others.
                if error.is_transient() {
                    return Err(error);
                }
            }
        }
    }
    Ok(found)
}

/// The active members of a group.
pub(super) struct Members(Vec<String>);

impl Members {
    /// Lists the members of a group.
    pub(super) fn of(reader: &Reader, group: &str, deadline: Instant) -> Result<Self, BusError> {
        let action = format!("cannot inspect group `{group}`");
        let list = ask(reader, Some(group), &action, deadline)?;
        let name = |member: &GroupMemberInfo| {
            format!("`{}` on {}", member.client_id(), member.client_host().trim_start_matches('/'))
        };
        let members = list.groups().iter().flat_map(GroupInfo::members);
        Ok(Self(members.map(name).collect()))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names the members.
    pub(super) fn names(&self) -> String {
        self.0.join(", ")
    }
}

/// Returns whether a group has members that are subscribed to a topic.
pub(super) fn has_members(
    reader: &Reader,
    topic: &str,
    group: &str,
    deadline: Instant,
) -> Result<bool, BusError> {
    let action = format!("cannot inspect group `{group}`");
    let list = ask(reader, Some(group), &action, deadline)?;
    Ok(list.groups().iter().flat_map(GroupInfo::members).any(|member| is_subscribed(member, topic)))
}

fn is_subscribed(member: &GroupMemberInfo, topic: &str) -> bool {
    member.metadata().and_then(topics).is_some_and(|mut topics| topics.any(|one| one == topic.as_bytes()))
}

/// Reads the topics in the metadata of a member: a version, then a list of strings.
fn topics(metadata: &[u8]) -> Option<impl Iterator<Item = &[u8]>> {
    let (_version, rest) = metadata.split_first_chunk::<2>()?;
    let (count, mut rest) = rest.split_first_chunk::<4>()?;
    let next = move || {
        let (len, after) = rest.split_first_chunk::<2>()?;
        let (topic, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*len)))?;
        rest = after;
        Some(topic)
    };
    Some(std::iter::from_fn(next).take(usize::try_from(u32::from_be_bytes(*count)).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::topics;

    #[test]
    fn topics_of_a_member_are_read() {
        let metadata = b"\0\x03\0\0\0\x02\0\x03one\0\x05three\0\0\0\0";
        assert_eq!(topics(metadata).unwrap().collect::<Vec<_>>(), [&b"one"[..], b"three"]);
        assert!(topics(b"").is_none() && topics(b"\0\x03\0\0").is_none());
        assert_eq!(topics(b"\0\x03\0\0\0\x02\0\x09one").unwrap().count(), 0);
    }
}
