//! The action of an event type: what happened.

/// Names of states, which say what happened without a past tense.
const STATES: &str = "failure pending ready success";

/// Past tenses and participles of irregular verbs. They can follow a prefix: `unsent`, `rebuilt`.
const IRREGULAR: &str = "\
    arisen arose ate awoke awoken beaten became become been befallen began begotten begun beheld bent bereft beset besought bet \
    bid bidden bit bitten blew blown born borne bought bound bred broadcast broke broken brought built burnt burst \
    bust came cast caught chose chosen clung come cost crept cut dealt did done dove downcast drank drawn dreamt drew \
    driven drove drunk dug dwelt eaten fallen felt fit flew flown flung forbade forbidden forgave forgiven forgone \
    forgot forgotten forsaken forsook forwent fought found froze frozen gave given gone got gotten grew ground grown \
    had heard held hewn hid hidden hit hung hurt input kept knelt knew knit known laid lain leant leapt learnt left \
    lent let lit lost made meant met mown paid partaken partook proven put quit ran rang read rid ridden risen rode \
    run rung said sang sank sat sawn seen sent set sewn shaken shaven shod shone shook shorn shot shown shrank shrunk \
    shut slain slept slid slit slung smelt smitten sold sought sowed sown spat spelt spent spilt split spoilt spoke \
    spoken sprang spread sprung spun stole stolen stood stove striven strode strove struck stricken strung stuck \
    stung stunk sung sunk swam swept swollen swore sworn swum swung taken taught thought threw thriven throve thrown \
    thrust told took tore torn trodden underlain understood undertaken undertook unwound was went wept were withdrawn \
    withdrew withstood woke woken won wore worn wound wove woven written wrote wrought wrung";

/// Prefixes of irregular verbs: `unread`, `overheard`.
const PREFIXES: &[&str] =
    &["fore", "inter", "mis", "out", "over", "pre", "proof", "re", "un", "under", "up", "with"];

/// Words that look like a prefix and an irregular verb, but are not a past tense.
const OTHERS_WITH_PREFIX: &[&str] = &[
    "misfit",
    "outbound",
    "outburst",
    "outcome",
    "outfit",
    "outlet",
    "outset",
    "underground",
    "upbound",
    "upshot",
];

/// Words that can follow a past tense: `signed_up`, `logged_in`.
const PARTICLES: &[&str] = &[
    "again", "ahead", "along", "apart", "around", "aside", "away", "back", "down", "forward", "in", "off",
    "on", "out", "over", "through", "together", "up",
];

/// The past tenses that end in `-eed`. All other words with that ending are the base of a verb, as `exceed` and
/// `reseed`, or a noun, as `newsfeed`.
const PAST_IN_EED: &[&str] = &["agreed", "decreed", "freed", "guaranteed", "refereed"];

/// Other words that end like a past tense, but are not one.
const OTHERS_IN_ED: &[&str] = &[
    "abed",
    "bed",
    "biped",
    "bobsled",
    "coed",
    "cred",
    "crooked",
    "daybed",
    "dogged",
    "ed",
    "embed",
    "flatbed",
    "flowerbed",
    "hatred",
    "hotbed",
    "hundred",
    "imbed",
    "infrared",
    "jagged",
    "kindred",
    "med",
    "moped",
    "naked",
    "newlywed",
    "ped",
    "quadruped",
    "ragged",
    "red",
    "reembed",
    "riverbed",
    "roadbed",
    "rugged",
    "sacred",
    "seabed",
    "shred",
    "sled",
    "testbed",
    "thoroughbred",
    "toolshed",
    "watershed",
    "wicked",
    "woodshed",
    "wretched",
    "zed",
];

/// Words that turn a past tense into something else: `will_be_created`.
const COMMANDS: &[&str] = &["can", "may", "must", "please", "shall", "should", "to", "will"];

/// Returns the word that keeps the action from saying what happened; `None` if it does, or names a state.
pub(super) fn not_past(action: &str) -> Option<&str> {
    let words = action.rsplit(['_', '-']).filter(|word| !word.is_empty());
    let mut words = words.skip_while(|word| PARTICLES.contains(word));
    match words.next() {
        Some(last) if is_past_tense(last) => words.find(|word| COMMANDS.contains(word)),
        Some(last) => Some(last),
        None => Some(action),
    }
}

/// Splits `order_paid` into subject and action, if the last word alone is an action.
pub(super) fn split(words: &str) -> Option<(&str, &str)> {
    let (subject, action) = words.rsplit_once('_')?;
    let is_subject = !PREFIXES.contains(&subject) && not_past(subject).is_some();
    (is_subject && not_past(action).is_none() && not_past(words).is_none()).then_some((subject, action))
}

fn is_past_tense(word: &str) -> bool {
    let ends_in_one_of = |list: &[&str]| list.iter().any(|known| word.ends_with(known));
    if word.ends_with("eed") {
        return ends_in_one_of(PAST_IN_EED);
    }
    if word.ends_with("ed") {
        return !OTHERS_IN_ED.contains(&word);
    }
    let is_irregular = |word: &str| IRREGULAR.split(' ').any(|known| known == word);
    let after_prefix = |prefix: &&str| word.strip_prefix(prefix).is_some_and(is_irregular);
    is_irregular(word)
        || STATES.split(' ').any(|state| state == word)
        || (PREFIXES.iter().any(after_prefix) && !OTHERS_WITH_PREFIX.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::{not_past, split};

    #[test]
    fn subject_and_action_are_told_apart() {
        assert_eq!(split("order_paid"), Some(("order", "paid")));
        for words in ["paid", "signed_up", "re_created", "to_be_created", "order_pay"] {
            assert_eq!(split(words), None, "{words}");
        }
    }

    #[test]
    fn past_tenses_and_states_are_recognized() {
        for action in [
            "created",
            "created_",
            "re__created",
            "re_created",
            "signed_up",
            "sent",
            "shed",
            "pending",
            "handed-over",
            "agreed",
            "disagreed",
            "freed",
            "guaranteed",
            "fed",
            "bred",
            "sped",
            "misled",
            "fled",
            "wed",
            "broadcast",
            "rebroadcast",
            "repaid",
            "sought",
            "overcome",
            "mistaken",
            "hurt",
            "beaten",
            "spelt",
            "leapt",
            "upset",
            "sat",
            "shot",
            "got",
            "unread",
            "dreamt",
            "foreseen",
            "withheld",
            "upheld",
            "underwritten",
            "overridden",
            "misread",
            "unbound",
            "input",
            "forecast",
        ] {
            assert_eq!(not_past(action), None, "{action}");
        }
    }

    #[test]
    fn the_word_that_is_not_a_past_tense_is_named() {
        for (action, word) in [
            ("create", "create"),
            ("creating", "creating"),
            ("will_be_created", "will"),
            ("to_be_sent", "to"),
            ("please_updated", "please"),
            ("hundred", "hundred"),
            ("up", "up"),
            ("course_create", "create"),
            ("sign_up", "sign"),
            ("seed", "seed"),
            ("reseed", "reseed"),
            ("newsfeed", "newsfeed"),
            ("shred", "shred"),
            ("speed", "speed"),
            ("overspeed", "overspeed"),
            ("exceed", "exceed"),
            ("embed", "embed"),
            ("testbed", "testbed"),
            ("background", "background"),
            ("outcome", "outcome"),
            ("outlet", "outlet"),
            ("sacred", "sacred"),
            ("indeed", "indeed"),
            ("beat", "beat"),
        ] {
            assert_eq!(not_past(action), Some(word), "{action}");
        }
    }
}
