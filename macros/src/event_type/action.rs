//! The action of an event type: what happened.

/// Last words of actions that are no past tense in `-ed`, but say what happened or which state was reached.
const STATES: &[&str] = &[
    "arisen",
    "awoken",
    "begun",
    "bent",
    "bet",
    "bid",
    "blown",
    "born",
    "bought",
    "bound",
    "bred",
    "broken",
    "brought",
    "built",
    "burnt",
    "bust",
    "cast",
    "caught",
    "chosen",
    "cut",
    "dealt",
    "done",
    "drawn",
    "driven",
    "dug",
    "eaten",
    "expired",
    "failure",
    "fallen",
    "fed",
    "felt",
    "fit",
    "flown",
    "forbidden",
    "forgiven",
    "forgotten",
    "fought",
    "found",
    "frozen",
    "given",
    "gone",
    "ground",
    "grown",
    "heard",
    "held",
    "hidden",
    "hit",
    "hung",
    "kept",
    "known",
    "laid",
    "learnt",
    "led",
    "left",
    "lent",
    "let",
    "lit",
    "lost",
    "made",
    "meant",
    "met",
    "outdone",
    "overdone",
    "overridden",
    "overtaken",
    "overthrown",
    "overwritten",
    "paid",
    "pending",
    "proven",
    "put",
    "quit",
    "read",
    "ready",
    "rebuilt",
    "redone",
    "regrown",
    "rerun",
    "resent",
    "reset",
    "resold",
    "retaken",
    "rethrown",
    "rewound",
    "rewritten",
    "ridden",
    "risen",
    "run",
    "rung",
    "said",
    "seen",
    "sent",
    "set",
    "shaken",
    "shown",
    "shrunk",
    "shut",
    "slept",
    "sold",
    "spent",
    "split",
    "spoken",
    "spread",
    "spun",
    "stolen",
    "stood",
    "struck",
    "stuck",
    "success",
    "sung",
    "sunk",
    "swept",
    "sworn",
    "swum",
    "taken",
    "taught",
    "thought",
    "thrown",
    "told",
    "torn",
    "undergone",
    "understood",
    "undone",
    "unsent",
    "unset",
    "upheld",
    "withdrawn",
    "withheld",
    "won",
    "worn",
    "wound",
    "woven",
    "written",
];

/// Words that stand behind a past tense: `signed_up`, `logged_in`.
const PARTICLES: &[&str] = &["back", "down", "in", "off", "on", "out", "over", "through", "up"];

/// Words that end like a past tense and are none.
const NO_STATES: &[&str] = &[
    "bed", "bleed", "breed", "deed", "embed", "exceed", "feed", "heed", "hundred", "need", "proceed", "red",
    "seed", "sled", "speed", "succeed", "weed",
];

/// Words before a past tense that make something else of it: `will_be_created`.
const COMMANDS: &[&str] = &["can", "may", "must", "please", "shall", "should", "to", "will"];

/// Whether the action says what happened, or which state was reached.
pub(super) fn is_past_tense(action: &str) -> bool {
    let mut words = action.rsplit(['_', '-']).skip_while(|word| PARTICLES.contains(word));
    let last = words.next().unwrap_or_default();
    let is_past = (last.ends_with("ed") && !NO_STATES.contains(&last)) || STATES.contains(&last);
    is_past && !words.any(|word| COMMANDS.contains(&word))
}

/// Subject and action in their order, where the action was written first: `created`, `course`.
pub(super) fn reordered(subject_and_action: &[String]) -> Option<Vec<String>> {
    let mut segments = subject_and_action.to_vec();
    if let Some(index) = segments.iter().position(|segment| is_past_tense(segment)) {
        segments[index..].rotate_left(1);
        return Some(segments);
    }
    // `created_course`
    let last = segments.last_mut()?;
    let (first, rest) = last.split_once('_')?;
    *last = format!("{rest}_{first}");
    is_past_tense(last).then_some(segments)
}

#[cfg(test)]
mod tests {
    use super::is_past_tense;

    #[test]
    fn what_happened_is_told_from_what_shall() {
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
