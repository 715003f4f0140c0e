//! Receivers whose names have changed since a dead letter was stored.

use std::str::FromStr;

use super::job::receive;
use crate::{event_bus::wire::DeadLetter, receiver::ReceiverDefinition, registry};

/// `OLD=NEW`, or `NEW` for the one receiver of a dead letter that the program does not have.
#[derive(Clone, Debug)]
pub(crate) struct Renamed {
    old: Option<String>,
    new: String,
}

impl Renamed {
    /// Returns whether it stands for any receiver that the program does not have.
    pub(crate) fn is_any(&self) -> bool {
        self.old.is_none()
    }

    pub(crate) fn new_name(&self) -> &str {
        &self.new
    }

    /// Returns whether the program has a receiver of the new name.
    pub(crate) fn is_known(&self) -> bool {
        registry::has_receiver_called(&self.new)
    }
}

impl FromStr for Renamed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (old, new) = match text.rsplit_once('=') {
            Some((old, new)) => (Some(old.to_owned()), new),
            None => (None, text),
        };
        if new.is_empty() || old.as_ref().is_some_and(String::is_empty) {
            return Err("write `NEW` or `OLD=NEW`, with the names of receivers".to_owned());
        }
        Ok(Self { old, new: new.to_owned() })
    }
}

/// Gives the failed receivers of the dead letter their new names. If the message cannot be read, replaying it says so.
pub(crate) fn rename(letter: &mut DeadLetter, renamed: &[Renamed]) -> Result<(), String> {
    let Ok(incoming) = receive(&letter.message) else { return Ok(()) };
    let receivers: Vec<&ReceiverDefinition> = incoming.receivers().collect();
    let is_known = |name: &str| receivers.iter().any(|receiver| receiver.is_called(name));

    let new_name =
        |old: Option<&str>| renamed.iter().find(|one| one.old.as_deref() == old).map(|one| &one.new);
    let failed = &letter.failure.receivers;
    let missing: Vec<&str> = failed
        .iter()
        .map(String::as_str)
        .filter(|name| !is_known(name) && new_name(Some(name)).is_none())
        .collect();
    if missing.len() > 1 && new_name(None).is_some() {
        return Err(format!(
            "receivers {} are not in this program, and `--as NAME` stands for only one: write `--as OLD=NEW` for each",
            missing.join(", ")
        ));
    }
    let mut names: Vec<String> = Vec::new();
    for old in failed {
        let new = match new_name(Some(old)) {
            Some(new) => Some(new),
            None if missing.contains(&old.as_str()) => new_name(None),
            None => None,
        };
        if let Some(new) = new.filter(|new| !is_known(new)) {
            let known: Vec<String> =
                receivers.iter().map(|receiver| receiver.full_name().to_string()).collect();
            return Err(format!(
                "receiver `{new}` is not in this program: the receivers of this event type are {}",
                known.join(", ")
            ));
        }
        let name = new.unwrap_or(old);
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    letter.failure.receivers = names;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Renamed;

    #[test]
    fn both_forms_are_read() {
        let parse = |text: &str| text.parse::<Renamed>().map(|one| (one.old, one.new));
        assert_eq!(parse("mails.remind"), Ok((None, "mails.remind".to_owned())));
        assert_eq!(
            parse("app::old=mails.remind"),
            Ok((Some("app::old".to_owned()), "mails.remind".to_owned()))
        );
        for wrong in ["", "=new", "old=", "="] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
