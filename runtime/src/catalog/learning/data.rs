//! Data of the events in [`signals`](super::signals).
//!
//! Marked as personal data, after OEP-30: names and addresses of people, their ids at other services, and what they
//! wrote or was written of their work; not the platform's own ids, of which some are anonymous.

use std::collections::BTreeMap;

use crate::{
    DateTime,
    keys::{CcxLocator, CourseKey, UsageKey},
    payload,
};

/// What [`UserData`] says of a user without naming a person. No event carries it.
#[payload]
pub struct UserNonPersonalData {
    /// Primary key of the user in the LMS database.
    pub id: i64,
    /// Whether the account is active: its owner confirmed the address and was not locked out.
    pub is_active: bool,
}

/// What names a person to other people.
#[payload(pii)]
pub struct UserPersonalData {
    /// Name under which the user signs in and posts.
    pub username: String,
    /// Address that mail to the user goes to.
    pub email: String,
    /// Full name, as the user entered it; empty where none was entered.
    #[payload(default)]
    pub name: String,
}

/// A user of the platform.
#[payload]
pub struct UserData {
    /// Primary key of the user in the LMS database.
    pub id: i64,
    /// Whether the account is active: its owner confirmed the address and was not locked out.
    pub is_active: bool,
    /// Personal data of the user.
    pub pii: UserPersonalData,
}

/// A course run.
#[payload]
pub struct CourseData {
    /// Key of the course run.
    pub course_key: CourseKey,
    /// Title of the course; empty where the sender does not know it.
    #[payload(default)]
    pub display_name: String,
    /// When the course run starts, if that is set.
    pub start: Option<DateTime>,
    /// When the course run ends, if that is set.
    pub end: Option<DateTime>,
}

/// A CCX, which is a coach's own course, made from a course run.
#[payload]
pub struct CcxCourseData {
    /// Key of the CCX.
    pub ccx_course_key: CcxLocator,
    /// Key of the course run that the CCX was made from.
    pub master_course_key: CourseKey,
    /// Title of the CCX; empty where the sender leaves it out.
    #[payload(default)]
    pub display_name: String,
    /// Mail address of the coach; empty where the sender leaves it out.
    #[payload(pii, default)]
    pub coach_email: String,
    /// When the CCX starts, if that is set: a text, in the form that the sender chose.
    pub start: Option<String>,
    /// When the CCX ends, if that is set: a text, in the form that the sender chose.
    pub end: Option<String>,
    /// How many learners may enroll, if there is a limit.
    pub max_students_allowed: Option<i64>,
}

/// A learner's enrollment in a course run.
#[payload]
pub struct CourseEnrollmentData {
    /// Learner whose enrollment it is.
    pub user: UserData,
    /// Course run the learner is enrolled in.
    pub course: CourseData,
    /// Mode of the enrollment, such as `audit`, `honor` or `verified`.
    pub mode: String,
    /// Whether the enrollment is active; it stays, inactive, when the learner leaves the course.
    pub is_active: bool,
    /// When the enrollment was created.
    pub creation_date: DateTime,
    /// Who enrolled the learner, if it was somebody else and is known.
    pub created_by: Option<UserData>,
}

/// A role in a course that gives a user rights there.
#[payload]
pub struct CourseAccessRoleData {
    /// User who has or had the role.
    pub user: UserData,
    /// Short name of the organization that the role is in, such as `edX`.
    pub org_key: String,
    /// Course run that the role is in.
    pub course_key: CourseKey,
    /// Name of the role, such as `staff`, `instructor` or `beta_testers`.
    pub role: String,
}

/// A learner's place in a cohort, one of the groups into which the learners of a course run are divided.
#[payload]
pub struct CohortData {
    /// Learner in the cohort.
    pub user: UserData,
    /// Course run that the cohort is in.
    pub course: CourseData,
    /// Name of the cohort.
    pub name: String,
}

/// A learner's certificate for a course run.
#[payload]
pub struct CertificateData {
    /// Learner whose certificate it is.
    pub user: UserData,
    /// Course run that the certificate is for.
    pub course: CourseData,
    /// Mode of the enrollment that it was issued for, such as `honor` or `verified`.
    pub mode: String,
    /// Grade in the course run as a decimal, such as `0.85`; empty where none was recorded.
    pub grade: String,
    /// Address of the certificate as a file, which shows the learner's name; empty where there is none.
    #[payload(pii)]
    pub download_url: String,
    /// Name of the learner on the certificate.
    #[payload(pii)]
    pub name: String,
    /// Status of the certificate, such as `downloadable`, `notpassing` or `unavailable`.
    pub current_status: String,
    /// Status before the event; empty where the sender does not know it.
    #[payload(default)]
    pub previous_status: String,
}

