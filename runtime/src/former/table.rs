//! Written by `tests/golden/former_schemas.py`: the schemas that former releases of openedx-events had.

use super::FormerSchema;

/// Sorted by event type. Releases that were not published count as the one before them.
#[rustfmt::skip]
pub(super) static FORMER: [FormerSchema; 15] = [
    FormerSchema::new(
        "org.openedx.content_authoring.content_library.collection.created.v1",
        [9, 14, 0],
        [9, 15, 0],
        r#"{"type":"record","name":"CloudEvent","fields":[{"name":"library_collection","type":{"type":"record","name":"LibraryCollectionData","fields":[{"name":"library_key","type":"string"},{"name":"collection_key","type":"string"}]}}]}"#,
    ),
    FormerSchema::new(
        "org.openedx.content_authoring.content_library.collection.created.v1",
        [9, 15, 0],
        [10, 0, 0],
        r#"{"type":"record","name":"CloudEvent","fields":[{"name":"library_collection","type":{"type":"record","name":"LibraryCollectionData","fields":[{"name":"library_key","type":"string"},{"name":"collection_key","type":"string"},{"name":"background","type":"boolean"}]}}]}"#,
    ),
    FormerSchema::new(
        "org.openedx.content_authoring.content_library.collection.deleted.v1",
        [9, 14, 0],
        [9, 15, 0],
        r#"{"type":"record","name":"CloudEvent","fields":[{"name":"library_collection","type":{"type":"record","name":"LibraryCollectionData","fields":[{"name":"library_key","type":"string"},{"name":"collection_key","type":"string"}]}}]}"#,
    ),
    FormerSchema::new(
        "org.openedx.content_authoring.content_library.collection.deleted.v1",
        [9, 15, 0],
        [10, 0, 0],
        r#"{"type":"record","name":"CloudEvent","fields":[{"name":"library_collection","type":{"type":"record","name":"LibraryCollectionData","fields":[{"name":"library_key","type":"string"},{"name":"collection_key","type":"string"},{"name":"background","type":"boolean"}]}}]}"#,
    ),
    FormerSchema::new(
        "org.openedx.content_authoring.content_library.collection.updated.v1",
        [9, 14, 0],
        [9, 15, 0],
        r#"{"type":"record","name":"CloudEvent","fields":[{"name":"library_collection","type":{"type":"record","name":"LibraryCollectionData","fields":[{"name":"library_key","type":"string"},{"name":"collection_key","type":"string"}]}}]}"#,
    ),
    FormerSchema::new(
        "org.openedx.content_authoring.content_library.collection.updated.v1",
        [9, 15, 0],
        [10, 0, 0],
        r#"{"type":"record","name":"CloudEvent","fields":[{"name":"library_collection","type":{"type":"record","name":"LibraryCollectionData","fields":[{"name":"library_key","type":"string"},{"name":"collection_key","type":"string"},{"name":"background","type":"boolean"}]}}]}"#,
    ),
    FormerSchema::new(
        "org.openedx.content_authoring.content_library.container.created.v1",
        [9, 20, 0],
        [10, 0, 0],
        r#"{"type":"record","name":"CloudEvent","fields":[{"name":"library_container","type":{"type":"record","name":"LibraryContainerData","fields":[{"name":"library_key","type":"string"},{"name":"container_key","type":"string"},{"name":"background","type":"boolean"}]}}]}"#,
    ),
    FormerSchema::new(
        "org.openedx.content_authoring.content_library.container.deleted.v1",
        [9, 20, 0],
        [10, 0, 0],
        r#"{"type":"record","name":"CloudEvent","fields":[{"name":"library_container","type":{"type":"record","name":"LibraryContainerData","fields":[{"name":"library_key","type":"string"},{"name":"container_key","type":"string"},{"name":"background","type":"boolean"}]}}]}"#,
    ),
    FormerSchema::new(
        "org.openedx.content_authoring.content_library.container.updated.v1",
        [9, 20, 0],
        [10, 0, 0],
        r#"{"type":"record","name":"CloudEvent","fields":[{"name":"library_container","type":{"type":"record","name":"LibraryContainerData","fields":[{"name":"library_key","type":"string"},{"name":"container_key","type":"string"},{"name":"background","type":"boolean"}]}}]}"#,
    ),
    FormerSchema::new(
        "org.openedx.content_authoring.course.catalog_info.changed.v1",
        [1, 0, 0],
        [3, 0, 0],
        r#"{"type":"record","name":"CloudEvent","fields":[{"name":"catalog_info","type":{"type":"record","name":"CourseCatalogData","fields":[{"name":"course_key","type":"string"},{"name":"name","type":"string"},{"name":"schedule_data","type":{"type":"record","name":"CourseScheduleData","fields":[{"name":"start","type":"string"},{"name":"pacing","type":"string"},{"name":"end","type":["null","string"]},{"name":"enrollment_start","type":["null","string"]},{"name":"enrollment_end","type":["null","string"]}]}},{"name":"effort","type":["null","string"]},{"name":"hidden","type":"boolean"},{"name":"invitation_only","type":"boolean"}]}}]}"#,
    ),
    FormerSchema::new(
        "org.openedx.content_authoring.xblock.deleted.v1",
        [4, 1, 0],
        [8, 3, 0],
        r#"{"type":"record","name":"CloudEvent","fields":[{"name":"xblock_info","type":{"type":"record","name":"XBlockData","fields":[{"name":"usage_key","type":"string"},{"name":"block_type","type":"string"}]}}]}"#,
    ),
    FormerSchema::new(
        "org.openedx.content_authoring.xblock.duplicated.v1",
        [4, 1, 0],
        [8, 3, 0],
        r#"{"type":"record","name":"CloudEvent","fields":[{"name":"xblock_info","type":{"type":"record","name":"DuplicatedXBlockData","fields":[{"name":"usage_key","type":"string"},{"name":"block_type","type":"string"},{"name":"source_usage_key","type":"string"}]}}]}"#,
    ),
    FormerSchema::new(
        "org.openedx.content_authoring.xblock.published.v1",
        [4, 1, 0],
        [8, 3, 0],
        r#"{"type":"record","name":"CloudEvent","fields":[{"name":"xblock_info","type":{"type":"record","name":"XBlockData","fields":[{"name":"usage_key","type":"string"},{"name":"block_type","type":"string"}]}}]}"#,
    ),
    FormerSchema::new(
        "org.openedx.enterprise.learner_credit_course_enrollment.revoked.v1",
        [9, 12, 0],
        [9, 14, 1],
        r#"{"type":"record","name":"CloudEvent","fields":[{"name":"learner_credit_course_enrollment","type":{"type":"record","name":"LearnerCreditEnterpriseCourseEnrollment","fields":[{"name":"uuid","type":"string"},{"name":"created","type":"string"},{"name":"modified","type":"string"},{"name":"fulfillment_type","type":"string"},{"name":"enterprise_course_entitlement_uuid","type":"string"},{"name":"enterprise_course_enrollment","type":{"type":"record","name":"EnterpriseCourseEnrollment","fields":[{"name":"id","type":"long"},{"name":"created","type":"string"},{"name":"modified","type":"string"},{"name":"enterprise_customer_user","type":{"type":"record","name":"EnterpriseCustomerUser","fields":[{"name":"id","type":"long"},{"name":"created","type":"string"},{"name":"modified","type":"string"},{"name":"enterprise_customer_uuid","type":"string"},{"name":"user_id","type":"long"},{"name":"active","type":"boolean"},{"name":"linked","type":"boolean"},{"name":"is_relinkable","type":"boolean"},{"name":"invite_key","type":"string"},{"name":"should_inactivate_other_customers","type":"boolean"}]}},{"name":"course_id","type":"string"},{"name":"saved_for_later","type":"boolean"},{"name":"source_slug","type":"string"},{"name":"unenrolled","type":"boolean"},{"name":"unenrolled_at","type":"string"}]}},{"name":"is_revoked","type":"boolean"},{"name":"transaction_id","type":"string"}]}}]}"#,
    ),
    FormerSchema::new(
        "org.openedx.learning.discussions.configuration.changed.v1",
        [11, 0, 0],
        [11, 1, 0],
        r#"{"type":"record","name":"CloudEvent","fields":[{"name":"configuration","type":{"type":"record","name":"CourseDiscussionConfigurationData","fields":[{"name":"course_key","type":"string"},{"name":"provider_type","type":"string"},{"name":"enable_in_context","type":"boolean"},{"name":"enable_graded_units","type":"boolean"},{"name":"unit_level_visibility","type":"boolean"},{"name":"plugin_configuration","type":{"type":"map","values":"boolean"}},{"name":"contexts","type":{"type":"array","items":{"type":"record","name":"DiscussionTopicContext","fields":[{"name":"title","type":"string"},{"name":"usage_key","type":["null","string"]},{"name":"group_id","type":["null","long"]},{"name":"external_id","type":["null","string"]},{"name":"ordering","type":["null","long"]},{"name":"context","type":{"type":"map","values":"string"}}]}}}]}}]}"#,
    ),
];

/// The event types that only former releases had, with the first and the last of them.
#[rustfmt::skip]
pub(super) const GONE: &[(&str, &str, &str)] = &[
    ("org.openedx.content_authoring.xblock.skill.verified.v1", "5.1.0", "8.0.0"),
    ("org.openedx.enterprise.subscription.license.modified.v0", "1.0.0", "1.0.0"),
    ("org.openedx.learning.user.manage.students.permission.added.v1", "8.8.0", "9.5.1"),
    ("org.openedx.learning.user.manage.students.permission.removed.v1", "8.8.0", "9.5.1"),
];
