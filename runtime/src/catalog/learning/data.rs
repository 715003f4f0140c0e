//! Data of the events in [`signals`](super::signals).
//!
//! Following OEP-30, these are marked as personal data: names and addresses of people, their ids at other services, the
//! texts that they wrote, and texts about their work. The ids of the platform are not marked.

use std::collections::BTreeMap;

use crate::{
    DateTime,
    keys::{CcxLocator, CourseKey, UsageKey},
    payload,
};

/// The fields of [`UserData`] that are not personal. No event carries it.
#[payload]
pub struct UserNonPersonalData {
    /// Primary key of the user in the LMS database.
    pub id: i64,
    /// Whether the account is active: its owner confirmed the address and is not locked out.
    pub is_active: bool,
}

/// The personal data of a user.
#[payload(pii)]
pub struct UserPersonalData {
    /// Name under which the user signs in and posts.
    pub username: String,
    /// Email address of the user.
    pub email: String,
    /// Full name, as the user entered it; empty if the user entered none.
    #[payload(default)]
    pub name: String,
}

/// A user of the platform.
#[payload]
pub struct UserData {
    /// Primary key of the user in the LMS database.
    pub id: i64,
    /// Whether the account is active: its owner confirmed the address and is not locked out.
    pub is_active: bool,
    /// Personal data of the user.
    pub pii: UserPersonalData,
}

/// A course run.
#[payload]
pub struct CourseData {
    /// Key of the course run.
    pub course_key: CourseKey,
    /// Title of the course; empty if the sender does not know it.
    #[payload(default)]
    pub display_name: String,
    /// When the course run starts, if it is set.
    pub start: Option<DateTime>,
    /// When the course run ends, if it is set.
    pub end: Option<DateTime>,
}

/// A CCX, which is a coach's own course, made from a course run.
#[payload]
pub struct CcxCourseData {
    /// Key of the CCX.
    pub ccx_course_key: CcxLocator,
    /// Key of the course run of the CCX.
    pub master_course_key: CourseKey,
    /// Title of the CCX; empty if the sender leaves it out.
    #[payload(default)]
    pub display_name: String,
    /// Email address of the coach; empty if the sender leaves it out.
    #[payload(pii, default)]
    pub coach_email: String,
    /// The start of the CCX, if it is set: a string whose format the sender chose.
    pub start: Option<String>,
    /// The end of the CCX, if it is set: a string whose format the sender chose.
    pub end: Option<String>,
    /// Maximum number of enrolled learners, if there is a limit.
    pub max_students_allowed: Option<i64>,
}

/// A learner's enrollment in a course run.
#[payload]
pub struct CourseEnrollmentData {
    /// The learner.
    pub user: UserData,
    /// The course run.
    pub course: CourseData,
    /// Mode of the enrollment, such as `audit`, `honor` or `verified`.
    pub mode: String,
    /// Whether the enrollment is active. When the learner leaves the course, it becomes inactive.
    pub is_active: bool,
    /// When the enrollment was created.
    pub creation_date: DateTime,
    /// The user who enrolled the learner, if it was somebody else and is known.
    pub created_by: Option<UserData>,
}

/// A role in a course that gives a user rights there.
#[payload]
pub struct CourseAccessRoleData {
    /// User who has or had the role.
    pub user: UserData,
    /// Short name of the organization of the role, such as `edX`.
    pub org_key: String,
    /// The course run.
    pub course_key: CourseKey,
    /// Name of the role, such as `staff`, `instructor` or `beta_testers`.
    pub role: String,
}

/// A learner's place in a cohort, one of the groups into which the learners of a course run are divided.
#[payload]
pub struct CohortData {
    /// The learner.
    pub user: UserData,
    /// The course run.
    pub course: CourseData,
    /// Name of the cohort.
    pub name: String,
}

