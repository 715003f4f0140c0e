//! The action of an event type: what happened.

/// Last words of actions that do not end in `-ed`, but name what happened or a state.
const STATES: &str = "\
    arisen awoken begun bent bet bid blown born bought bound broken brought built burnt bust cast caught \
    chosen cut dealt done drawn driven dug eaten failure fallen felt fit flown forbidden forgiven forgotten \
    fought found frozen given gone ground grown heard held hidden hit hung kept known laid learnt left lent \
    let lit lost made meant met outdone overdone overridden overtaken overthrown overwritten paid pending \
    proven put quit read ready rebuilt redone regrown rerun resent reset resold retaken rethrown rewound \
    rewritten ridden risen run rung said seen sent set shaken shown shrunk shut slept sold spent split \
    spoken spread spun stolen stood struck stuck success sung sunk swept sworn swum taken taught thought \
    thrown told torn undergone understood undone unsent unset upheld withdrawn withheld won worn wound woven \
    written";

/// Words that can follow a past tense: `signed_up`, `logged_in`.
const PARTICLES: &[&str] = &["back", "down", "in", "off", "on", "out", "over", "through", "up"];

/// Words that end like a past tense, but are not one.
const OTHERS_IN_ED: &[&str] = &[
    "bed", "bleed", "breed", "deed", "embed", "exceed", "feed", "heed", "hundred", "need", "proceed", "red",
    "seed", "sled", "speed", "succeed", "weed",
];

/// Words that turn a past tense into something else: `will_be_created`.
const COMMANDS: &[&str] = &["can", "may", "must", "please", "shall", "should", "to", "will"];

/// Returns whether the action says what happened, or names a state.
pub(super) fn is_past_tense(action: &str) -> bool {
    let mut words = action.rsplit(['_', '-']).skip_while(|word| PARTICLES.contains(word));
    let last = words.next().unwrap_or_default();
    let is_past = (last.ends_with("ed") && !OTHERS_IN_ED.contains(&last))
        || STATES.split(' ').any(|state| state == last);
    is_past && !words.any(|word| COMMANDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::is_past_tense;

    #[test]
    fn past_tenses_and_states_are_recognized() {
        for action in ["created", "re_created", "signed_up", "sent", "shed", "pending"] {
            assert!(is_past_tense(action), "{action}");
        }
        for action in
            ["create", "creating", "will_be_created", "to_be_sent", "please_updated", "hundred", "up"]
        {
            assert!(!is_past_tense(action), "{action}");
        }
    }
}
