//! Events of the learning subdomain.

use super::data::{
    BadgeData, CcxCoursePassingStatusData, CertificateData, CohortData, CourseAccessRoleData,
    CourseDiscussionConfigurationData, CourseEnrollmentData, CourseNotificationData, CoursePassingStatusData,
    DiscussionThreadData, ExamAttemptData, ExternalGraderScoreData, LtiProviderLaunchData, ORASubmissionData,
    PersistentCourseGradeData, ProgramCertificateData, UserData, UserNotificationData,
    VerificationAttemptData, XBlockSkillVerificationData,
};
use crate::event;

/// Sent when a user has registered, after the account was created.
#[event(
    type = "org.openedx.learning.student.registration.completed.v1",
    // Upstream says `user.pii.username`, which is personal data.
    key = user.id,
    repository = "openedx/edx-platform",
)]
pub struct StudentRegistrationCompleted {
    /// The new user.
    pub user: UserData,
}

/// Sent when a user has signed in and has a session.
#[event(
    type = "org.openedx.learning.auth.session.login.completed.v1",
    // Upstream says `user.pii.username`, which is personal data.
    key = user.id,
    repository = "openedx/edx-platform",
)]
pub struct SessionLoginCompleted {
    /// The user.
    pub user: UserData,
}

/// Sent when a learner has been enrolled in a course run, the first time or again after leaving it.
#[event(
    type = "org.openedx.learning.course.enrollment.created.v1",
    key = enrollment.course.course_key,
    repository = "openedx/edx-platform",
)]
pub struct CourseEnrollmentCreated {
    /// The enrollment in its current state.
    pub enrollment: CourseEnrollmentData,
}

/// Sent when the mode of an existing enrollment has changed, or it has become active or inactive.
#[event(
    type = "org.openedx.learning.course.enrollment.changed.v1",
    key = enrollment.course.course_key,
    repository = "openedx/edx-platform",
)]
pub struct CourseEnrollmentChanged {
    /// The enrollment in its current state.
    pub enrollment: CourseEnrollmentData,
}

/// Sent when a learner has left a course run, and the enrollment has become inactive.
#[event(
    type = "org.openedx.learning.course.unenrollment.completed.v1",
    key = enrollment.course.course_key,
    repository = "openedx/edx-platform",
)]
pub struct CourseUnenrollmentCompleted {
    /// The enrollment that was ended.
    pub enrollment: CourseEnrollmentData,
}

/// Sent when a user has been given a role in a course run.
#[event(
    type = "org.openedx.learning.user.course_access_role.added.v1",
    key = course_access_role_data.course_key,
)]
pub struct CourseAccessRoleAdded {
    /// The role that was assigned.
    #[event(allow(field_data_suffix, reason = "it is Python's name"))]
    pub course_access_role_data: CourseAccessRoleData,
}

/// Sent when a user has lost a role in a course run.
#[event(
    type = "org.openedx.learning.user.course_access_role.removed.v1",
    key = course_access_role_data.course_key,
    repository = "openedx/edx-platform",
)]
pub struct CourseAccessRoleRemoved {
    /// The role that was removed.
    #[event(allow(field_data_suffix, reason = "it is Python's name"))]
    pub course_access_role_data: CourseAccessRoleData,
}

/// Sent when a learner is put into a cohort of a course run, or moved to another one.
#[event(type = "org.openedx.learning.cohort_membership.changed.v1", repository = "openedx/edx-platform")]
pub struct CohortMembershipChanged {
    /// The learner's new cohort.
    pub cohort: CohortData,
}

/// Sent when a course certificate was saved in a passing status, such as `downloadable`: issued or renewed.
#[event(
    type = "org.openedx.learning.certificate.created.v1",
    key = certificate.course.course_key,
    repository = "openedx/edx-platform",
)]
pub struct CertificateCreated {
    /// The certificate in its current state.
    pub certificate: CertificateData,
}

/// Sent when a course certificate was saved, whatever its status; other events about it may be sent too.
#[event(type = "org.openedx.learning.certificate.changed.v1", repository = "openedx/edx-platform")]
pub struct CertificateChanged {
    /// The certificate in its current state.
    pub certificate: CertificateData,
}

