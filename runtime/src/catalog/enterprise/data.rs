//! Data of the events in [`signals`](super::signals).

use crate::{DateTime, Uuid, keys::CourseKey, payload};

/// The use of a subsidy for a piece of content.
#[payload]
pub struct SubsidyRedemption {
    /// Identifier of the subsidy.
    pub subsidy_identifier: String,
    /// Key of the content that the subsidy was used for, such as a course run.
    pub content_key: String,
    /// Primary key in the LMS database of the user who benefits.
    pub lms_user_id: i64,
}

/// The common fields of a transaction and its reversal. No event carries it.
#[payload]
pub struct BaseLedgerTransaction {
    /// Identifier of the record.
    pub uuid: Uuid,
    /// When the record was created.
    pub created: DateTime,
    /// When the record was last changed.
    pub modified: DateTime,
    /// A key that the client chose, so that a repeated request takes effect once.
    pub idempotency_key: String,
    /// Value in the ledger's unit, such as US cents; negative if it leaves the ledger.
    pub quantity: i64,
    /// State of the record: `created`, `pending`, `committed` or `failed`.
    pub state: String,
}

/// The reversal of a transaction, for example when a learner leaves a subsidized course and the money goes back.
#[payload]
pub struct LedgerTransactionReversal {
    /// Identifier of the reversal.
    pub uuid: Uuid,
    /// When the reversal was created.
    pub created: DateTime,
    /// When the reversal was last changed.
    pub modified: DateTime,
    /// A key that the client chose, so that a repeated request takes effect once.
    pub idempotency_key: String,
    /// Value in the ledger's unit, such as US cents; negative if it leaves the ledger.
    pub quantity: i64,
    /// State of the reversal: `created`, `pending`, `committed` or `failed`.
    pub state: String,
}

/// A movement of value into a ledger or out of it, such as the price of a subsidized enrollment.
#[payload]
pub struct LedgerTransaction {
    /// Identifier of the transaction.
    pub uuid: Uuid,
    /// When the transaction was created.
    pub created: DateTime,
    /// When the transaction was last changed.
    pub modified: DateTime,
    /// A key that the client chose, so that a repeated request takes effect once.
    pub idempotency_key: String,
    /// Value in the ledger's unit, such as US cents; negative if it leaves the ledger.
    pub quantity: i64,
    /// State of the transaction: `created`, `pending`, `committed` or `failed`.
    pub state: String,
    /// Ledger that the transaction belongs to.
    pub ledger_uuid: Uuid,
    /// Policy that gave access to the subsidy.
    pub subsidy_access_policy_uuid: Uuid,
    /// Primary key of the learner in the LMS database.
    pub lms_user_id: i64,
    /// Key of the course run that is paid for.
    pub content_key: CourseKey,
    /// Key of the course that the run belongs to, such as `edX+DemoX`.
    pub parent_content_key: Option<String>,
    /// Identifier of the subsidized enrollment, once the learner is enrolled.
    pub fulfillment_identifier: Option<String>,
    /// The reversal of the transaction, if it was undone.
    pub reversal: Option<LedgerTransactionReversal>,
}

/// A user of the LMS as a learner of an enterprise customer.
#[payload]
pub struct EnterpriseCustomerUser {
    /// Primary key of the record.
    pub id: i64,
    /// When the record was created.
    pub created: DateTime,
    /// When the record was last changed.
    pub modified: DateTime,
    /// Enterprise customer of the user.
    pub enterprise_customer_uuid: Uuid,
    /// Primary key of the user in the LMS database.
    pub user_id: i64,
    /// Whether the user currently acts for this customer, out of all linked customers.
    pub active: bool,
    /// Whether the link to the customer is intact; broken links are kept.
    pub linked: bool,
    /// Whether a broken link may be restored.
    pub is_relinkable: bool,
    /// Whether saving the record as active makes the user's other customers inactive.
    #[payload(allow(
        field_flow_control,
        reason = "a column of the record, and nothing for receivers to do"
    ))]
    pub should_inactivate_other_customers: bool,
    /// Key of the invitation that linked the user, if there was one.
    pub invite_key: Option<Uuid>,
}

/// An enrollment in a course run through an enterprise customer.
#[payload]
pub struct EnterpriseCourseEnrollment {
    /// Primary key of the record.
    pub id: i64,
    /// When the record was created.
    pub created: DateTime,
    /// When the record was last changed.
    pub modified: DateTime,
    /// The learner.
    pub enterprise_customer_user: EnterpriseCustomerUser,
    /// Key of the course run.
    pub course_id: CourseKey,
    /// Whether the learner saved the course run for later.
    pub saved_for_later: bool,
    /// The source of the enrollment, such as `enrollment_task` or `management_command`.
    pub source_slug: Option<String>,
    /// Whether the enrollment in the LMS was ended.
    pub unenrolled: Option<bool>,
    /// When the enrollment in the LMS was ended.
    pub unenrolled_at: Option<DateTime>,
}

/// The common fields of all fulfillments of subsidies. No event carries it.
#[payload]
pub struct BaseEnterpriseFulfillment {
    /// Identifier of the record.
    pub uuid: Uuid,
    /// When the record was created.
    pub created: DateTime,
    /// When the record was last changed.
    pub modified: DateTime,
    /// Kind of the subsidy: `license`, `learner_credit` or `coupon_code`.
    pub fulfillment_type: String,
    /// Whether the subsidy was taken back.
    pub is_revoked: bool,
    /// Course entitlement that the subsidy is for.
    pub enterprise_course_entitlement_uuid: Option<Uuid>,
    /// Enrollment that the subsidy is for.
    pub enterprise_course_enrollment: Option<EnterpriseCourseEnrollment>,
}

/// An enrollment that was paid for with learner credit.
#[payload]
pub struct LearnerCreditEnterpriseCourseEnrollment {
    /// Identifier of the record.
    pub uuid: Uuid,
    /// When the record was created.
    pub created: DateTime,
    /// When the record was last changed.
    pub modified: DateTime,
    /// Kind of the subsidy: `learner_credit`.
    pub fulfillment_type: String,
    /// Whether the learner credit was taken back.
    pub is_revoked: bool,
    /// Course entitlement that the learner credit is for.
    pub enterprise_course_entitlement_uuid: Option<Uuid>,
    /// Enrollment that the learner credit is for.
    pub enterprise_course_enrollment: Option<EnterpriseCourseEnrollment>,
    /// Transaction in the ledger that paid for the enrollment.
    pub transaction_id: Option<Uuid>,
}

/// An enrollment through a license of a subscription. No event carries it.
#[payload]
pub struct LicensedEnterpriseCourseEnrollment {
    /// Identifier of the record.
    pub uuid: Uuid,
    /// When the record was created.
    pub created: DateTime,
    /// When the record was last changed.
    pub modified: DateTime,
    /// Kind of the subsidy: `license`.
    pub fulfillment_type: String,
    /// Whether the license was taken back.
    pub is_revoked: bool,
    /// Course entitlement that the license is for.
    pub enterprise_course_entitlement_uuid: Option<Uuid>,
    /// Enrollment that the license is for.
    pub enterprise_course_enrollment: Option<EnterpriseCourseEnrollment>,
    /// The license.
    pub license_uuid: Option<Uuid>,
}

/// A group of learners of an enterprise customer.
#[payload]
pub struct EnterpriseGroup {
    /// Identifier of the group.
    pub uuid: Uuid,
}
