//! Events of the enterprise subdomain.

use super::data::{
    EnterpriseGroup, LearnerCreditEnterpriseCourseEnrollment, LedgerTransaction, SubsidyRedemption,
};
use crate::event;

/// Sent when a subsidy has been used for a learner.
#[event(type = "org.openedx.enterprise.subsidy.redeemed.v1", warning = "no Open edX service sends it")]
pub struct SubsidyRedeemed {
    /// The use of the subsidy.
    pub redemption: SubsidyRedemption,
}

/// Sent when the use of a subsidy has been undone.
#[event(
    type = "org.openedx.enterprise.subsidy.redemption-reversed.v1",
    warning = "no Open edX service sends it",
    allow(type_hyphen, reason = "published under this name")
)]
pub struct SubsidyRedemptionReversed {
    /// The use of the subsidy that was undone.
    pub redemption: SubsidyRedemption,
}

/// Sent when a transaction has been entered into a ledger; its value has not moved yet.
#[event(
    type = "org.openedx.enterprise.subsidy_ledger_transaction.created.v1",
    repository = "openedx/enterprise-subsidy"
)]
pub struct LedgerTransactionCreated {
    /// The new transaction.
    pub ledger_transaction: LedgerTransaction,
}

/// Sent when a transaction has been committed: its value has moved.
#[event(
    type = "org.openedx.enterprise.subsidy_ledger_transaction.committed.v1",
    repository = "openedx/enterprise-subsidy"
)]
pub struct LedgerTransactionCommitted {
    /// The transaction in its current state.
    pub ledger_transaction: LedgerTransaction,
}

/// Sent when a transaction has failed: its value does not move.
#[event(
    type = "org.openedx.enterprise.subsidy_ledger_transaction.failed.v1",
    repository = "openedx/enterprise-subsidy"
)]
pub struct LedgerTransactionFailed {
    /// The transaction in its current state.
    pub ledger_transaction: LedgerTransaction,
}

/// Sent when a transaction has been undone: its value has moved back.
#[event(
    type = "org.openedx.enterprise.subsidy_ledger_transaction.reversed.v1",
    repository = "openedx/enterprise-subsidy"
)]
pub struct LedgerTransactionReversed {
    /// The transaction, with its reversal.
    pub ledger_transaction: LedgerTransaction,
}

/// Sent when the learner credit for an enrollment has been taken back, usually because the learner has left the course
/// run.
#[event(
    type = "org.openedx.enterprise.learner_credit_course_enrollment.revoked.v1",
    repository = "openedx/edx-enterprise"
)]
pub struct LearnerCreditCourseEnrollmentRevoked {
    /// The enrollment and what paid for it.
    pub learner_credit_course_enrollment: LearnerCreditEnterpriseCourseEnrollment,
}

/// Sent when a group of an enterprise customer has been deleted.
#[event(type = "org.openedx.enterprise.enterprise_group.deleted.v1", repository = "openedx/edx-enterprise")]
pub struct EnterpriseGroupDeleted {
    /// The deleted group.
    pub enterprise_group: EnterpriseGroup,
}