/// Sent when a course certificate has become invalid, for example because the grade no longer passes.
#[event(
    type = "org.openedx.learning.certificate.revoked.v1",
    key = certificate.course.course_key,
    repository = "openedx/edx-platform",
)]
pub struct CertificateRevoked {
    /// The certificate in its current state.
    pub certificate: CertificateData,
}

/// Sent when a learner has been awarded the certificate of a program.
#[event(
    type = "org.openedx.learning.program.certificate.awarded.v1",
    key = program_certificate.program.uuid,
    repository = "openedx/credentials",
)]
pub struct ProgramCertificateAwarded {
    /// The certificate that was awarded.
    pub program_certificate: ProgramCertificateData,
}

/// Sent when the certificate of a program has been revoked.
#[event(
    type = "org.openedx.learning.program.certificate.revoked.v1",
    key = program_certificate.program.uuid,
    repository = "openedx/credentials",
)]
pub struct ProgramCertificateRevoked {
    /// The certificate that was revoked.
    pub program_certificate: ProgramCertificateData,
}

/// Sent when a badge has been awarded to a learner.
#[event(type = "org.openedx.learning.badge.awarded.v1", repository = "openedx/credentials")]
pub struct BadgeAwarded {
    /// The badge that was awarded.
    pub badge: BadgeData,
}

/// Sent when a badge of a learner has been revoked.
#[event(type = "org.openedx.learning.badge.revoked.v1", repository = "openedx/credentials")]
pub struct BadgeRevoked {
    /// The badge that was revoked.
    pub badge: BadgeData,
}

/// Sent when a learner's grade for a course run has been stored, for the first time or again.
#[event(
    type = "org.openedx.learning.course.persistent_grade_summary.changed.v1",
    repository = "openedx/edx-platform"
)]
pub struct PersistentGradeSummaryChanged {
    /// The grade in its current state.
    pub grade: PersistentCourseGradeData,
}

/// Sent when a learner's grade for a course run was updated; the passing status may be unchanged.
#[event(type = "org.openedx.learning.course.passing.status.updated.v1", repository = "openedx/edx-platform")]
pub struct CoursePassingStatusUpdated {
    /// Whether the grade is a passing grade.
    pub course_passing_status: CoursePassingStatusData,
}

/// Sent when a learner's grade for a CCX was updated; the passing status may be unchanged.
#[event(
    type = "org.openedx.learning.ccx.course.passing.status.updated.v1",
    repository = "openedx/edx-platform"
)]
pub struct CcxCoursePassingStatusUpdated {
    /// Whether the grade is a passing grade.
    pub course_passing_status: CcxCoursePassingStatusData,
}

/// Sent when an external grader has scored a submission and the score was stored.
#[event(
    type = "org.openedx.learning.external_grader.score.submitted.v1",
    local_only = "Python's library keeps it off event buses: the LMS both sends and receives it"
)]
pub struct ExternalGraderScoreSubmitted {
    /// The score.
    pub score: ExternalGraderScoreData,
}

/// Sent when a learner has submitted an answer to an open response assessment.
#[event(type = "org.openedx.learning.ora.submission.created.v1", repository = "openedx/edx-ora2")]
pub struct ORASubmissionCreated {
    /// The submission.
    pub submission: ORASubmissionData,
}

/// Sent when a learner has submitted a timed or proctored exam.
#[event(type = "org.openedx.learning.exam.attempt.submitted.v1", repository = "edx/edx-exams")]
pub struct ExamAttemptSubmitted {
    /// The attempt that was submitted.
    pub exam_attempt: ExamAttemptData,
}

/// Sent when the review of an exam attempt has found that the rules were broken.
#[event(type = "org.openedx.learning.exam.attempt.rejected.v1", repository = "edx/edx-exams")]
pub struct ExamAttemptRejected {
    /// The attempt that was rejected.
    pub exam_attempt: ExamAttemptData,
}

/// Sent when the review of an exam attempt has found no problems.
#[event(type = "org.openedx.learning.exam.attempt.verified.v1", repository = "edx/edx-exams")]
pub struct ExamAttemptVerified {
    /// The attempt that was verified.
    pub exam_attempt: ExamAttemptData,
}

/// Sent when an exam attempt has failed with an error.
#[event(type = "org.openedx.learning.exam.attempt.errored.v1", repository = "edx/edx-exams")]
pub struct ExamAttemptErrored {
    /// The attempt that failed.
    pub exam_attempt: ExamAttemptData,
}

