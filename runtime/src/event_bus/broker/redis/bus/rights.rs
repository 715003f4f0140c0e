//! The commands and keys that the bus needs, and a check of them when a member joins its group. The guide's page about Redis lists
//! them.

use redis::Value;

use super::{command::Commands, failure::Trouble, reply};
use crate::event_bus::broker::Subscription;
use crate::event_bus::wire::DeadLetter;

/// A command that a member needs.
struct Need {
    /// A call that changes nothing, in which `TOPIC`, `LETTERS`, `GROUP` and `MEMBER` are replaced. The server checks rights before
    /// it reads arguments, and `none` is neither an id nor a number.
    probe: &'static str,
    /// The rule of an ACL that allows it.
    rule: &'static str,
    without: Without,
}

/// The effect on a member if the server does not allow a command.
#[derive(Clone, Copy, PartialEq)]
enum Without {
    /// The member does not start.
    Refused,
    /// The member does not start if its messages may become dead letters.
    NoDeadLetters,
    /// The member goes on, and says this.
    Limited(&'static str),
    /// The member goes on. The part that needs the command says so.
    Said,
}

const NAME: &str =
    "after a restart, this member waits for the receiver timeout before it takes the messages that it left";
const OLD_READS: &str = "a read on a half-open connection continues until it times out, and stopping takes a little \
                         longer";
const CREATION: &str = "a group that does not exist cannot be created";
const LIMITS: &str = "dead letters are kept beyond their limits";

const NEEDS: &[Need] = &[
    need("XREADGROUP GROUP GROUP MEMBER STREAMS TOPIC none", "xreadgroup", Without::Refused),
    need("XACK TOPIC GROUP 0-0", "xack", Without::Refused),
    need("XPENDING TOPIC GROUP", "xpending", Without::Refused),
    need("XCLAIM TOPIC GROUP MEMBER 0 0-0", "xclaim", Without::Refused),
    need("XRANGE TOPIC 0-0 0-0", "xrange", Without::Refused),
    need("XADD LETTERS none none none", "xadd", Without::NoDeadLetters),
    need("XRANGE LETTERS 0-0 0-0", "xrange", Without::NoDeadLetters),
    need("XLEN LETTERS", "xlen", Without::Limited(LIMITS)),
    need("XTRIM LETTERS MAXLEN none", "xtrim", Without::Limited(LIMITS)),
    need("XGROUP CREATE TOPIC GROUP none", "xgroup|create", Without::Limited(CREATION)),
    need("CLIENT ID", "client|id", Without::Limited(NAME)),
    need("CLIENT LIST ID 0", "client|list", Without::Limited(NAME)),
    need("CLIENT UNBLOCK 0", "client|unblock", Without::Limited(OLD_READS)),
    need("CLIENT KILL ID 9223372036854775807", "client|kill", Without::Limited(OLD_READS)),
    need("EVAL return(1) 1 TOPIC", "eval", Without::Said),
    need("XINFO STREAM TOPIC", "xinfo|stream", Without::Said),
    need("XINFO GROUPS TOPIC", "xinfo|groups", Without::Said),
    need("XINFO CONSUMERS TOPIC GROUP", "xinfo|consumers", Without::Said),
    need("XGROUP SETID TOPIC openedx-events.nobody none", "xgroup|setid", Without::Said),
    need("XGROUP DELCONSUMER TOPIC GROUP openedx-events.nobody", "xgroup|delconsumer", Without::Said),
    need("PING", "ping", Without::Said),
];

/// Further rules: for commands that the member can do without, and for those that have no harmless call.
const MORE_RULES: &[&str] = &["client|setname", "info", "role", "xgroup|createconsumer", "xgroup|help"];

const fn need(probe: &'static str, rule: &'static str, without: Without) -> Need {
    Need { probe, rule, without }
}

/// Writes a harmless call of each command. Their replies go to [`missing`].
pub(super) fn write_probes(commands: &mut Commands, subscription: &Subscription) {
    let Subscription { topic, group, consumer_name, .. } = subscription;
    let letters = DeadLetter::topic(topic, group);
    for Need { probe, .. } in NEEDS {
        let words = probe.split(' ').enumerate().map(|(place, word)| match word {
            "TOPIC" => topic,
            "LETTERS" => &letters,
            // `GROUP` is also the first argument of `XREADGROUP`.
            "GROUP" if place > 1 || !probe.starts_with("XREADGROUP") => group,
            "MEMBER" => consumer_name,
            word => word,
        });
        commands.push(&words.collect::<Vec<_>>());
    }
}

/// Reads the replies to the probes. Returns what this member must do without.
///
/// # Errors
///
/// If the member cannot work without a command or key that is missing.
pub(super) fn missing(
    replies: Vec<Value>,
    subscription: &Subscription,
    user: &str,
) -> Result<Vec<String>, Trouble> {
    let Subscription { topic, group, stores_dead_letters, .. } = subscription;
    let letters = DeadLetter::topic(topic, group);
    let (mut refused, mut limits) = (Vec::new(), Vec::<(&str, Vec<&str>)>::new());
    let mut is_known = true;
    for (Need { probe, without, .. }, reply) in NEEDS.iter().zip(replies) {
        let Err(trouble) = reply::checked(reply) else { continue };
        if let Trouble::Permanent(_) = trouble {
            return Err(trouble);
        }
        if !trouble.is_refused_command() {
            continue;
        }
        let stream = if probe.contains("LETTERS") { &letters } else { topic };
        let name = command_of(probe);
        match without {
            Without::Refused => {}
            Without::NoDeadLetters if *stores_dead_letters => {}
            Without::Limited(limit) => {
                match limits.iter_mut().find(|(known, _)| known == limit) {
                    Some((_, names)) => names.push(name),
                    None => limits.push((limit, vec![name])),
                }
                continue;
            }
            Without::NoDeadLetters | Without::Said => continue,
        }
        is_known &= trouble.is("NOPERM");
        refused.push(format!("`{name}` on `{stream}`"));
    }
    if refused.is_empty() {
        let note = |(limit, names): (&str, Vec<&str>)| {
            format!("{limit}: the server does not let user `{user}` call `{}`", names.join("`, `"))
        };
        return Ok(limits.into_iter().map(note).collect());
    }
    let advice = if is_known {
        format!("an administrator allows it with `{}`", acl_line(user, &[topic, &letters]))
    } else {
        "some of these commands do not exist on the server: were they renamed?".to_owned()
    };
    Err(Trouble::Permanent(format!(
        "the server does not let user `{user}` call {}; {advice}",
        refused.join(", ")
    )))
}

/// Returns the name of the command that a probe calls.
fn command_of(probe: &'static str) -> &'static str {
    let words = if probe.starts_with("CLIENT") || probe.starts_with("XGROUP") { 2 } else { 1 };
    let end = probe.match_indices(' ').nth(words - 1).map_or(probe.len(), |(end, _)| end);
    &probe[..end]
}

/// Returns the command that allows everything that a consumer needs.
fn acl_line(user: &str, keys: &[&str]) -> String {
    let mut rules: Vec<_> = NEEDS.iter().map(|need| need.rule).chain(MORE_RULES.iter().copied()).collect();
    rules.sort_unstable();
    rules.dedup();
    let rules = rules.into_iter().map(|rule| format!(" +{rule}"));
    let keys = keys.iter().map(|key| format!(" ~{key}"));
    format!("ACL SETUSER {user}{}", keys.chain(rules).collect::<String>())
}

/// Returns the command that allows a producer to send to a stream.
pub(super) fn producer_acl_line(user: &str, topic: &str) -> String {
    format!("ACL SETUSER {user} ~{topic} +xadd +xtrim +client|setname +client|id +info +role")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_lists_every_command() {
        let page = include_str!("../../../../guide/redis.md");
        for need in NEEDS {
            let name = command_of(need.probe);
            let name = if need.rule.starts_with("xinfo") {
                need.rule.replace('|', " ").to_uppercase()
            } else {
                name.to_owned()
            };
            assert!(page.contains(&format!("`{name}`")), "{name}");
        }
        let line = acl_line("worker", &["dev-topic", "dev-topic.dlq.group"]);
        assert!(page.contains(&line), "the guide should have this line:\n{line}");
        let line = producer_acl_line("service", "dev-topic");
        assert!(page.contains(&line), "the guide should have this line:\n{line}");
    }
}
