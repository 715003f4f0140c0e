//! Derives names of constants from names of structs.

/// A word whose capitals do not mark where it begins and ends.
const COMPOUND: &str = "XBlock";

/// `CourseEnrollmentCreated` → `COURSE_ENROLLMENT_CREATED`, `ORASubmissionCreated` →
/// `ORA_SUBMISSION_CREATED`, `XBlockCreated` → `XBLOCK_CREATED`, `LoginCompletedV2` → `LOGIN_COMPLETED_V2`.
pub(crate) fn constant_name(struct_name: &str) -> String {
    words(struct_name).join("_").to_uppercase()
}

/// `NoIdProfessional` → `no_id_professional`: a variant's text.
pub(crate) fn snake_name(variant: &str) -> String {
    words(variant).join("_").to_lowercase()
}

/// Does the same as [`constant_name`], but splits the name into the words of the event type if these spell the same name: capitals do not
/// mark where `H5P` ends.
pub(crate) fn constant_name_of(struct_name: &str, type_words: &[String]) -> String {
    let constant = constant_name(struct_name);
    let (base, _) = split_version(&constant);
    let joined = base.replace('_', "");
    let is_same = |words: &&[String]| words.concat() == joined && words.iter().all(|word| !word.is_empty());
    let same = (0..type_words.len()).map(|first| &type_words[first..]).find(is_same);
    same.map_or_else(|| constant.clone(), |words| words.join("_") + &constant[base.len()..])
}

/// Returns whether the name has the form of a constant's name.
pub(crate) fn is_constant(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.chars().all(|one| one.is_ascii_uppercase() || one.is_ascii_digit() || one == '_')
}

/// `COURSE_ENROLLMENT_CREATED` → `CourseEnrollmentCreated`.
pub(crate) fn struct_name(constant: &str) -> String {
    let capitalized = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_uppercase() + &rest.to_lowercase()
    };
    constant.split('_').map(capitalized).collect()
}

/// Splits `LOGIN_COMPLETED_V2` into `LOGIN_COMPLETED` and `2`.
pub(crate) fn split_version(constant: &str) -> (&str, Option<&str>) {
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|one| one.is_ascii_digit());
    match constant.rsplit_once("_V").filter(|(_, digits)| is_number(digits)) {
        Some((base, version)) => (base, Some(version)),
        None => (constant, None),
    }
}

fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        if first == '_' {
            rest = &rest[1..];
            continue;
        }
        let after = rest.strip_prefix(COMPOUND);
        let is_compound = after.is_some_and(|after| !after.starts_with(char::is_lowercase));
        let length = if is_compound { COMPOUND.len() } else { word_length(rest) };
        let (word, after) = rest.split_at(length);
        words.push(word.to_owned());
        rest = after;
    }
    words
}

/// Returns the length of the first word: a run of capitals, or a capital and the lowercase letters after it.
fn word_length(text: &str) -> usize {
    let characters: Vec<(usize, char)> = text.char_indices().collect();
    let at = |index: usize| characters.get(index).map(|(_, character)| *character);
    let end = |index: usize| characters.get(index).map_or(text.len(), |(offset, _)| *offset);
    let is_upper = |index| at(index).is_some_and(char::is_uppercase);
    let is_other = |index| at(index).is_some_and(|character| !character.is_uppercase() && character != '_');

    let mut index = 1;
    if is_upper(0) && is_upper(1) {
        // `ORASubmission`: the last capital of the run begins the next word.
        while is_upper(index) && !is_other(index + 1) {
            index += 1;
        }
        // `ORA2Submission`, `HTML5Created`: digits belong to the word before them.
        if is_upper(index) && at(index + 1).is_some_and(|next| next.is_ascii_digit()) {
            index += 1;
            while at(index).is_some_and(|next| next.is_ascii_digit()) {
                index += 1;
            }
        }
        return end(index);
    }
    while is_other(index) {
        index += 1;
    }
    end(index)
}

#[cfg(test)]
mod tests {
    use super::{constant_name, constant_name_of, snake_name, struct_name};

    #[test]
    fn variants_are_texts_in_snake_case() {
        for (name, text) in [
            ("Audit", "audit"),
            ("NoIdProfessional", "no_id_professional"),
            ("ORA2", "ora2"),
            ("XBlock", "xblock"),
            ("Größe", "größe"),
        ] {
            assert_eq!(snake_name(name), text);
        }
    }

    #[test]
    fn the_event_type_decides_where_a_word_ends() {
        for (name, words, constant) in [
            ("H5PContentViewed", &["H5P", "CONTENT", "VIEWED"][..], "H5P_CONTENT_VIEWED"),
            ("EdXCourseCreatedV2", &["OPEN", "EDX", "COURSE", "CREATED"], "EDX_COURSE_CREATED_V2"),
            ("IPv4AddressBlocked", &["IPV4", "ADDRESS", "BLOCKED"], "IPV4_ADDRESS_BLOCKED"),
            ("SeatTaken", &["COURSE", "CREATED"], "SEAT_TAKEN"),
        ] {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(constant_name_of(name, &words), constant);
        }
    }

    #[test]
    fn names_of_structs_lead_back_to_the_constant() {
        for (constant, name) in
            [("COURSE_CREATED_V2", "CourseCreatedV2"), ("IPV4_ADDRESS_BLOCKED", "Ipv4AddressBlocked")]
        {
            assert_eq!(struct_name(constant), name);
            assert_eq!(constant_name(name), constant);
        }
    }

    #[test]
    fn names_are_the_same_as_in_python() {
        for (name, constant) in [
            ("CourseEnrollmentCreated", "COURSE_ENROLLMENT_CREATED"),
            ("CcxCoursePassingStatusUpdated", "CCX_COURSE_PASSING_STATUS_UPDATED"),
            ("ORASubmissionCreated", "ORA_SUBMISSION_CREATED"),
            ("OraSubmissionCreated", "ORA_SUBMISSION_CREATED"),
            ("XBlockCreated", "XBLOCK_CREATED"),
            ("XBlockSkillVerified", "XBLOCK_SKILL_VERIFIED"),
            ("IdvAttemptPending", "IDV_ATTEMPT_PENDING"),
            ("IDVAttemptPending", "IDV_ATTEMPT_PENDING"),
            ("LtiProviderLaunchSuccess", "LTI_PROVIDER_LAUNCH_SUCCESS"),
            ("CourseEnrollmentCreatedV2", "COURSE_ENROLLMENT_CREATED_V2"),
            ("CourseEnrollmentCreatedV12", "COURSE_ENROLLMENT_CREATED_V12"),
            ("LedgerXBlockMoved", "LEDGER_XBLOCK_MOVED"),
            ("ORA2SubmissionCreated", "ORA2_SUBMISSION_CREATED"),
            ("HTML5Moved", "HTML5_MOVED"),
            ("Course_Created", "COURSE_CREATED"),
            ("A", "A"),
        ] {
            assert_eq!(constant_name(name), constant);
        }
    }
}