/// Sent when an exam attempt has been deleted, so that the learner can start again.
#[event(type = "org.openedx.learning.exam.attempt.reset.v1", repository = "edx/edx-exams")]
pub struct ExamAttemptReset {
    /// The attempt that was deleted.
    pub exam_attempt: ExamAttemptData,
}

/// Sent when an identity verification attempt has been created.
#[event(type = "org.openedx.learning.idv_attempt.created.v1", repository = "openedx/edx-platform")]
pub struct IdvAttemptCreated {
    /// The new attempt.
    pub idv_attempt: VerificationAttemptData,
}

/// Sent when a user has completed an identity verification attempt, which is now pending.
#[event(type = "org.openedx.learning.idv_attempt.pending.v1", repository = "openedx/edx-platform")]
pub struct IdvAttemptPending {
    /// The pending attempt.
    pub idv_attempt: VerificationAttemptData,
}

/// Sent when an identity verification attempt has been approved.
#[event(type = "org.openedx.learning.idv_attempt.approved.v1", repository = "openedx/edx-platform")]
pub struct IdvAttemptApproved {
    /// The attempt that was approved.
    pub idv_attempt: VerificationAttemptData,
}

/// Sent when an identity verification attempt has been denied.
#[event(type = "org.openedx.learning.idv_attempt.denied.v1", repository = "openedx/edx-platform")]
pub struct IdvAttemptDenied {
    /// The attempt that was denied.
    pub idv_attempt: VerificationAttemptData,
}

/// Sent when the discussion configuration of a course run was computed again, for example after the course was
/// published.
#[event(
    type = "org.openedx.learning.discussions.configuration.changed.v1",
    repository = "openedx/edx-platform",
    allow(name_mismatch, reason = "it is Python's name")
)]
pub struct CourseDiscussionsChanged {
    /// The current configuration.
    pub configuration: CourseDiscussionConfigurationData,
}

/// Sent when a user has started a thread in a forum.
#[event(type = "org.openedx.learning.forum.thread.created.v1", repository = "openedx/edx-platform")]
pub struct ForumThreadCreated {
    /// The new thread.
    pub thread: DiscussionThreadData,
}

/// Sent when a user has responded to a thread in a forum.
#[event(type = "org.openedx.learning.forum.thread.response.created.v1", repository = "openedx/edx-platform")]
pub struct ForumThreadResponseCreated {
    /// The new response.
    pub thread: DiscussionThreadData,
}

/// Sent when a user has commented on a response in a forum.
#[event(
    type = "org.openedx.learning.forum.thread.response.comment.created.v1",
    repository = "openedx/edx-platform",
    allow(name_mismatch, reason = "it is Python's name")
)]
pub struct ForumResponseCommentCreated {
    /// The new comment.
    pub thread: DiscussionThreadData,
}

/// Sent when the LMS should notify certain users.
#[event(
    type = "org.openedx.learning.user.notification.requested.v1",
    repository = "openedx/edx-platform openedx/edx-ora2"
)]
pub struct UserNotificationRequested {
    /// The notification and its audience.
    #[event(allow(field_data_suffix, reason = "it is Python's name"))]
    pub notification_data: UserNotificationData,
}

/// Sent when the LMS should notify all or some participants of a course run.
#[event(type = "org.openedx.learning.course.notification.requested.v1", repository = "openedx/edx-platform")]
pub struct CourseNotificationRequested {
    /// The notification and its audience.
    #[event(allow(field_data_suffix, reason = "it is Python's name"))]
    pub course_notification_data: CourseNotificationData,
}

/// Sent when a user has confirmed or rejected the skills that a block is tagged with.
#[event(
    type = "org.openedx.learning.xblock.skill.verified.v1",
    key = xblock_info.usage_key,
    repository = "openedx/xblock-skill-tagging",
)]
pub struct XBlockSkillVerified {
    /// The user's verdict.
    pub xblock_info: XBlockSkillVerificationData,
}

/// Sent when content is launched from another platform over LTI, once the request and its user were accepted.
#[event(type = "org.openedx.learning.lti_provider.launch.success.v1")]
pub struct LtiProviderLaunchSuccess {
    /// The launch.
    #[event(allow(field_data_suffix, reason = "it is Python's name"))]
    pub launch_data: LtiProviderLaunchData,
}