/// A program: courses that lead to a certificate together.
#[payload]
pub struct ProgramData {
    /// UUID of the program in the course catalogue service.
    pub uuid: String,
    /// Title of the program.
    pub title: String,
    /// Kind of program, such as `professional` or `micromasters`.
    pub program_type: String,
}

/// A learner's certificate for a program.
#[payload]
pub struct ProgramCertificateData {
    /// Learner whose certificate it is.
    pub user: UserData,
    /// Program that the certificate is for.
    pub program: ProgramData,
    /// UUID of the learner's credential in the credentials service.
    pub uuid: String,
    /// Status of the credential: `awarded` or `revoked`.
    pub status: String,
    /// Address of the certificate's page, which shows the learner's name.
    #[payload(pii)]
    pub url: String,
    /// When the learner may see the certificate, if that is set.
    pub certificate_available_date: Option<DateTime>,
}

/// What all badges of one kind have in common.
#[payload]
pub struct BadgeTemplateData {
    /// UUID of the template.
    pub uuid: String,
    /// Where the template is managed, such as `openedx` or `credly`.
    pub origin: String,
    /// Name of the badge.
    pub name: Option<String>,
    /// What the badge stands for.
    pub description: Option<String>,
    /// Address of the badge's image.
    pub image_url: Option<String>,
}

/// A learner's badge.
#[payload]
pub struct BadgeData {
    /// UUID of the learner's badge in the credentials service.
    pub uuid: String,
    /// Learner whose badge it is.
    pub user: UserData,
    /// Kind of badge.
    pub template: BadgeTemplateData,
}

/// A learner's grade for a course run, as the LMS keeps it.
#[payload]
pub struct PersistentCourseGradeData {
    /// Primary key of the learner in the LMS database.
    pub user_id: i64,
    /// Course run that the grade is for.
    pub course: CourseData,
    /// When the content was last edited that the grade was computed from.
    pub course_edited_timestamp: DateTime,
    /// Version of the content that the grade was computed from; empty where it has none.
    pub course_version: String,
    /// Hash of the grading policy that was applied.
    pub grading_policy_hash: String,
    /// Grade as a share of what can be reached, from 0.0 to 1.0.
    pub percent_grade: f64,
    /// Grade as a letter or word, such as `A` or `Pass`; empty where the learner has not passed.
    pub letter_grade: String,
    /// When the learner passed the course run for the first time.
    pub passed_timestamp: DateTime,
}

/// Whether a learner's grade is enough to pass a course run.
#[payload]
pub struct CoursePassingStatusData {
    /// Whether the grade is enough.
    pub is_passing: bool,
    /// Course run that the grade is for.
    pub course: CourseData,
    /// Learner whose grade it is.
    pub user: UserData,
}

/// Whether a learner's grade is enough to pass a CCX.
#[payload]
pub struct CcxCoursePassingStatusData {
    /// Whether the grade is enough.
    pub is_passing: bool,
    /// Learner whose grade it is.
    pub user: UserData,
    // Python's subclass redefines the field, and so moves it to the end.
    /// CCX that the grade is for.
    pub course: CcxCourseData,
}

/// The score that an external grader gave for a submission.
#[payload]
pub struct ExternalGraderScoreData {
    /// Points that the problem is worth.
    pub points_possible: i64,
    /// Points that the learner got.
    pub points_earned: i64,
    /// Key of the course run, as text.
    pub course_id: String,
    /// What the grader says of the submission.
    #[payload(pii)]
    pub score_msg: String,
    /// Primary key of the submission in the LMS database.
    pub submission_id: i64,
    /// Anonymous id of the learner who submitted.
    pub user_id: String,
    /// Usage key of the problem, as text.
    pub module_id: String,
    /// Key of the submission in the queue.
    pub queue_key: String,
    /// Name of the queue in which the submission waited for the grader.
    pub queue_name: String,
}