/// A learner's certificate for a course run.
#[payload]
pub struct CertificateData {
    /// The learner.
    pub user: UserData,
    /// The course run.
    pub course: CourseData,
    /// Mode of the enrollment, such as `honor` or `verified`.
    pub mode: String,
    /// Grade in the course run as a decimal, such as `0.85`; empty if none was recorded.
    pub grade: String,
    /// Address of the certificate as a file, which shows the learner's name; empty if there is none.
    #[payload(pii)]
    pub download_url: String,
    /// Name of the learner on the certificate.
    #[payload(pii)]
    pub name: String,
    /// Status of the certificate, such as `downloadable`, `notpassing` or `unavailable`.
    pub current_status: String,
    /// Status before the event; empty if the sender does not know it.
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
    /// The learner.
    pub user: UserData,
    /// The program.
    pub program: ProgramData,
    /// UUID of the learner's credential in the credentials service.
    pub uuid: String,
    /// Status of the credential: `awarded` or `revoked`.
    pub status: String,
    /// Address of the certificate's page, which shows the learner's name.
    #[payload(pii)]
    pub url: String,
    /// When the learner may see the certificate, if it is set.
    pub certificate_available_date: Option<DateTime>,
}

/// A kind of badge: the fields that all badges of this kind share.
#[payload]
pub struct BadgeTemplateData {
    /// UUID of the template.
    pub uuid: String,
    /// System that manages the template, such as `openedx` or `credly`.
    pub origin: String,
    /// Name of the badge.
    pub name: Option<String>,
    /// The description of the badge.
    pub description: Option<String>,
    /// Address of the badge's image.
    pub image_url: Option<String>,
}

/// A learner's badge.
#[payload]
pub struct BadgeData {
    /// UUID of the learner's badge in the credentials service.
    pub uuid: String,
    /// The learner.
    pub user: UserData,
    /// Kind of badge.
    pub template: BadgeTemplateData,
}

/// A learner's grade for a course run, as the LMS keeps it.
#[payload]
pub struct PersistentCourseGradeData {
    /// Primary key of the learner in the LMS database.
    pub user_id: i64,
    /// The course run.
    pub course: CourseData,
    /// Time of the last edit of the graded content.
    pub course_edited_timestamp: DateTime,
    /// Version of the graded content; empty if it has none.
    pub course_version: String,
    /// Hash of the grading policy that was applied.
    pub grading_policy_hash: String,
    /// Grade as a fraction of the maximum, from 0.0 to 1.0.
    pub percent_grade: f64,
    /// Grade as a letter or word, such as `A` or `Pass`; empty if the learner has not passed.
    pub letter_grade: String,
    /// When the learner passed the course run for the first time.
    pub passed_timestamp: DateTime,
}

/// Whether a learner's grade passes a course run.
#[payload]
pub struct CoursePassingStatusData {
    /// Whether the grade is a passing grade.
    pub is_passing: bool,
    /// The course run.
    pub course: CourseData,
    /// The learner.
    pub user: UserData,
}

/// Whether a learner's grade passes a CCX.
#[payload]
pub struct CcxCoursePassingStatusData {
    /// Whether the grade is a passing grade.
    pub is_passing: bool,
    /// The learner.
    pub user: UserData,
    // Python's subclass redefines the field, which moves it to the end.
    /// The CCX.
    pub course: CcxCourseData,
}

/// The score that an external grader gave for a submission.
#[payload]
pub struct ExternalGraderScoreData {
    /// Maximum points of the problem.
    pub points_possible: i64,
    /// Points of the learner.
    pub points_earned: i64,
    /// Key of the course run, as a string.
    pub course_id: String,
    /// The grader's feedback about the submission.
    #[payload(pii)]
    pub score_msg: String,
    /// Primary key of the submission in the LMS database.
    pub submission_id: i64,
    /// Anonymous id of the learner who submitted.
    pub user_id: String,
    /// Usage key of the problem, as a string.
    pub module_id: String,
    /// Key of the submission in the queue.
    pub queue_key: String,
    /// Name of the queue of the submission.
    pub queue_name: String,
}