/// A learner's answer to an open response assessment: texts, and files, one at each place of the lists.
#[payload(pii)]
pub struct ORASubmissionAnswer {
    /// Texts, one map for each prompt of the assessment, with the text at `text`.
    #[payload(default)]
    pub parts: Vec<BTreeMap<String, String>>,
    /// Keys of the files in the file storage.
    #[payload(default)]
    pub file_keys: Vec<String>,
    /// What the learner says that the files are.
    #[payload(default)]
    pub file_descriptions: Vec<String>,
    /// Names of the files.
    #[payload(default)]
    pub file_names: Vec<String>,
    /// Sizes of the files, in bytes.
    #[payload(default)]
    pub file_sizes: Vec<i64>,
    /// Addresses from which the files can be fetched.
    #[payload(default)]
    pub file_urls: Vec<String>,
}

/// A learner's submission to an open response assessment (ORA).
#[payload]
pub struct ORASubmissionData {
    /// UUID of the submission.
    pub uuid: String,
    /// Anonymous id of the learner.
    pub anonymous_user_id: String,
    /// Usage key of the assessment, as text.
    pub location: String,
    /// Number of the attempt; the first is 1.
    pub attempt_number: i64,
    /// When the submission was stored.
    pub created_at: DateTime,
    /// When the learner submitted it.
    pub submitted_at: DateTime,
    /// What was submitted.
    pub answer: ORASubmissionAnswer,
}

/// A learner's attempt at a special exam, which is timed or proctored.
#[payload]
pub struct ExamAttemptData {
    /// Learner whose attempt it is.
    pub student_user: UserData,
    /// Course run that the exam is in.
    pub course_key: CourseKey,
    /// Subsection that is the exam.
    pub usage_key: UsageKey,
    /// Kind of exam, such as `timed` or `proctored`.
    pub exam_type: String,
    /// Who caused the event, if that is known and matters, as an instructor who resets the attempt.
    pub requesting_user: Option<UserData>,
}

/// An attempt of a user to prove an identity (IDV, for identity verification).
#[payload]
pub struct VerificationAttemptData {
    /// Primary key of the attempt in the LMS database.
    pub attempt_id: i64,
    /// User whose identity is verified.
    pub user: UserData,
    /// Status of the attempt, such as `created`, `pending`, `approved` or `denied`.
    pub status: String,
    /// Name that is verified, if the sender gives it.
    #[payload(pii)]
    pub name: Option<String>,
    /// When the verification expires, if that is set.
    pub expiration_date: Option<DateTime>,
}

/// A topic under which learners of a course run can discuss.
#[payload]
pub struct DiscussionTopicContext {
    /// Title of the topic.
    pub title: String,
    /// Unit that the topic belongs to, if it belongs to one.
    pub usage_key: Option<UsageKey>,
    /// Primary key of the cohort that the topic is for, if it is for one.
    pub group_id: Option<i64>,
    /// Id under which the discussion provider knows the topic, if it has one already.
    pub external_id: Option<String>,
    /// Place of the topic among the others, lowest first.
    pub ordering: Option<i64>,
    /// Titles of what the unit is in, at `section`, `subsection` and `unit`.
    #[payload(default)]
    pub context: BTreeMap<String, String>,
}

/// How the discussions of a course run are set up.
#[payload]
pub struct CourseDiscussionConfigurationData {
    /// Course run that the discussions belong to.
    pub course_key: CourseKey,
    /// Name of the discussion provider, such as `openedx` or `legacy`.
    pub provider_type: String,
    /// Whether the course run has discussions.
    #[payload(default = true)]
    pub enabled: bool,
    /// Whether units have discussions of their own; without meaning unless `enabled`.
    #[payload(default = true)]
    pub enable_in_context: bool,
    /// Whether graded units have discussions, too.
    #[payload(default)]
    pub enable_graded_units: bool,
    /// Whether it is decided unit by unit which of them have discussions.
    #[payload(default)]
    pub unit_level_visibility: bool,
    // Upstream's default is the class `dict` itself, not an empty one.
    /// Settings of the discussion provider.
    #[payload(default)]
    pub plugin_configuration: BTreeMap<String, bool>,
    /// Topics of the course run.
    #[payload(default)]
    pub contexts: Vec<DiscussionTopicContext>,
}