/// A learner's answer to an open response assessment: texts, and files, one at each place of the lists.
#[payload(pii)]
pub struct ORASubmissionAnswer {
    /// The answers: for each prompt of the assessment a map with the answer under `text`.
    #[payload(default)]
    pub parts: Vec<BTreeMap<String, String>>,
    /// Keys of the files in the file storage.
    #[payload(default)]
    pub file_keys: Vec<String>,
    /// The learner's descriptions of the files.
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
    /// Usage key of the assessment, as a string.
    pub location: String,
    /// Number of the attempt; the first is 1.
    pub attempt_number: i64,
    /// When the submission was stored.
    pub created_at: DateTime,
    /// When the learner submitted it.
    pub submitted_at: DateTime,
    /// The submission.
    pub answer: ORASubmissionAnswer,
}

/// A learner's attempt at a special exam, which is timed or proctored.
#[payload]
pub struct ExamAttemptData {
    /// The learner.
    pub student_user: UserData,
    /// The course run.
    pub course_key: CourseKey,
    /// Subsection with the exam.
    pub usage_key: UsageKey,
    /// Kind of exam, such as `timed` or `proctored`.
    pub exam_type: String,
    /// The user who caused the event, if known and relevant, such as an instructor who resets the attempt.
    pub requesting_user: Option<UserData>,
}

/// A user's attempt to prove their identity (IDV, for identity verification).
#[payload]
pub struct VerificationAttemptData {
    /// Primary key of the attempt in the LMS database.
    pub attempt_id: i64,
    /// User whose identity is verified.
    pub user: UserData,
    /// Status of the attempt, such as `created`, `pending`, `approved` or `denied`.
    pub status: String,
    /// Name to verify, if the sender gives it.
    #[payload(pii)]
    pub name: Option<String>,
    /// When the verification expires, if it is set.
    pub expiration_date: Option<DateTime>,
}

/// A topic under which learners of a course run can discuss.
#[payload]
pub struct DiscussionTopicContext {
    /// Title of the topic.
    pub title: String,
    /// Unit of the topic, if it has one.
    pub usage_key: Option<UsageKey>,
    /// Primary key of the cohort of the topic, if it has one.
    pub group_id: Option<i64>,
    /// Id of the topic at the discussion provider, if it already has one.
    pub external_id: Option<String>,
    /// Position of the topic among the others, lowest first.
    pub ordering: Option<i64>,
    /// Titles of the section, subsection and unit, under `section`, `subsection` and `unit`.
    #[payload(default)]
    pub context: BTreeMap<String, String>,
}

/// The discussion configuration of a course run.
#[payload]
pub struct CourseDiscussionConfigurationData {
    /// The course run.
    pub course_key: CourseKey,
    /// Name of the discussion provider, such as `openedx` or `legacy`.
    pub provider_type: String,
    /// Whether the course run has discussions.
    #[payload(default = true)]
    pub enabled: bool,
    /// Whether units have discussions of their own; it only matters if `enabled` is set.
    #[payload(default = true)]
    pub enable_in_context: bool,
    /// Whether graded units have discussions too.
    #[payload(default)]
    pub enable_graded_units: bool,
    /// Whether discussions are enabled for each unit separately.
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
    /// Text of the post; long posts are truncated.
    #[payload(pii)]
    pub body: String,
    /// Id of the topic of the post.
    pub commentable_id: String,
    /// Id of the post.
    pub id: String,
    /// Whether `body` was truncated.
    pub truncated: bool,
    /// Address of the page on which it was posted.
    pub url: String,
    /// Author of the post.
    pub user: UserData,
    /// The course run.
    pub course_id: CourseKey,
    /// Kind of thread, `discussion` or `question`.
    pub thread_type: Option<String>,
    /// Whether the author's name is hidden from all other users.
    pub anonymous: Option<bool>,
    /// Whether the author's name is hidden from other learners.
    pub anonymous_to_peers: Option<bool>,
    /// Title of the thread; long titles are truncated.
    #[payload(pii)]
    pub title: Option<String>,
    /// Whether `title` was truncated.
    pub title_truncated: Option<bool>,
    /// Primary key of the cohort that can see the thread, if the thread is limited to one.
    pub group_id: Option<i64>,
    /// Id of the team, if it is a team's forum.
    pub team_id: Option<i64>,
    /// Id of the topic's category.
    pub category_id: Option<i64>,
    /// Name of the topic's category.
    pub category_name: Option<String>,
    /// For responses and comments, the thread that they belong to, with its id under `id`.
    pub discussion: Option<BTreeMap<String, String>>,
    /// Roles of the author in the course, such as `staff`.
    #[payload(default)]
    pub user_course_roles: Vec<String>,
    /// Roles of the author in the forum, such as `Moderator`.
    #[payload(default)]
    pub user_forums_roles: Vec<String>,
    /// Options of the author, such as `followed`.
    #[payload(default)]
    pub options: BTreeMap<String, bool>,
}