/// A post in a forum: a thread, a response to a thread, or a comment on a response.
#[payload]
pub struct DiscussionThreadData {
    /// Text of the post, of which long ones are cut.
    #[payload(pii)]
    pub body: String,
    /// Id of the topic that the post is under.
    pub commentable_id: String,
    /// Id of the post.
    pub id: String,
    /// Whether `body` was cut.
    pub truncated: bool,
    /// Address of the page on which it was posted.
    pub url: String,
    /// Author of the post.
    pub user: UserData,
    /// Course run that the forum belongs to.
    pub course_id: CourseKey,
    /// Kind of thread, `discussion` or `question`.
    pub thread_type: Option<String>,
    /// Whether the author's name is hidden from all other users.
    pub anonymous: Option<bool>,
    /// Whether the author's name is hidden from other learners.
    pub anonymous_to_peers: Option<bool>,
    /// Title of the thread, of which long ones are cut.
    #[payload(pii)]
    pub title: Option<String>,
    /// Whether `title` was cut.
    pub title_truncated: Option<bool>,
    /// Primary key of the cohort that can see the thread, if it is only one.
    pub group_id: Option<i64>,
    /// Id of the team whose forum it is, if it is a team's.
    pub team_id: Option<i64>,
    /// Id of the category that the topic is in.
    pub category_id: Option<i64>,
    /// Name of the category that the topic is in.
    pub category_name: Option<String>,
    /// Of responses and comments, the thread that they belong to, with its id at `id`.
    pub discussion: Option<BTreeMap<String, String>>,
    /// Roles of the author in the course, such as `staff`.
    #[payload(default)]
    pub user_course_roles: Vec<String>,
    /// Roles of the author in the forum, such as `Moderator`.
    #[payload(default)]
    pub user_forums_roles: Vec<String>,
    /// Choices of the author, such as `followed`.
    #[payload(default)]
    pub options: BTreeMap<String, bool>,
}

/// A notification for certain users.
#[payload]
pub struct UserNotificationData {
    /// Primary keys in the LMS database of the users who are to be notified.
    pub user_ids: Vec<i64>,
    /// Kind of notification, such as `new_response` or `ora_grade_assigned`.
    pub notification_type: String,
    /// Address that the notification leads to.
    pub content_url: String,
    /// Application that it is about, such as `discussion` or `grading`.
    pub app_name: String,
    /// Course run that it is about.
    pub course_key: CourseKey,
    /// What the text of the notification is filled with, such as `post_title` and `replier_name`.
    #[payload(pii, default)]
    pub context: BTreeMap<String, String>,
}

/// A notification for those who take part in a course run, or for some of them.
#[payload]
pub struct CourseNotificationData {
    /// Course run that it is about.
    pub course_key: CourseKey,
    /// Application that it is about, such as `discussion` or `updates`.
    pub app_name: String,
    /// Kind of notification, such as `new_discussion_post` or `course_updates`.
    pub notification_type: String,
    /// Address that the notification leads to.
    pub content_url: String,
    /// What the text of the notification is filled with, such as `post_title` and `replier_name`.
    #[payload(pii, default)]
    pub content_context: BTreeMap<String, String>,
    /// Who is to be notified: by property, such as `course_roles`, its values, such as `staff`. All who are
    /// enrolled, if empty.
    #[payload(default)]
    pub audience_filters: BTreeMap<String, Vec<String>>,
}

/// A user's verdict on the skills that a block is tagged with.
#[payload]
pub struct XBlockSkillVerificationData {
    /// Block that the skills are about.
    pub usage_key: UsageKey,
    /// Ids of the skills that the user confirmed.
    #[payload(default)]
    pub verified_skills: Vec<i64>,
    /// Ids of the skills that the user did not confirm.
    #[payload(default)]
    pub ignored_skills: Vec<i64>,
}

/// What another platform said when it launched content over LTI (Learning Tools Interoperability).
#[payload]
pub struct LtiProviderLaunchParamsData {
    /// Roles of the user there, separated by commas, such as `Learner`.
    pub roles: String,
    /// Id there of the context of the launch, such as a course.
    pub context_id: String,
    /// Id of the user there.
    #[payload(pii)]
    pub user_id: String,
    /// Other parameters of the launch, such as `context_title` and `lis_person_name_full`.
    #[payload(pii, default)]
    pub extra_params: BTreeMap<String, String>,
}

/// A launch of content from another platform over LTI.
#[payload]
pub struct LtiProviderLaunchData {
    /// User of this platform as whom the launch is done.
    pub user: UserData,
    /// Course run that the content is in.
    pub course_key: CourseKey,
    /// Content that is launched.
    pub usage_key: UsageKey,
    /// What the other platform said.
    pub launch_params: LtiProviderLaunchParamsData,
}