/// A notification for certain users.
#[payload]
pub struct UserNotificationData {
    /// Primary keys in the LMS database of the users to notify.
    pub user_ids: Vec<i64>,
    /// Kind of notification, such as `new_response` or `ora_grade_assigned`.
    pub notification_type: String,
    /// URL that the notification links to.
    pub content_url: String,
    /// Application of the notification, such as `discussion` or `grading`.
    pub app_name: String,
    /// The course run.
    pub course_key: CourseKey,
    /// Values for the notification's text, such as `post_title` and `replier_name`.
    #[payload(pii, default)]
    pub context: BTreeMap<String, String>,
}

/// A notification for all or some participants of a course run.
#[payload]
pub struct CourseNotificationData {
    /// The course run.
    pub course_key: CourseKey,
    /// Application of the notification, such as `discussion` or `updates`.
    pub app_name: String,
    /// Kind of notification, such as `new_discussion_post` or `course_updates`.
    pub notification_type: String,
    /// URL that the notification links to.
    pub content_url: String,
    /// Values for the notification's text, such as `post_title` and `replier_name`.
    #[payload(pii, default)]
    pub content_context: BTreeMap<String, String>,
    /// The users to notify: for each property, such as `course_roles`, the values, such as `staff`.
    /// Empty for all enrolled users.
    #[payload(default)]
    pub audience_filters: BTreeMap<String, Vec<String>>,
}

/// A user's verdict on the skills that a block is tagged with.
#[payload]
pub struct XBlockSkillVerificationData {
    /// The block.
    pub usage_key: UsageKey,
    /// Ids of the skills that the user confirmed.
    #[payload(default)]
    pub verified_skills: Vec<i64>,
    /// Ids of the skills that the user rejected.
    #[payload(default)]
    pub ignored_skills: Vec<i64>,
}

/// The data of another platform that launched content over LTI (Learning Tools Interoperability).
#[payload]
pub struct LtiProviderLaunchParamsData {
    /// Roles of the user on that platform, separated by commas, such as `Learner`.
    pub roles: String,
    /// Id of the context of the launch on that platform, such as a course.
    pub context_id: String,
    /// Id of the user on that platform.
    #[payload(pii)]
    pub user_id: String,
    /// Other parameters of the launch, such as `context_title` and `lis_person_name_full`.
    #[payload(pii, default)]
    pub extra_params: BTreeMap<String, String>,
}

/// A launch of content from another platform over LTI.
#[payload]
pub struct LtiProviderLaunchData {
    /// User of this platform who launches the content.
    pub user: UserData,
    /// The course run.
    pub course_key: CourseKey,
    /// The launched content.
    pub usage_key: UsageKey,
    /// The data from the other platform.
    pub launch_params: LtiProviderLaunchParamsData,
}
